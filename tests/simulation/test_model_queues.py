"""Queues in virtual time and Lambda's poller on them, held against AWS's documentation."""

from typing import Any

import pytest

from simulation.model.cloud import Cloud
from simulation.model.queue_poller import Event
from transactions.agreed.invocations import NOTIFICATIONS_RECEIVES, NOTIFICATIONS_VISIBILITY_SECONDS

SECOND = 1000
DAY = 86_400 * SECOND


def send(cloud: Cloud, *bodies: str) -> None:
    for body in bodies:
        cloud.sqs.send_message(QueueUrl=cloud.notifications.url, MessageBody=body)


def receive(cloud: Cloud, url: str | None = None, limit: int = 10) -> list[Any]:
    answer = cloud.sqs.receive_message(
        QueueUrl=url or cloud.notifications.url, MaxNumberOfMessages=limit, MessageSystemAttributeNames=["All"]
    )
    return list(answer.get("Messages", []))


def bodies(event: Event | None) -> str:
    return "".join(record["body"] for record in (event or {"Records": []})["Records"])


def counts(cloud: Cloud) -> tuple[str, ...]:
    attributes: Any = cloud.sqs.get_queue_attributes(QueueUrl=cloud.notifications.url, AttributeNames=["All"])
    found = attributes["Attributes"]
    return tuple(found[f"ApproximateNumberOfMessages{kind}"] for kind in ("", "NotVisible", "Delayed"))


def test_a_message_is_out_of_sight_until_its_time_is_up(cloud: Cloud) -> None:
    send(cloud, "a")
    cloud.sqs.send_message(QueueUrl=cloud.notifications.url, MessageBody="b", DelaySeconds=400)

    assert [message["Body"] for message in receive(cloud)] == ["a"]
    assert counts(cloud) == ("0", "1", "1")
    assert cloud.notifications.next_visible() == cloud.now + NOTIFICATIONS_VISIBILITY_SECONDS * SECOND
    cloud.advance(NOTIFICATIONS_VISIBILITY_SECONDS * SECOND - 1)
    assert receive(cloud) == []
    cloud.advance(1)

    (again,) = receive(cloud)
    assert (again["Body"], again["Attributes"]["ApproximateReceiveCount"]) == ("a", "2")


def test_the_time_out_of_sight_can_be_changed_from_now_on(cloud: Cloud) -> None:
    send(cloud, "a")
    (message,) = receive(cloud)
    cloud.advance(100 * SECOND)
    cloud.sqs.change_message_visibility(
        QueueUrl=cloud.notifications.url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=5
    )

    cloud.advance(5 * SECOND - 1)
    assert receive(cloud) == []
    cloud.advance(1)
    assert len(receive(cloud)) == 1


def test_only_who_has_a_message_changes_its_time(cloud: Cloud) -> None:
    send(cloud, "a")
    (message,) = receive(cloud)
    change: Any = {
        "QueueUrl": cloud.notifications.url,
        "ReceiptHandle": message["ReceiptHandle"],
        "VisibilityTimeout": 0,
    }
    cloud.advance(NOTIFICATIONS_VISIBILITY_SECONDS * SECOND)

    with pytest.raises(cloud.sqs.exceptions.ClientError, match="MessageNotInflight"):
        cloud.sqs.change_message_visibility(**change)
    receive(cloud)
    with pytest.raises(cloud.sqs.exceptions.ClientError, match="MessageNotInflight"):
        cloud.sqs.change_message_visibility(**change)


def test_deleting_with_an_old_handle_succeeds_and_deletes_nothing(cloud: Cloud) -> None:
    send(cloud, "a")
    (first,) = receive(cloud)
    cloud.advance(NOTIFICATIONS_VISIBILITY_SECONDS * SECOND)
    (second,) = receive(cloud)

    cloud.sqs.delete_message(QueueUrl=cloud.notifications.url, ReceiptHandle=first["ReceiptHandle"])
    assert len(cloud.notifications.messages) == 1
    for _ in range(2):
        cloud.sqs.delete_message(QueueUrl=cloud.notifications.url, ReceiptHandle=second["ReceiptHandle"])

    assert cloud.notifications.messages == []


def test_what_was_received_too_often_goes_to_the_dead_letters(cloud: Cloud) -> None:
    send(cloud, "a")
    for attempt in range(1, NOTIFICATIONS_RECEIVES + 1):
        assert receive(cloud)[0]["Attributes"]["ApproximateReceiveCount"] == f"{attempt}"
        cloud.advance(NOTIFICATIONS_VISIBILITY_SECONDS * SECOND)

    assert receive(cloud) == []
    (dead,) = receive(cloud, cloud.dead_letters.url)
    assert dead["Body"] == "a"
    assert dead["Attributes"]["DeadLetterQueueSourceArn"] == cloud.notifications.arn


