"""Enrolments: what operators note of a merchant, one item each in the merchants table, `enrolment#<id>`.

                     add                                    remove
    (no item) ───────────────▶ adding ──────▶ enrolled ───────────────▶ removing ──────▶ removed
        ▲                         │   printed                                            for good: the id is taken
        └─────────────────────────┘
          remove: nothing was ever submitted

Each write is conditional on the version before, and what else a step changes in the table is in the same transaction.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec
from botocore.exceptions import ClientError

from transactions.agreed.tables import API_KEY_MERCHANT, KEY
from transactions.attributes import from_item, key_of, to_item
from transactions.stored import read_stored

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PREFIX: Final = "enrolment#"

State = Literal["adding", "enrolled", "removing", "removed"]
Operation = Literal["add", "rotate-key", "rotate-secret", "set-tier", "remove"]
Write = Mapping[str, Any]
"""One part of a transaction, as DynamoDB takes it: `{"Put": {…}}`, without the table's name."""


class ChangedMeanwhileError(Exception):
    """Somebody else has changed the merchant's enrolment since it was read; nothing was written."""


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """An API key of a merchant."""

    label: str
    api_key_id: str
    """API Gateway's."""
    tier: str
    """Whose usage plan it is in."""
    binding: str
    """The id of the item that binds it: `key#` and a digest of its value."""
    made_at: int
    """In milliseconds."""
    ends_at: int | None = None
    """From when on it is refused, in milliseconds; None for a key without an end."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """An operation that has begun and not come to its end."""

    operation: Operation
    about: str = ""
    """What else must be the same when the command is given again: a digest of settings, a label."""
    began_at: int
    """In milliseconds."""
    ends_at: int | None = None
    """Of a rotation of keys: when the earlier key ends."""
    hand_over: bytes | None = None
    """What is to be printed at the end, encrypted: `tapstack.operate.merchants.hand_over`."""


class Enrolment(msgspec.Struct, frozen=True, kw_only=True):
    """What is noted of a merchant."""

    merchant_id: str
    version: int
    """Counted up at each write; 0 for one that was never written."""
    state: State
    tier: str
    """Whose usage plan its next key is in, and all of them but for a rotation to another tier."""
    made_at: int
    keys: list[Key] = []
    """The earliest first."""
    change: Change | None = None
    removed_at: int | None = None


def enrolment_id(merchant_id: str) -> str:
    """Give the id of a merchant's item."""
    return f"{PREFIX}{merchant_id}"


class Enrolments:
    """The merchants' enrolments in the merchants table."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        """Work on a table.

        Args:
            client: DynamoDB.
            table: the merchants table's name.
        """
        self._client = client
        self._table = table

    def read(self, merchant_id: str) -> Enrolment | None:
        """Read a merchant's enrolment; None where it has none."""
        key = key_of(enrolment_id(merchant_id))
        answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return parse(from_item(answer["Item"])) if "Item" in answer else None

    def bound_to(self, binding: str) -> str | None:
        """Read whose API key a binding says it is; None where there is no such binding."""
        answer = self._client.get_item(TableName=self._table, Key=key_of(binding), ConsistentRead=True)
        return f"{from_item(answer['Item'])[API_KEY_MERCHANT]}" if "Item" in answer else None

    def save(self, enrolment: Enrolment, *others: Write, **changes: Any) -> Enrolment:
        """Write an enrolment with changes, and with it whatever else belongs to the step: all or nothing.

        Args:
            enrolment: as it was read.
            others: further parts of the transaction.
            changes: attributes of the enrolment to their new values.

        Returns:
            The enrolment as it is now.

        Raises:
            ChangedMeanwhileError: it was written by somebody else, or a condition of `others` does not hold.
        """
        after = msgspec.structs.replace(enrolment, **changes, version=enrolment.version + 1)
        values = {KEY: enrolment_id(after.merchant_id), **msgspec.to_builtins(after, builtin_types=(bytes,))}
        written = {"Put": {"Item": to_item(values), **_as_read(enrolment)}}
        if not self._transact(written, others) and self.read(enrolment.merchant_id) != after:
            raise ChangedMeanwhileError
        return after

    def drop(self, enrolment: Enrolment, *others: Write) -> None:
        """Delete an enrolment, and with it whatever else belongs to the step.

        Raises:
            ChangedMeanwhileError: it was written by somebody else.
        """
        deleted = {"Delete": {"Key": key_of(enrolment_id(enrolment.merchant_id)), **_as_read(enrolment)}}
        if not self._transact(deleted, others) and self.read(enrolment.merchant_id) is not None:
            raise ChangedMeanwhileError

    def _transact(self, own: Write, others: Sequence[Write]) -> bool:
        """Write all, or nothing where a condition does not hold; tell which.

        A request whose answer was lost is sent again, and then it is this very write that is in the way.
        """
        parts: Any = [
            {kind: {"TableName": self._table, **what} for kind, what in part.items()} for part in (own, *others)
        ]
        try:
            self._client.transact_write_items(TransactItems=parts)
        except ClientError as error:
            if error.response["Error"]["Code"] != "TransactionCanceledException":
                raise
            return False
        return True


def parse(values: Mapping[str, Any]) -> Enrolment:
    """Take the plain values of an item as an enrolment.

    Raises:
        msgspec.ValidationError: no version of the code could have written them.
    """
    return read_stored(values, Enrolment)


def put(item: Mapping[str, Any], *, new: bool = False) -> Write:
    """Write an item of plain values, one that is not there yet where that is said."""
    condition = {"ConditionExpression": f"attribute_not_exists({KEY})"} if new else {}
    return {"Put": {"Item": to_item(item), **condition}}


def delete(item_id: str) -> Write:
    """Delete an item, whether it is there or not."""
    return {"Delete": {"Key": key_of(item_id)}}


def _as_read(enrolment: Enrolment) -> dict[str, Any]:
    if not enrolment.version:
        return {"ConditionExpression": f"attribute_not_exists({KEY})"}
    return {
        "ConditionExpression": "#version = :read",
        "ExpressionAttributeNames": {"#version": "version"},
        "ExpressionAttributeValues": to_item({":read": enrolment.version}),
    }
