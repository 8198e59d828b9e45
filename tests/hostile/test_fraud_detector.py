"""Images of items as nobody writes them, from the stream to the fraud detector: reported, and in nobody's way."""

import json
import re
from collections import Counter
from random import Random
from typing import Any
from unittest.mock import Mock

from fraud_detector.stream import Detector
from fraud_detector.workers import Workers
from hostile.conftest import Inputs
from hostile.mutations import Mutator
from simulation.model.executor import InlineExecutor
from support.edge import Edge
from support.queues import Queues
from transactions.velocity.card import CardCount

ENTRY_POINT = "fraud_detector.stream.Detector.process"
BODY = {
    "amount": 1250,
    "currency": "EUR",
    "card": {"token": "tok_abcd", "bin": "424242", "country": "DE", "expires": "2099-12"},
    "metadata": {"shop": "one"},
}
QUEUE = "queue"
HALF = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")


def make_detector(edge: Edge, queues: Queues) -> Detector:
    described: list[dict[str, Any]] = []
    # What a card did before is not what this is about.
    cards = Mock(**{"count.return_value": CardCount(())})
    limits = Mock(**{"count.return_value": {}})
    sqs: Any = queues
    return Detector(
        merchants=edge.api.merchants,
        store=edge.api.store,
        cards=cards,
        limits=limits,
        desk=edge.api.reviews.desk,
        sqs=sqs,
        queue_url=QUEUE,
        clock=lambda: edge.at,
        workers=Workers(InlineExecutor()),
        test_tokens=False,
        decided=lambda transaction, decision: None,
        failed=lambda record: described.append(record.described()),
    )


def image(mutator: Mutator, good: dict[str, Any]) -> Any:
    """Change an image by its bytes or by its parts; what is no JSON comes as a text.

    Halves of characters are left out: DynamoDB keeps texts in UTF-8 and refuses to take them.
    """
    text = HALF.sub("", mutator.document(good).decode("utf-8", "replace"))
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def record(number: str, new_image: Any) -> dict[str, Any]:
    return {
        "eventID": number,
        "eventName": "INSERT",
        "eventSource": "aws:dynamodb",
        "dynamodb": {"SequenceNumber": number, "NewImage": new_image, "StreamViewType": "NEW_IMAGE"},
    }


def test_no_image_stops_the_others_and_each_that_cannot_be_decided_is_reported(
    inputs: Inputs, tally: Counter[tuple[str, str]]
) -> None:
    edge, queues = Edge(), Queues()
    detector = make_detector(edge, queues)

    def good_image(random: Random) -> dict[str, Any]:
        transaction_id = edge.submit(BODY, f"key-{random.randrange(1_000_000)}").body["id"]
        # As the stream has it: the table's item changes under a decision, its image does not.
        copied: dict[str, Any] = json.loads(json.dumps(edge.transactions[transaction_id]))
        return copied

    for name, random in inputs(ENTRY_POINT, 0.25):
        mutator = Mutator(random)
        good = good_image(random)
        hostile = [image(mutator, good_image(random)) for _ in range(random.choice((1, 1, 3)))]
        numbers = [f"{place}" for place in range(len(hostile) + 1)]
        records = [record(number, item) for number, item in zip(numbers, [*hostile, good], strict=True)]
        queues.sent.clear()
        try:
            answer = detector.process({"Records": records})
        except Exception as error:
            raise AssertionError(f"{name}: {records!r}") from error
        assert answer.keys() == {"batchItemFailures"}
        again = [item["itemIdentifier"] for item in answer["batchItemFailures"]]
        assert set(again) <= set(numbers), f"{name}: {records!r}"
        assert len(set(again)) == len(again), f"{name}: {records!r}"
        # The good one comes last, after whatever the others did.
        assert numbers[-1] not in again, f"{name}: {records!r}"
        assert edge.transactions[good["id"]["S"]]["status"] == {"S": "approved"}, f"{name}: {records!r}"
        assert len(queues.sent[QUEUE]) == len(numbers) - len(again), f"{name}: {records!r}"
        tally[ENTRY_POINT, "comes again" if again else "decided"] += 1

    assert {result for _, result in tally} == {"comes again", "decided"}
