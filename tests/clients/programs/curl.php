<?php
// Posts the transaction with PHP's curl extension.
[, $url, $apiKey, $idempotencyKey, $text] = $argv;
$sending = curl_init($url);
curl_setopt_array($sending, [
    CURLOPT_POSTFIELDS => json_encode(json_decode($text)),
    CURLOPT_HTTPHEADER => ["Content-Type: application/json", "x-api-key: $apiKey", "Idempotency-Key: $idempotencyKey"],
    CURLOPT_RETURNTRANSFER => true,
]);
curl_exec($sending);
