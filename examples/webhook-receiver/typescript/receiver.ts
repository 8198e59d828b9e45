// Receives webhooks and verifies them: 204 to one that the merchant can trust, 401 to any other.
//
// Settings come from the environment: WEBHOOK_SECRET (`whsec_…`; during a rotation both, with a space between them) and
// PORT (8400 where it is not set; 0 takes a free one).

import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";

const LARGEST_BODY = 256 * 1024; // bytes

const secrets = (process.env.WEBHOOK_SECRET ?? "").split(" ").filter(Boolean);
if (secrets.length === 0) {
  console.error("WEBHOOK_SECRET is not set; set it to the merchant's secret, whsec_…");
  process.exit(1);
}
const webhooks = secrets.map((secret) => new Webhook(secret));
// A webhook can come twice. Keep the ids where they outlive the process: in the database that the order is in.
const seen = new Set<string>();

interface TransactionEvent {
  type: "transaction.approved" | "transaction.declined" | "transaction.review";
  timestamp: string;
  data: { id: string; amount: number; currency: string; reference?: string; reasons: string[] };
}

/** Means nothing: it shows that the receiver takes webhooks. */
interface TestEvent {
  type: "webhook.test";
  timestamp: string;
  data: { merchant_id: string };
}

const server = createServer((request, response) => {
  receive(request).then(
    (status) => response.writeHead(status).end(),
    () => response.destroy(), // the connection broke off
  );
});

async function receive(request: IncomingMessage): Promise<number> {
  if (request.method !== "POST") return 405;
  const body = await read(request);
  if (body === undefined) return 413;
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, `${value}`]));
  let event: TransactionEvent | TestEvent;
  try {
    event = verified(body, headers);
  } catch (error) {
    console.log(`refused: ${error instanceof Error ? error.message : error}`);
    return 401;
  }
  const id = `${headers["webhook-id"]}`;
  if (seen.has(id)) {
    console.log(`again: ${id}`);
    return 204;
  }
  seen.add(id);
  if (event.type === "webhook.test") {
    console.log(event.type);
    return 204;
  }
  console.log(`${event.type} ${event.data.id} ${event.data.amount} ${event.data.currency}`);
  return 204;
}

/** Verify the bytes as they came: a body that was parsed and written anew has another signature. */
function verified(body: Buffer, headers: Record<string, string>): TransactionEvent | TestEvent {
  let refusal: unknown;
  for (const webhook of webhooks) {
    try {
      return webhook.verify(body, headers) as TransactionEvent | TestEvent;
    } catch (error) {
      refusal = error;
    }
  }
  throw refusal;
}

/** Read the body; undefined where it is too large. */
async function read(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > LARGEST_BODY) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

server.listen(Number(process.env.PORT ?? 8400), "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
