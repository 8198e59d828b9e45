"""The limits of AWS that only show after a day, or under load."""

import pytest
from botocore.exceptions import ClientError

from simulation.model.cloud import Cloud
from simulation.model.table import as_of

DAY_MS = 24 * 60 * 60 * 1000


def put(cloud: Cloud, key: str, **values: str) -> None:
    item = {"id": {"S": key}, **{name: {"S": value} for name, value in values.items()}}
    cloud.dynamodb.put_item(TableName="transactions", Item=item)


def test_a_record_that_is_not_read_within_a_day_is_gone_without_a_word() -> None:
    cloud = Cloud(lanes=1)
    (poller,) = cloud.stream_pollers
    put(cloud, "early")
    cloud.advance(1_000)
    put(cloud, "late")
    cloud.advance(DAY_MS - 1_000)

    event = poller.next_batch()

    assert event is not None
    assert [record["dynamodb"]["Keys"]["id"]["S"] for record in event["Records"]] == ["late"]
    assert [record.keys["id"]["S"] for record in poller.expired] == ["early"]
    assert not cloud.stream_failures.messages


def test_a_batch_that_was_handed_out_is_tried_again_after_a_day() -> None:
    cloud = Cloud(lanes=1)
    (poller,) = cloud.stream_pollers
    put(cloud, "one")
    first = poller.next_batch()
    cloud.advance(2 * DAY_MS)
    poller.failed()

    assert poller.next_batch() == first
    assert not poller.expired


def test_a_batch_of_a_stream_has_up_to_a_hundred_records() -> None:
    cloud = Cloud(lanes=1)
    for number in range(150):
        put(cloud, f"{number}")

    event = cloud.stream_pollers[0].next_batch()

    assert event is not None
    assert len(event["Records"]) == 100


def test_a_queue_at_its_quota_of_messages_in_flight_hands_out_nothing() -> None:
    cloud = Cloud(in_flight_quota=2)
    queue = cloud.notifications
    for number in range(3):
        queue.send(f"{number}")
    first = queue.receive(10, visibility_seconds=60)

    assert len(first) == 2
    assert (queue.receive(10), queue.visible(), cloud.notifications_poller.has_work()) == ([], 0, False)
    assert queue.next_visible() == cloud.now + 60_000
    queue.delete(first[0].handle)
    assert [message.body for message in queue.receive(10)] == ["2"]


def test_a_message_put_off_counts_as_in_flight() -> None:
    cloud = Cloud(in_flight_quota=1)
    cloud.notifications.send("put off")
    cloud.notifications.send("waits for it")
    (message,) = cloud.notifications.receive(10)
    cloud.sqs.change_message_visibility(
        QueueUrl=cloud.notifications.url, ReceiptHandle=message.handle, VisibilityTimeout=600
    )
    cloud.advance(599_999)

    assert cloud.notifications.receive(10) == []
    cloud.advance(1)
    assert len(cloud.notifications.receive(10)) == 1


def test_a_message_older_than_its_queue_keeps_is_gone_and_no_dead_letter() -> None:
    cloud = Cloud(retention_seconds=60)
    cloud.notifications.send("lost")
    cloud.advance(60_000)

    assert cloud.notifications.receive(10) == []
    assert not cloud.notifications.messages
    assert not cloud.dead_letters.messages


def test_a_message_is_delayed_by_fifteen_minutes_at_the_most() -> None:
    cloud = Cloud()
    url = cloud.notifications.url
    cloud.sqs.send_message(QueueUrl=url, MessageBody="late", DelaySeconds=900)
    with pytest.raises(ClientError, match="Must be between 0 and 900"):
        cloud.sqs.send_message(QueueUrl=url, MessageBody="later", DelaySeconds=901)
    answer = cloud.sqs.send_message_batch(
        QueueUrl=url, Entries=[{"Id": "a", "MessageBody": "later", "DelaySeconds": 901}]
    )

    assert [entry["Code"] for entry in answer["Failed"]] == ["InvalidParameterValue"]
    cloud.advance(899_999)
    assert cloud.notifications.receive(10) == []
    cloud.advance(1)
    assert [message.body for message in cloud.notifications.receive(10)] == ["late"]


def test_a_read_that_is_not_consistent_may_see_what_was() -> None:
    cloud = Cloud()
    cloud.transactions.stale = as_of(lambda: cloud.now - 1_000)
    cloud.advance(5_000)
    put(cloud, "a", note="before")
    cloud.advance(2_000)
    put(cloud, "a", note="after")

    def note(*, consistent: bool) -> str:
        answer = cloud.dynamodb.get_item(TableName="transactions", Key={"id": {"S": "a"}}, ConsistentRead=consistent)
        return f"{answer['Item']['note']['S']}"

    assert (note(consistent=False), note(consistent=True)) == ("before", "after")
    cloud.advance(1_000)
    assert note(consistent=False) == "after"


def test_an_item_that_has_expired_is_read_until_it_is_deleted() -> None:
    cloud = Cloud()
    seconds = cloud.now // 1000
    cloud.velocity.write("a", {"id": {"S": "a"}, "expires_at": {"N": f"{seconds}"}})
    cloud.advance(2 * DAY_MS)

    assert cloud.velocity.newest("a") is not None
    assert cloud.velocity.expire(seconds - 1) == []
    assert cloud.velocity.expire(cloud.now // 1000) == ["a"]
    assert cloud.velocity.newest("a") is None


def test_the_reads_of_a_batch_are_at_moments_of_their_own() -> None:
    cloud = Cloud()
    cloud.dynamodb_model.reads_of_a_batch = lambda keys: keys[::-1]
    put(cloud, "a", note="before")
    put(cloud, "b", note="before")
    calls: list[str] = []

    def between(service: str, operation: str) -> None:
        calls.append(operation)
        if len(calls) == 2:
            put(cloud, "a", note="between")
            put(cloud, "b", note="between")

    cloud.faults.between = between
    keys = [{"id": {"S": key}} for key in "ab"]
    answer = cloud.dynamodb.batch_get_item(RequestItems={"transactions": {"Keys": keys, "ConsistentRead": True}})

    read = {item["id"]["S"]: item["note"]["S"] for item in answer["Responses"]["transactions"]}
    assert read == {"b": "before", "a": "between"}


def test_the_gate_says_which_item_a_call_is_about() -> None:
    cloud = Cloud()
    about: list[str] = []
    cloud.faults.between = lambda service, operation: about.append(cloud.faults.about)
    cloud.dynamodb.get_item(TableName="velocity", Key={"id": {"S": "card#acme#1"}})
    cloud.dynamodb.batch_get_item(RequestItems={"velocity": {"Keys": [{"id": {"S": "merchant#acme#1"}}]}})
    put(cloud, "txn_a")
    cloud.sqs.send_message(QueueUrl=cloud.notifications.url, MessageBody="x")

    assert about == ["velocity card#acme#1", "velocity merchant#acme#1", "transactions txn_a", ""]
