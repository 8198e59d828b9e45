"""What is logged of a failure: enough to find it, and nothing that must not be kept."""

import json
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest

from fraud_detector.stream import FailedRecord
from simulation.model.faults import Fault
from simulation.oracle.facts import Request
from simulation.world import LANES, World
from transactions.failures import described, ids
from transactions.idempotency import transaction_id

BODY = {
    "amount": 1_000,
    "currency": "EUR",
    "card": {"token": "tok_abcd", "bin": "424242", "country": "DE", "expires": "2031-12"},
}
ID = transaction_id("acme", "key")


@pytest.fixture
def world() -> Iterator[World]:
    with World() as world:
        world.finish(world.submit(Request("acme", "key", json.dumps(BODY))))
        yield world


def logged(world: World, message: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in world.printed().splitlines() if line.startswith("{")]
    return [line for line in lines if line.get("message") == message]


def poll_the_stream(world: World) -> None:
    for lane in range(LANES):
        if invocation := world.poll_stream(lane):
            world.finish(invocation)


def test_a_record_that_failed_is_found_by_its_ids_and_the_place_of_its_failure(world: World) -> None:
    def judge(*_: object) -> None:
        raise ValueError(f"{BODY['card']} cannot be judged")

    with mock.patch("fraud_detector.stream.judge", judge):
        poll_the_stream(world)

    (line,) = logged(world, "record failed")
    assert (line["transaction_id"], line["merchant_id"], line["error"]) == (ID, "acme", "ValueError")
    assert line["sequence_number"]
    assert line["level"] == "ERROR"
    assert [place.rpartition(" ")[2] for place in line["where"]] == ["_failing", "_judge", "_case", "judge"]
    assert line["where"][2].startswith("fraud_detector/stream.py:")
    assert "tok_abcd" not in json.dumps(line)
    assert "424242" not in json.dumps(line)


def test_records_whose_cards_could_not_be_read_all_come_again_and_are_decided(world: World) -> None:
    for number in range(8):
        card = BODY["card"] | {"token": f"tok_card_{number}"}  # type: ignore[operator]
        world.finish(world.submit(Request("acme", f"key-{number}", json.dumps(BODY | {"card": card}))))
    batch = world.poll_stream(LANES - 1)
    assert batch is not None
    records = len(batch.event["Records"])
    assert records > 1
    while batch.waits_at != ("dynamodb", "BatchGetItem"):
        world.step(batch)
    world.step(batch, Fault.THROTTLE)
    world.finish(batch)

    lines = logged(world, "record failed")
    assert [line["error"] for line in lines] == ["ProvisionedThroughputExceededException"] * records
    for _ in range(records):
        poll_the_stream(world)
    numbers = [f"key-{number}" for number in range(8)]
    found = [world.cloud.transactions.newest(transaction_id("acme", key)) for key in numbers]
    assert all(item and item["status"]["S"] != "pending" for item in found)


def test_a_request_that_could_not_be_answered_now_is_found_by_the_error_and_its_place(world: World) -> None:
    invocation = world.submit(Request("acme", "later", json.dumps(BODY)))
    while invocation.waits_at != ("dynamodb", "PutItem"):
        world.step(invocation)
    world.step(invocation, Fault.THROTTLE)

    (line,) = logged(world, "service unavailable")
    assert (line["level"], line["error"]) == ("ERROR", "ProvisionedThroughputExceededException")
    assert any(place.startswith("transactions/store.py:") for place in line["where"])
    assert world.facts.answers[-1].status == 503
    assert [request.key for request in world.unanswered] == ["later"]


def test_a_webhook_that_failed_is_found_by_its_ids_and_the_reason(world: World) -> None:
    poll_the_stream(world)
    world.merchants["acme"].receiver = "500"
    invocation = world.poll_queue(10)
    assert invocation is not None
    world.finish(invocation)

    (line,) = logged(world, "webhook failed")
    assert (line["transaction_id"], line["merchant_id"]) == (ID, "acme")
    assert (line["webhook_id"], line["error"], line["reason"]) == (
        f"msg_{ID.removeprefix('txn_')}",
        "DeliveryError",
        "answered 500",
    )
    assert line["message_id"]
    assert line["where"][-1].rpartition(" ")[2] == "deliver"


def test_a_place_is_a_file_a_line_and_a_function() -> None:
    record = FailedRecord({"SequenceNumber": "1", "NewImage": ["nothing", "of", "the", "kind"]}, KeyError("secret"))
    try:
        ids("a", [].index("secret"))  # type: ignore[arg-type]
    except ValueError as error:
        told = described(error)

    assert told["error"] == "ValueError"
    assert [place.partition(":")[0] for place in told["where"]] == ["test_failures.py"]
    assert record.described() == {
        "sequence_number": "1",
        "transaction_id": None,
        "merchant_id": None,
        "error": "KeyError",
        "where": [],
    }


def test_what_is_no_id_is_not_repeated() -> None:
    assert ids(ID, "acme") == {"transaction_id": ID, "merchant_id": "acme"}
    assert ids("4242424242424242", "4242 4242") == {"transaction_id": None, "merchant_id": None}
    assert ids({"S": 1}, None) == {"transaction_id": None, "merchant_id": None}
