"""The log of deliveries: one item for each webhook, with its attempts and what is to come.

                          attempt failed, and there are more    delivered    last one failed   nobody to tell
    (no item)   ───────▶  waiting  ◀──┐                         delivered    failed            unaddressed
    waiting     ───────▶  waiting  ───┘ until its time comes    delivered    failed            unaddressed
    delivered   ───────▶  only by a redelivery; what fails late beside a success changes nothing

Only what waits in the table is in `waiting-index`. What waits for a short time waits as a delayed message of the queue,
and its item is in no index.

    id         merchant_id  state      attempts  tries  next_due  waiting_of  due
    msg_…      acme         waiting    […]       5      …         acme        2026-11-25T19:00:00.000Z#msg_…
    msg_…      acme         delivered  […]       1                                                          expires_at
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec
from botocore.exceptions import ClientError

from transactions.agreed.invocations import DAY_SECONDS
from transactions.agreed.tables import EXPIRES_AT, KEY, WAITING_INDEX, WAITING_INDEX_HASH_KEY, WAITING_INDEX_RANGE_KEY
from transactions.agreed.webhooks import LOG_DAYS
from transactions.attributes import from_item, key_of, refused_item, to_item
from transactions.clock import Clock, iso, moment_of
from transactions.stored import read_stored
from transactions.webhooks.notifications import Notification, webhook_ids_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

State = Literal["waiting", "delivered", "failed", "unaddressed"]
MOST_ATTEMPTS: Final = 20
"""Attempts that an item remembers, the latest."""
LONGEST_REASON: Final = 56
"""Characters of a reason that is kept; an item with all attempts is one write unit, with the longest reasons two."""
_LARGEST_GET: Final = 100
_SEPARATOR: Final = "#"


class Attempt(msgspec.Struct, frozen=True, omit_defaults=True):
    """One attempt to deliver a webhook."""

    at: int
    """When it began, in milliseconds."""
    ms: int
    """How long it took."""
    status: int | None = None
    """Of the receiver's answer; None where there was none."""
    reason: str | None = None
    """Why it was no delivery; None where it was one."""


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the delivery of a webhook."""

    id: str
    """The webhook id."""
    merchant_id: str
    transaction_id: str | None = None
    """None for a test event."""
    event_type: str = ""
    state: State
    attempts: list[Attempt] = []
    """The latest, oldest first."""
    tries: int = 0
    """Attempts that the schedule has counted."""
    next_due: int | None = None
    """The earliest moment of the next attempt, in milliseconds; None where none is to come."""
    held: str | None = None
    """Why it waits without an attempt: what is wrong with the endpoint."""


@dataclass(frozen=True)
class Waiting:
    """A webhook's place among those that wait."""

    webhook_id: str
    due: str
    """Orders those of a merchant: the moment and the webhook id."""


