"""Messages that are held: none is lost, whatever happens meanwhile."""

from typing import Any

import pytest

from tapstack.console.errors import UserError
from tapstack.operate.message_queue import held_messages


def test_all_there_is_is_held_and_given_back(queue: Any) -> None:
    queue.bodies = [f"{n}" for n in range(23)]

    with held_messages(queue, "url") as held:
        assert [message["Body"] for message in held.messages] == queue.bodies
        assert queue.did == []

    assert queue.handles("give back") == [f"{n}" for n in range(23)]


def test_what_was_not_deleted_is_given_back_after_an_error_too(queue: Any) -> None:
    queue.bodies = ["a", "b", "c"]

    def interrupted() -> None:
        with held_messages(queue, "url") as held:
            held.delete(held.messages[:1])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()

    assert queue.did == [("delete", "0"), ("give back", "1"), ("give back", "2")]


def test_an_interruption_while_taking_gives_back_what_was_taken(queue: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    queue.bodies = [f"{n}" for n in range(10)]
    receive = queue.receive_message

    def once(**wanted: Any) -> Any:
        if answer := receive(**wanted):
            return answer
        raise KeyboardInterrupt

    monkeypatch.setattr(queue, "receive_message", once)
    with pytest.raises(KeyboardInterrupt), held_messages(queue, "url"):
        pass

    assert len(queue.handles("give back")) == 10


def test_a_message_that_is_not_deleted_is_told_and_given_back(queue: Any) -> None:
    queue.bodies = ["a", "b"]
    queue.refuses = {"1"}

    with pytest.raises(UserError, match="url did not delete 1 message;"), held_messages(queue, "url") as held:
        held.delete(held.messages)

    assert queue.handles("give back") == ["1"]
