// Posts the transaction with Node's fetch.
const [url, apiKey, idempotencyKey, text] = process.argv.slice(2);
await fetch(url, {
  method: "POST",
  headers: { "Content-Type": "application/json", "x-api-key": apiKey, "Idempotency-Key": idempotencyKey },
  body: JSON.stringify(JSON.parse(text)),
});
