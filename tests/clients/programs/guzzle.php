<?php
// Posts the transaction with Guzzle, as Debian packages it.
require 'GuzzleHttp/autoload.php';
[, $url, $apiKey, $idempotencyKey, $text] = $argv;
(new GuzzleHttp\Client())->post($url, [
    'json' => json_decode($text, true),
    'headers' => ['x-api-key' => $apiKey, 'Idempotency-Key' => $idempotencyKey],
]);
