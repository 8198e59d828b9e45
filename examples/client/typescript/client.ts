// A merchant's client: the types that openapi-typescript makes from docs/openapi.json, and openapi-fetch.
//
// Settings come from the environment: API_URL and API_KEY. Commands:
//
//     submit TOKEN KEY   submit a transaction and say what was decided
//     deliveries ID      say what became of its webhooks
//     redeliver ID       have them sent once more
//     test               have a webhook sent that means nothing

import createClient from "openapi-fetch";
import { setTimeout } from "node:timers/promises";
import type { components, paths } from "./api.js";

type Transaction = components["schemas"]["Transaction"];

const client = createClient<paths>({
  baseUrl: `${process.env.API_URL}`,
  headers: { "x-api-key": `${process.env.API_KEY}`, "user-agent": "globex-shop/1" },
});

/** Submit under a key; what can be sent again is sent again under the same one, and becomes no second transaction. */
async function submit(token: string, key: string): Promise<Transaction> {
  for (;;) {
    const { data, error, response } = await client.POST("/v1/transactions", {
      params: { header: { "Idempotency-Key": key, Prefer: "wait=10" } },
      body: {
        amount: 1250,
        currency: "EUR",
        card: { token, bin: "424242", country: "DE", expires: "2031-12" },
        reference: key,
      },
    });
    if (data) return data;
    const seconds = response.headers.get("retry-after");
    if (!seconds) throw new Error(refusal(error));
    await setTimeout(Number(seconds) * 1000);
  }
}

/** Follow a transaction that was not decided in time. */
async function decided(transaction: Transaction): Promise<components["schemas"]["DecidedTransaction"]> {
  while (transaction.status === "pending") {
    await setTimeout(1000);
    const { data } = await client.GET("/v1/transactions/{id}", { params: { path: { id: transaction.id } } });
    transaction = data ?? transaction;
  }
  return transaction;
}

function refusal(problem: components["schemas"]["Problem"] | undefined): string {
  return `refused: ${problem?.title}: ${problem?.detail}`;
}

const [verb, one = "", other = ""] = process.argv.slice(2);
switch (verb) {
  case "submit": {
    const { id, status, reasons } = await decided(await submit(one, other));
    console.log([id, status, ...reasons].join(" "));
    break;
  }
  case "deliveries": {
    const { data, error } = await client.GET("/v1/transactions/{id}/deliveries", { params: { path: { id: one } } });
    if (!data) throw new Error(refusal(error));
    for (const { id, state, attempts } of data.data) {
      const last = attempts.at(-1);
      console.log(id, state, last ? `${last.reason ?? last.status}` : "not tried yet");
    }
    break;
  }
  case "redeliver": {
    const { data, error } = await client.POST("/v1/transactions/{id}/redeliver", { params: { path: { id: one } } });
    if (!data) throw new Error(refusal(error));
    console.log("sent again:", ...data.data.map((webhook) => webhook.id));
    break;
  }
  case "test": {
    const { data, error } = await client.POST("/v1/webhooks/test");
    if (!data) throw new Error(refusal(error));
    console.log(data.type);
    break;
  }
  default:
    console.error("submit TOKEN KEY, deliveries ID, redeliver ID, or test");
    process.exitCode = 64;
}