class DeliveryLog:
    """Reads and writes deliveries."""

    def __init__(self, client: "DynamoDBClient", table: str, clock: Clock) -> None:
        """Work on a table.

        Args:
            client: DynamoDB.
            table: its name.
            clock: tells from when on what is over is kept.
        """
        self._client = client
        self._table = table
        self._clock = clock

    def of_transaction(self, transaction_id: str) -> list[Delivery]:
        """Read what is known of all webhooks of a transaction; nothing, where none was handled yet."""
        return self.read(webhook_ids_of(transaction_id))

    def read(self, webhook_ids: Sequence[str]) -> list[Delivery]:
        """Read deliveries by their webhook ids, in that order; what is not there is left out."""
        found: dict[str, Delivery] = {}
        left = list(dict.fromkeys(webhook_ids))
        while left:
            part, left = left[:_LARGEST_GET], left[_LARGEST_GET:]
            answer = self._client.batch_get_item(
                RequestItems={self._table: {"Keys": [key_of(each) for each in part], "ConsistentRead": True}}
            )
            for item in answer["Responses"].get(self._table, []):
                delivery = read_stored(from_item(item), Delivery)
                found[delivery.id] = delivery
            if later := answer.get("UnprocessedKeys", {}).get(self._table):
                left += [f"{from_item(key)[KEY]}" for key in later["Keys"]]
        return [found[each] for each in webhook_ids if each in found]

    def delivered(self, told: Notification, attempt: Attempt) -> None:
        """Write down that a webhook was delivered."""
        self._write(told, "delivered", attempt)

    def failed(self, told: Notification, attempt: Attempt) -> bool:
        """Write down that a webhook was given up after its last attempt; tell whether it was still to be delivered."""
        return self._write(told, "failed", attempt)

    def unaddressed(self, told: Notification) -> bool:
        """Write down that there is nowhere to send a webhook to; tell whether it was still to be delivered."""
        return self._write(told, "unaddressed", None, held="the merchant has no webhook URL")

    def waits_in_queue(self, told: Notification, attempt: Attempt, due: int) -> bool:
        """Write down a failed attempt after which the webhook waits as a delayed message.

        Args:
            told: the webhook.
            attempt: the one that failed.
            due: the earliest moment of the next one, in milliseconds.

        Returns:
            Whether it was still to be delivered.
        """
        return self._write(told, "waiting", attempt, due=due)

    def waits(self, told: Notification, attempt: Attempt | None, due: int, *, held: str = "") -> bool:
        """Have a webhook wait in the table until a sweep finds it.

        Args:
            told: the webhook.
            attempt: the one that failed; None where none was made.
            due: the earliest moment of the next one, in milliseconds.
            held: what is wrong with the endpoint, where no attempt was made.

        Returns:
            Whether it was still to be delivered.
        """
        return self._write(told, "waiting", attempt, due=due, held=held, in_index=True)

    def waiting(self, merchant_id: str, after: str, until: int, limit: int) -> list[Waiting]:
        """Find a merchant's webhooks whose time has come, by due time.

        Args:
            merchant_id: whose.
            after: the place of the last one that was looked at; empty begins at the first.
            until: the latest due time, in milliseconds.
            limit: how many at most.
        """
        # No webhook id sorts after a tilde.
        found = self._query(merchant_id, after, f"{iso(until)}{_SEPARATOR}~", limit)
        return [Waiting(each[KEY], each[WAITING_INDEX_RANGE_KEY]) for each in found]

    def first_due(self, merchant_id: str) -> int | None:
        """Tell when the first of a merchant's webhooks that wait is due, in milliseconds; None where none waits."""
        for found in self._query(merchant_id, "", "~", 1):
            return moment_of(found[WAITING_INDEX_RANGE_KEY].partition(_SEPARATOR)[0])
        return None

    def _query(self, merchant_id: str, after: str, until: str, limit: int) -> list[dict[str, Any]]:
        start: dict[str, Any] = {}
        if after:
            key = {
                WAITING_INDEX_HASH_KEY: merchant_id,
                WAITING_INDEX_RANGE_KEY: after,
                KEY: after.partition(_SEPARATOR)[2],
            }
            start = {"ExclusiveStartKey": to_item(key)}
        answer = self._client.query(
            TableName=self._table,
            IndexName=WAITING_INDEX,
            KeyConditionExpression=f"{WAITING_INDEX_HASH_KEY} = :merchant AND {WAITING_INDEX_RANGE_KEY} <= :until",
            ExpressionAttributeValues=to_item({":merchant": merchant_id, ":until": until}),
            Limit=limit,
            **start,
        )
        return [from_item(item) for item in answer["Items"]]

    def _write(
        self,
        told: Notification,
        state: State,
        attempt: Attempt | None,
        *,
        due: int | None = None,
        held: str = "",
        in_index: bool = False,
    ) -> bool:
        """Make one write; tell whether the webhook was still to be delivered, or is asked for again."""
        values: dict[str, Any] = {
            "merchant_id": told.merchant_id,
            "transaction_id": told.transaction_id,
            "event_type": told.event_type,
            "state": state,
            # An attempt that was not made is still to be made.
            "tries": told.attempt if attempt else told.attempt - 1,
            "next_due": due,
            "held": held[:LONGEST_REASON] or None,
            WAITING_INDEX_HASH_KEY: told.merchant_id if in_index else None,
            WAITING_INDEX_RANGE_KEY: f"{iso(due)}{_SEPARATOR}{told.webhook_id}" if in_index and due else None,
            EXPIRES_AT: self._clock() // 1000 + LOG_DAYS * DAY_SECONDS if due is None else None,
        }
        kept = {name: value for name, value in values.items() if value is not None}
        sets = [f"#{name} = :{name}" for name in kept]
        arguments = {f":{name}": value for name, value in kept.items()}
        if attempt:
            sets.append("attempts = list_append(if_not_exists(attempts, :none), :attempt)")
            bounded = msgspec.structs.replace(attempt, reason=attempt.reason and attempt.reason[:LONGEST_REASON])
            arguments |= {":none": [], ":attempt": [msgspec.to_builtins(bounded)]}
        condition: dict[str, Any] = {}
        if state != "delivered" and told.purpose != "redelivery":
            condition = {"ConditionExpression": f"attribute_not_exists({KEY}) OR #state <> :over"}
            arguments[":over"] = "delivered"
        try:
            answer = self._client.update_item(
                TableName=self._table,
                Key=key_of(told.webhook_id),
                UpdateExpression=(
                    f"SET {', '.join(sets)} REMOVE {', '.join(f'#{name}' for name in values if name not in kept)}"
                ),
                ExpressionAttributeNames={f"#{name}": name for name in values},
                ExpressionAttributeValues=to_item(arguments),
                ReturnValues="ALL_NEW",
                **condition,
            )
        except ClientError as error:
            refused_item(error)
            return False
        attempts = from_item(answer["Attributes"]).get("attempts", [])
        if len(attempts) > MOST_ATTEMPTS:
            self._client.update_item(
                TableName=self._table,
                Key=key_of(told.webhook_id),
                UpdateExpression="SET attempts = :latest",
                ExpressionAttributeValues=to_item({":latest": attempts[-MOST_ATTEMPTS:]}),
            )
        return True
