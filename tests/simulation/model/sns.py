"""SNS's client: what was published to the alerts topic."""

from dataclasses import dataclass
from typing import Any

from simulation.model.errors import check_parameters, client_error, exceptions
from simulation.model.faults import Faults

LONGEST_SUBJECT = 100


@dataclass(frozen=True)
class Notice:
    """A message that was published."""

    subject: str
    text: str


class Sns:
    """The client, with one topic."""

    def __init__(self, topic_arn: str, faults: Faults) -> None:
        """Make the topic.

        Args:
            topic_arn: its name.
            faults: the gate.
        """
        self.exceptions = exceptions("NotFoundException")
        self.notices: list[Notice] = []
        """All there were, in order; to look at only."""
        self._topic_arn = topic_arn
        self._faults = faults

    def publish(self, **request: Any) -> dict[str, Any]:
        """Publish a message."""
        check_parameters("sns", "Publish", request, "TopicArn Message Subject")

        def apply() -> dict[str, Any]:
            if request["TopicArn"] != self._topic_arn:
                raise client_error("Publish", "NotFound", "Topic does not exist")
            subject = request.get("Subject", "-")
            if not subject.isascii() or not 0 < len(subject) <= LONGEST_SUBJECT or not subject.isprintable():
                raise client_error("Publish", "InvalidParameter", "Invalid parameter: Subject")
            self.notices.append(Notice(subject, request["Message"]))
            return {"MessageId": f"notice-{len(self.notices)}"}

        return self._faults.gate("sns", "Publish", apply)
