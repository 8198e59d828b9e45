"""The stream and Lambda's poller on it, held against Lambda's documentation."""

import json
from typing import Any

import pytest

from simulation.model.cloud import Cloud
from simulation.model.streams import Event, StreamPoller


def insert(cloud: Cloud, *keys: str) -> None:
    for key in keys:
        cloud.dynamodb.put_item(TableName="transactions", Item={"id": {"S": key}})


def keys(event: Event | None) -> str:
    return "".join(record["dynamodb"]["NewImage"]["id"]["S"] for record in (event or {"Records": []})["Records"])


def numbers(event: Event | None) -> list[str]:
    return [record["dynamodb"]["SequenceNumber"] for record in (event or {"Records": []})["Records"]]


def failing(*identifiers: Any) -> dict[str, Any]:
    return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in identifiers]}


def told(cloud: Cloud) -> list[Any]:
    return [json.loads(message.body) for message in cloud.stream_failures.messages]


@pytest.fixture
def cloud() -> Cloud:
    return Cloud(lanes=1, retry_attempts=2)


@pytest.fixture
def poller(cloud: Cloud) -> StreamPoller:
    insert(cloud, *"abcdef")
    return cloud.stream_pollers[0]


def test_every_change_is_told_in_order_and_what_changes_nothing_is_not(cloud: Cloud) -> None:
    cloud.now = 1_767_225_600_999
    insert(cloud, "a", "a")
    cloud.dynamodb.update_item(
        TableName="transactions",
        Key={"id": {"S": "a"}},
        UpdateExpression="SET note = :x",
        ExpressionAttributeValues={":x": {"S": "x"}},
    )
    cloud.dynamodb.delete_item(TableName="transactions", Key={"id": {"S": "a"}})
    cloud.dynamodb.delete_item(TableName="transactions", Key={"id": {"S": "a"}})

    records = cloud.stream.records

    assert [record.event_name for record in records] == ["INSERT", "MODIFY", "REMOVE"]
    assert [len(record.sequence_number) for record in records] == [21] * 3
    assert records[0].sequence_number < records[1].sequence_number < records[2].sequence_number
    event = records[0].event(cloud.stream.arn)
    assert (event["eventName"], event["eventSourceARN"]) == ("INSERT", cloud.stream.arn)
    assert event["dynamodb"]["Keys"] == event["dynamodb"]["NewImage"] == {"id": {"S": "a"}}
    assert event["dynamodb"]["ApproximateCreationDateTime"] == 1_767_225_600
    assert "NewImage" not in records[2].event(cloud.stream.arn)["dynamodb"]
    assert keys(cloud.stream_pollers[0].next_batch()) == "a"
    assert not cloud.stream_pollers[0].has_work()


def test_a_key_keeps_to_its_lane() -> None:
    cloud = Cloud(lanes=4)
    insert(cloud, *"abcdefghijklmnop")

    lanes = [poller.next_batch() for poller in cloud.stream_pollers]

    assert sorted("".join(map(keys, lanes))) == list("abcdefghijklmnop")
    assert all(lanes)
    for lane, event in enumerate(lanes):
        assert {cloud.stream.lane_of(key) for key in keys(event)} == {lane}
        assert numbers(event) == sorted(numbers(event))


def test_one_batch_is_under_way_at_a_time(poller: StreamPoller) -> None:
    assert keys(poller.next_batch(4)) == "abcd"
    assert poller.next_batch(4) is None
    assert not poller.has_work()
    assert poller.in_flight

    poller.answered(failing())

    assert keys(poller.next_batch(4)) == "ef"


@pytest.mark.parametrize("answer", [None, {}, {"batchItemFailures": None}, {"batchItemFailures": []}])
def test_an_answer_without_failures_is_a_success(poller: StreamPoller, answer: Any) -> None:
    poller.next_batch(4)

    poller.answered(answer)

    assert keys(poller.next_batch(4)) == "ef"


def test_a_batch_comes_again_from_the_lowest_failure_on(poller: StreamPoller) -> None:
    _, second, third, fourth = numbers(poller.next_batch(4))

    poller.answered(failing(fourth, second))

    assert numbers(poller.next_batch(4)) == [second, third, fourth]


@pytest.mark.parametrize("identifier", ["", None, "123"])
def test_an_identifier_that_is_none_fails_the_whole_batch(poller: StreamPoller, identifier: str | None) -> None:
    poller.next_batch(2)

    poller.answered(failing(identifier))

    assert keys(poller.next_batch(9)) == "a"
    poller.answered(None)
    assert keys(poller.next_batch(9)) == "b"


def test_an_error_splits_a_batch_until_one_record_is_left(poller: StreamPoller) -> None:
    seen = []
    while batch := keys(poller.next_batch(4)):
        seen.append(batch)
        if "c" in batch:
            poller.failed()
        else:
            poller.answered(None)

    # The splits use up no retry: "c" alone is tried three times.
    assert seen == ["abcd", "ab", "cd", "c", "c", "c", "d", "ef"]
    assert [record.keys["id"]["S"] for record in poller.given_up] == ["c"]


def test_a_batch_is_given_up_as_a_whole_when_its_retries_are_used_up(cloud: Cloud, poller: StreamPoller) -> None:
    first = numbers(poller.next_batch(4))
    poller.answered(failing(first[1]))
    left = first[1:]
    for _ in range(3):
        assert told(cloud) == []
        assert numbers(poller.next_batch(4)) == left
        cloud.advance(1500)
        poller.answered(failing(left[0]))

    (failure,) = told(cloud)
    assert failure == {
        "requestContext": {
            "requestId": "request-0-1",
            "functionArn": "arn:aws:lambda:eu-central-1:000000000000:function:fraud-detector:live",
            "condition": "RetryAttemptsExhausted",
            "approximateInvokeCount": 3,
        },
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": None},
        "version": "1.0",
        "timestamp": "2026-01-01T00:00:04.500Z",
        "DDBStreamBatchInfo": {
            "shardId": "shardId-00000001700000000000-0a1b2c3d",
            "startSequenceNumber": left[0],
            "endSequenceNumber": left[-1],
            "approximateArrivalOfFirstRecord": "2026-01-01T00:00:00Z",
            "approximateArrivalOfLastRecord": "2026-01-01T00:00:00Z",
            "batchSize": 3,
            "streamArn": cloud.stream.arn,
        },
    }
    assert "".join(record.keys["id"]["S"] for record in cloud.stream.between(left[0], left[-1])) == "bcd"
    assert keys(poller.next_batch(4)) == "ef"


def test_an_error_is_named_in_what_is_told(cloud: Cloud, poller: StreamPoller) -> None:
    for _ in range(3):
        poller.next_batch(1)
        poller.failed()

    assert told(cloud)[0]["responseContext"]["functionError"] == "Unhandled"


def test_the_last_batch_can_come_once_more_and_then_its_answer_counts(poller: StreamPoller) -> None:
    assert poller.redeliver_last() is None
    (first, _) = numbers(poller.next_batch(2))
    poller.answered(None)

    assert keys(poller.redeliver_last()) == "ab"
    poller.answered(failing(first))

    assert poller.redeliver_last() is None
    assert keys(poller.next_batch(2)) == "ab"
    assert poller.redeliver_last() is None
    poller.answered(None)
    assert keys(poller.next_batch(9)) == "cdef"


def test_an_answer_to_nothing_is_a_mistake(poller: StreamPoller) -> None:
    with pytest.raises(ValueError, match="no batch"):
        poller.failed()