def test_messages_are_kept_from_when_they_were_first_sent(cloud: Cloud) -> None:
    send(cloud, "a")
    for _ in range(NOTIFICATIONS_RECEIVES):
        receive(cloud)
        cloud.advance(NOTIFICATIONS_VISIBILITY_SECONDS * SECOND)
    receive(cloud)
    send(cloud, "b")

    cloud.advance(4 * DAY)
    assert receive(cloud) == []
    assert len(receive(cloud, cloud.dead_letters.url)) == 1
    cloud.advance(10 * DAY)
    assert receive(cloud, cloud.dead_letters.url) == []


def test_a_batch_can_be_taken_in_part(cloud: Cloud) -> None:
    cloud.notifications.refuse = lambda ids: [ids[1]]

    answer = cloud.sqs.send_message_batch(
        QueueUrl=cloud.notifications.url, Entries=[{"Id": f"{place}", "MessageBody": "x"} for place in range(3)]
    )

    assert [entry["Id"] for entry in answer["Successful"]] == ["0", "2"]
    assert [(entry["Id"], entry["SenderFault"]) for entry in answer["Failed"]] == [("1", False)]
    assert len(cloud.notifications.messages) == 2


def test_messages_come_in_the_order_that_is_chosen(cloud: Cloud) -> None:
    send(cloud, *"abc")
    cloud.notifications.choose = lambda visible: len(visible) - 1

    assert bodies(cloud.notifications_poller.next_batch(2)) == "cb"


@pytest.mark.parametrize("occasion", ["receive", "delete"])
def test_a_message_can_come_twice(cloud: Cloud, occasion: str) -> None:
    send(cloud, "a")
    cloud.notifications.duplicate = lambda when, message: when == occasion and message.receives == 1
    poller = cloud.notifications_poller

    event = poller.next_batch()
    if occasion == "delete":
        assert event is not None
        poller.answered(event, None)
        assert poller.next_batch() is None
        cloud.advance(NOTIFICATIONS_VISIBILITY_SECONDS * SECOND)

    assert bodies(event) == bodies(poller.next_batch()) == "a"
    assert poller.next_batch() is None


def test_lambda_hands_out_what_it_receives_in_its_own_form(cloud: Cloud) -> None:
    cloud.sqs.send_message(QueueUrl=cloud.notifications.url, MessageBody="a", MessageGroupId="acme")

    event: Any = cloud.notifications_poller.next_batch()

    assert event["Records"] == [
        {
            "messageId": "notifications-1",
            "receiptHandle": "notifications-1/1",
            "body": "a",
            "attributes": {
                "SenderId": "AIDASIMULATION",
                "SentTimestamp": f"{cloud.now}",
                "ApproximateReceiveCount": "1",
                "ApproximateFirstReceiveTimestamp": f"{cloud.now}",
                "MessageGroupId": "acme",
            },
            "messageAttributes": {},
            "md5OfBody": "0cc175b9c0f1b6a831c399e269772661",
            "eventSource": "aws:sqs",
            "eventSourceARN": cloud.notifications.arn,
            "awsRegion": "eu-central-1",
        }
    ]


def test_lambda_deletes_what_is_not_named_and_leaves_the_rest_to_its_time(cloud: Cloud) -> None:
    send(cloud, *"abc")
    poller = cloud.notifications_poller
    event: Any = poller.next_batch()
    cloud.sqs.change_message_visibility(
        QueueUrl=cloud.notifications.url, ReceiptHandle=event["Records"][1]["receiptHandle"], VisibilityTimeout=5
    )

    poller.answered(event, {"batchItemFailures": [{"itemIdentifier": event["Records"][1]["messageId"]}]})

    assert [message.body for message in cloud.notifications.messages] == ["b"]
    assert not poller.has_work()
    cloud.advance(5 * SECOND)
    assert poller.has_work()
    assert bodies(poller.next_batch()) == "b"


@pytest.mark.parametrize("identifier", ["", None, "nobodys"])
def test_lambda_deletes_nothing_when_an_identifier_is_none(cloud: Cloud, identifier: str | None) -> None:
    send(cloud, *"ab")
    event: Any = cloud.notifications_poller.next_batch()

    cloud.notifications_poller.answered(event, {"batchItemFailures": [{"itemIdentifier": identifier}]})
    assert len(cloud.notifications.messages) == 2

    cloud.notifications_poller.answered(event, None)
    assert cloud.notifications.messages == []
