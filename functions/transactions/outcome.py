"""The outcome of a transaction: what it turned out to be, long after it was decided.

Whoever knows says what, where that is known from, and since when. Of several the latest is in force:

    there is              what comes                  becomes
    none                  any                         in force
    one                   a later one                 in force, in its place
    one                   the same again              a replay: nothing is written
    one                   an earlier one, or          refused: what is in force is later, or as late
                          another of the same time

One conditional write; it touches nothing of the decision, and no decision touches it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, get_args

import msgspec
from botocore.exceptions import ClientError
from msgspec import Meta

from transactions.agreed.tables import OUTCOME, TRANSACTION_MERCHANT
from transactions.attributes import from_item, key_of, refused_item, to_item
from transactions.bodies import read_json
from transactions.clock import Clock, iso
from transactions.errors import InvalidOutcomeError, OutcomeSupersededError, TransactionNotFoundError
from transactions.faults import BODY, Fault, pointer
from transactions.shapes import shape_faults
from transactions.stored import read_stored

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Value = Literal["fraud", "genuine", "disputed"]
VALUES: Final[tuple[str, ...]] = get_args(Value)

LATEST_AHEAD_MS: Final = 5 * 60 * 1000
"""How far ahead of this clock another one may be."""
_OUTCOME: Final = pointer(BODY, "outcome")
NONE_OF_YOURS: Final = "no transaction of yours has this id"
_LARGEST_BODY: Final = 1024
_SOURCE: Final = "^[a-z0-9][a-z0-9_.-]{0,39}$"
_MOMENT: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})$"


class Outcome(msgspec.Struct, frozen=True):
    """An outcome as it is kept, in the attribute `outcome` of the transaction."""

    value: str
    """One of `Value`; a later version may know more."""
    source: str
    at: int
    """Since when it is known, in milliseconds."""


class OutcomeReport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An outcome as a merchant sends it: the body of `POST /v1/transactions/{id}/outcome`."""

    outcome: Annotated[Value, Meta(description="What the transaction turned out to be")]
    source: Annotated[str, Meta(pattern=_SOURCE, description="Where that is known from, such as `chargeback`")]
    at: Annotated[
        str,
        Meta(
            pattern=_MOMENT,
            description="Since when, RFC 3339; of several outcomes the latest is in force",
            extra_json_schema={"format": "date-time"},
        ),
    ]


@dataclass(frozen=True)
class Recorded:
    """An outcome that is in force now, and whether it was before."""

    outcome: Outcome
    replayed: bool


class OutcomeRegister:
    """The outcomes in the transactions table."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        """Work on a table."""
        self._client = client
        self._table = table

    def record(self, merchant_id: str, transaction_id: str, outcome: Outcome) -> Recorded:
        """Put an outcome in force, unless one is that is as late.

        Raises:
            TransactionNotFoundError: the merchant has no such transaction.
            OutcomeSupersededError: a later one, or another one of the same time, is in force.
        """
        try:
            self._client.update_item(
                TableName=self._table,
                Key=key_of(transaction_id),
                UpdateExpression=f"SET {OUTCOME} = :outcome",
                ConditionExpression=(
                    f"{TRANSACTION_MERCHANT} = :merchant AND (attribute_not_exists({OUTCOME}) OR {OUTCOME}.#at < :at)"
                ),
                ExpressionAttributeNames={"#at": "at"},
                ExpressionAttributeValues=to_item(
                    {":outcome": msgspec.to_builtins(outcome), ":merchant": merchant_id, ":at": outcome.at}
                ),
            )
        except ClientError as error:
            refused_item(error)
        else:
            return Recorded(outcome, replayed=False)
        # Read anew, as whoever may write the outcome alone is shown no other attribute beside a refusal.
        held = self._read(merchant_id, transaction_id)
        if held == outcome:
            return Recorded(outcome, replayed=True)
        raise OutcomeSupersededError(
            f"the outcome {held.value} of {iso(held.at)} is in force; only a later one takes its place"
        )

    def _read(self, merchant_id: str, transaction_id: str) -> Outcome:
        answer = self._client.get_item(TableName=self._table, Key=key_of(transaction_id), ConsistentRead=True)
        values = from_item(answer.get("Item", {}))
        if values.get(TRANSACTION_MERCHANT) != merchant_id or OUTCOME not in values:
            raise TransactionNotFoundError(NONE_OF_YOURS)
        return read_stored(values[OUTCOME], Outcome)


def parse(body: bytes, clock: Clock) -> Outcome:
    """Read a body.

    Raises:
        InvalidOutcomeError: it is no outcome; it names every field that is wrong, and what is wrong with it.
        CardNumberError: it holds a card number.
    """
    return outcome_of(read_json(body, InvalidOutcomeError, _LARGEST_BODY), clock)


def outcome_of(value: Any, clock: Clock) -> Outcome:
    """Take a decoded JSON value as a `OutcomeReport`.

    Raises:
        InvalidOutcomeError: it is none.
    """
    try:
        report = msgspec.convert(value, OutcomeReport)
    except msgspec.ValidationError as error:
        raise InvalidOutcomeError(*map(_without_value, shape_faults(value, OutcomeReport))) from error
    here = pointer(BODY, "at")
    try:
        at = round(datetime.fromisoformat(report.at).astimezone(UTC).timestamp() * 1000)
    except (ValueError, OverflowError) as error:
        raise InvalidOutcomeError(Fault(here, "it is no moment")) from error
    if not 0 <= at <= clock() + LATEST_AHEAD_MS:
        raise InvalidOutcomeError(Fault(here, "it must be past"))
    return Outcome(report.outcome, report.source, at)


def _without_value(fault: Fault) -> Fault:
    """Keep what was sent out of what is told: the type's own words for one of several repeat it."""
    return Fault(fault.place, f"it must be one of {', '.join(VALUES)}") if fault.place == _OUTCOME else fault


def outcome_view(transaction_id: str, outcome: Outcome) -> dict[str, Any]:
    """What the merchant is told of an outcome."""
    return {"id": transaction_id, "outcome": outcome.value, "source": outcome.source, "at": iso(outcome.at)}
