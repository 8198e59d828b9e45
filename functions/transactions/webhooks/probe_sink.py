"""The probe's sink: where its webhooks end, as they were signed, in place of a receiver on the Internet.

id              headers                   body         expires_at
sink#<msg_…>    name to value, as sent    as signed    when DynamoDB may delete it

Each webhook is an item of its own, so whoever looks for one takes nothing from others.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from transactions.agreed.probe import SINK_SECONDS, sink_id
from transactions.agreed.tables import EXPIRES_AT
from transactions.attributes import from_item, key_of, to_item
from transactions.clock import Clock

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_TAKEN = 200


@dataclass(frozen=True)
class Received:
    """A webhook in the sink."""

    headers: Mapping[str, str]
    body: bytes


class ProbeSink:
    """Takes in the probe's webhooks, and gives them out."""

    def __init__(self, client: "DynamoDBClient", table: str, clock: Clock) -> None:
        """Work on a table.

        Args:
            client: DynamoDB.
            table: the deliveries table's name.
            clock: tells from when on an item is kept.
        """
        self._client = client
        self._table = table
        self._clock = clock

    def deliver(self, headers: Mapping[str, str], body: bytes) -> int:
        """Take in a signed webhook, and answer as a receiver that is well: with a status of 2xx."""
        self._client.update_item(
            TableName=self._table,
            Key=key_of(sink_id(headers["webhook-id"])),
            UpdateExpression=f"SET headers = :headers, body = :body, {EXPIRES_AT} = :end",
            ExpressionAttributeValues=to_item(
                {
                    ":headers": dict(headers),
                    ":body": body.decode(),
                    ":end": self._clock() // 1000 + SINK_SECONDS,
                }
            ),
        )
        return _TAKEN

    def of(self, webhook_id: str) -> Received | None:
        """Read a webhook that was taken in; None for one that was not."""
        answer = self._client.get_item(TableName=self._table, Key=key_of(sink_id(webhook_id)), ConsistentRead=True)
        if "Item" not in answer:
            return None
        values = from_item(answer["Item"])
        return Received(values["headers"], values["body"].encode())

    def forget(self, webhook_id: str) -> None:
        """Take a webhook out."""
        self._client.delete_item(TableName=self._table, Key=key_of(sink_id(webhook_id)))
