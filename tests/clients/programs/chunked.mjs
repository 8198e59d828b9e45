// Posts the transaction with Node's http module, as older clients do: the body goes out in chunks.
import { request } from "node:http";
const [url, apiKey, idempotencyKey, text] = process.argv.slice(2);
const headers = { "Content-Type": "application/json", "x-api-key": apiKey, "Idempotency-Key": idempotencyKey };
const sending = request(url, { method: "POST", headers }, (answer) => answer.resume());
sending.write(text.slice(0, 40));
sending.end(text.slice(40));
