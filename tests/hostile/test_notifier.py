"""Messages as nobody sends them, from the queue to the notifier: delivered or reported, and in nobody's way."""

import json
from collections import Counter
from random import Random
from typing import Any

import msgspec

from hostile.conftest import Inputs
from hostile.mutations import Mutator
from notifier.queue import Notifier
from simulation.model.cloud import Cloud
from support.edge import Edge
from support.queues import Queues
from transactions.agreed.encryption import WEBHOOK_SECRET, encryption_context
from transactions.agreed.tables import secret_id
from transactions.attributes import to_item
from transactions.webhooks.deliveries import DeliveryLog
from transactions.webhooks.delivery import DeliveryError
from transactions.webhooks.endpoints import EndpointRegister
from transactions.webhooks.probe_sink import ProbeSink
from transactions.webhooks.secret_store import SecretStore

ENTRY_POINT = "notifier.queue.Notifier.process"
GOOD = {
    "merchant_id": "acme",
    "webhook_id": "msg_a",
    "event": {"type": "transaction.approved", "timestamp": "2026-11-24T21:31:19.042Z", "data": {"id": "txn_a"}},
}


class Delivered:
    """Takes the place of the courier: keeps webhook ids, and fails for those of globex."""

    def __init__(self) -> None:
        self.ids: list[str] = []

    def deliver(self, url: str, headers: dict[str, str], body: bytes) -> int:
        if "globex" in url:
            raise DeliveryError("answered 500")
        self.ids.append(headers["webhook-id"])
        return 204


def make_notifier(edge: Edge, delivered: Delivered, queues: Queues) -> Notifier:
    described: list[dict[str, Any]] = []
    for merchant in ("acme", "globex"):
        edge.set_up(merchant, webhook_url=f"https://{merchant}.example")
    cloud = Cloud()
    for merchant in ("acme", "globex"):
        plaintext = b"whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
        current = cloud.key.put(plaintext, encryption_context(WEBHOOK_SECRET, merchant))
        cloud.merchants.write(
            secret_id(merchant), to_item({"id": secret_id(merchant), "version": 1, "current": current})
        )
    courier: Any = delivered
    sqs: Any = queues
    return Notifier(
        merchants=edge.api.merchants,
        secrets=SecretStore(cloud.dynamodb, "merchants", cloud.kms, lambda: edge.at),
        log=DeliveryLog(cloud.dynamodb, "deliveries", lambda: edge.at),
        endpoints=EndpointRegister(cloud.dynamodb, "deliveries", lambda: edge.at),
        courier=courier,
        sink=ProbeSink(cloud.dynamodb, "deliveries", lambda: edge.at),
        sqs=sqs,
        queue_url="queue",
        dead_letter_queue_url="dead-letters",
        clock=lambda: edge.at,
        told=lambda attempt: described.append(attempt.described()),
    )


def message(number: int, body: str) -> dict[str, Any]:
    return {
        "messageId": f"{number}",
        "receiptHandle": f"handle-{number}",
        "body": body,
        "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1790000000000"},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
    }


def hostile_body(random: Random) -> str:
    data = Mutator(random).document(GOOD | {"merchant_id": random.choice(("acme", "globex", "nobody"))})
    return data.decode("utf-8", random.choice(("replace", "surrogateescape")))


def is_json_object(body: str) -> bool:
    try:
        return isinstance(json.loads(body), dict)
    except (ValueError, RecursionError):
        return False


def test_no_message_stops_the_others_and_each_that_is_no_notification_is_reported(
    inputs: Inputs, tally: Counter[tuple[str, str]]
) -> None:
    delivered, queues = Delivered(), Queues()
    notifier = make_notifier(Edge(), delivered, queues)
    for name, random in inputs(ENTRY_POINT, 0.25):
        bodies = [hostile_body(random) for _ in range(random.choice((1, 1, 3)))]
        good = msgspec.json.encode(GOOD | {"webhook_id": f"msg_{name}".replace(" ", "_")}).decode()
        messages = [message(number, body) for number, body in enumerate([*bodies, good])]
        delivered.ids.clear()
        queues.sent.clear()
        try:
            answer = notifier.process({"Records": messages})
        except Exception as error:
            raise AssertionError(f"{name}: {bodies!r}") from error
        assert answer.keys() == {"batchItemFailures"}
        again = {item["itemIdentifier"] for item in answer["batchItemFailures"]}
        assert again <= {f"{number}" for number in range(len(bodies))}, f"{name}: {bodies!r}"
        assert json.loads(good)["webhook_id"] in delivered.ids, f"{name}: {bodies!r}"
        given_up = sum(len(sent) for sent in queues.sent.values())
        broken = sum(not is_json_object(body) for body in bodies)
        assert len(again) + given_up >= broken, f"{name}: {bodies!r}"
        tally[ENTRY_POINT, "comes again" if again else "given up" if given_up else "delivered"] += 1

    assert {result for _, result in tally} > {"delivered"}
