"""Dead letters on their way back."""

from typing import Any

import msgspec
import pytest

from tapstack.operate.dead_letters import dead_letter, send_again
from tapstack.operate.message_queue import held_messages
from transactions.webhooks.notifications import Notification


def body(merchant: str, number: int = 1) -> str:
    return msgspec.json.encode(Notification(merchant, f"msg_{number}", {"type": "transaction.approved"})).decode()


def test_each_is_sent_to_its_merchants_group_before_it_is_deleted(queue: Any) -> None:
    queue.bodies = [body("acme", n) for n in range(12)]

    with held_messages(queue, "dead") as held:
        assert send_again(queue, "alive", held, [dead_letter(message) for message in held.messages]) == 12

    did = [action for action, _ in queue.did]
    assert did == ["send"] * 10 + ["delete"] * 10 + ["send"] * 2 + ["delete"] * 2
    sent = queue.handles("send")
    assert {entry["MessageGroupId"] for entry in sent} == {"acme"}
    assert [entry["MessageBody"] for entry in sent] == queue.bodies


def test_one_the_queue_refuses_stays(queue: Any) -> None:
    queue.bodies = [body("acme"), body("globex"), body("initech")]
    queue.refuses = {"globex"}

    with held_messages(queue, "dead") as held:
        assert send_again(queue, "alive", held, [dead_letter(message) for message in held.messages]) == 2

    assert (queue.handles("delete"), queue.handles("give back")) == (["0", "2"], ["1"])


@pytest.mark.parametrize("text", ["", "hello", "{}", "[]", body(""), '{"merchant_id": "acme", "webhook_id": "msg_1"}'])
def test_what_is_no_notification_has_no_merchant(text: str) -> None:
    letter = dead_letter({"MessageId": "1", "Body": text, "Attributes": {"SentTimestamp": "1"}})

    assert (letter.notification, letter.merchant_id, letter.webhook_id) == (None, "", "")


def test_one_that_the_queue_gave_up_by_itself_says_so() -> None:
    letter = dead_letter({"MessageId": "1", "Body": body("acme"), "Attributes": {"SentTimestamp": "1"}})

    assert letter.merchant_id == "acme"
    assert letter.reason.startswith("given up by the queue")
