"""The endpoints of merchants: whether they take webhooks, and what the sweeps have done for them.

              STREAK failures in a row, none delivered        failing for PAUSE_AFTER_SECONDS; or 410 at any time
    healthy ──────────────────────────────────────▶ failing ─────────────────────────────────▶ paused
       ▲                a probe was delivered          │                                          │
       ├────────────────────────────────────────────◀──┘◀────────────── resumed ──────────────────┤
       └───────────────────────────────────────────◀────────────── another webhook URL ───────────┘

    healthy    everything is tried at once; what waits in the table is sent at a rate that doubles with each sweep
    failing    nothing is tried but one probe at a time; everything else waits in the table, and no attempt is counted
    paused     nothing is tried; everything waits in the table

There is an item only for an endpoint that failed. It is in `waiting-index` while a sweep has to look after it.
"""

import hashlib
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec
from botocore.exceptions import ClientError

from transactions.agreed.tables import KEY, WAITING_INDEX, WAITING_INDEX_HASH_KEY, WAITING_INDEX_RANGE_KEY
from transactions.attributes import from_item, key_of, refused_item, to_item
from transactions.clock import Clock, iso
from transactions.memory import CACHE_MS, remember
from transactions.stored import read_stored

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

STREAK: Final = 5
"""Failures in a row, with no delivery between, that one execution environment sees before it takes an endpoint for
failing; a webhook's own attempts count likewise."""
FIRST_RATE: Final = 20
"""Webhooks of an endpoint that its first sweep sends."""
LARGEST_RATE: Final = 3_000
"""Likewise at the most: 50 a second."""
ENDPOINTS: Final = "#endpoints"
"""The partition of the index that endpoints are in; no merchant has such an id."""
_PREFIX: Final = "endpoint#"


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a merchant's endpoint."""

    merchant_id: str
    state: Literal["healthy", "failing", "paused"] = "healthy"
    url_digest: str = ""
    """Of the URL that this holds of."""
    cause: str = ""
    """Why the last attempt failed, where it is not healthy."""
    failing_since: int = 0
    """In milliseconds."""
    probes: int = 0
    """Made since it is failing."""
    rate: int = FIRST_RATE
    """How many webhooks the next sweep may send."""
    place: str = ""
    """Up to where those that wait were sent, by due time; empty for none yet."""
    rewound_at: int = 0
    """When a sweep last began at the first one, in milliseconds."""
    touched_at: int = 0
    """When something was last put there to wait, in milliseconds, to the next CACHE_MS."""
    told_at: int = 0
    """When operators were told that it is paused, in milliseconds; 0 for not yet."""
    due: str = ""
    """Its place in the index; empty where no sweep has to look after it."""

    def is_about(self, url: str | None) -> bool:
        """Tell whether this holds of a URL; a merchant's new one begins anew."""
        return self.url_digest == digest(url)

    def holds(self, url: str) -> str:
        """Say why nothing may be tried at a URL but a probe; empty where everything may."""
        if self.state == "healthy" or not self.is_about(url):
            return ""
        return f"the endpoint is {self.state}"


class EndpointRegister:
    """Reads and writes endpoints, with a memory."""

    def __init__(self, client: "DynamoDBClient", table: str, clock: Clock) -> None:
        """Work on a table.

        Args:
            client: DynamoDB.
            table: its name, the deliveries' own.
            clock: tells when what is remembered is too old, and when something happened.
        """
        self._client = client
        self._table = table
        self._clock = clock
        self._remembered: dict[str, tuple[int, Endpoint]] = {}
        self._streaks: dict[str, int] = {}
        self._delivered: dict[str, int] = {}
        """Merchant id to when this execution environment last delivered something."""
        self._touched: dict[str, int] = {}

    def of(self, merchant_id: str) -> Endpoint:
        """Give what is known of a merchant's endpoint, as of a short while ago."""
        found = remember(self._remembered, merchant_id, self._clock(), self.read)
        return found or Endpoint(merchant_id=merchant_id)

    def read(self, merchant_id: str) -> Endpoint:
        """Read what is known of a merchant's endpoint now."""
        answer = self._client.get_item(
            TableName=self._table, Key=key_of(f"{_PREFIX}{merchant_id}"), ConsistentRead=True
        )
        if "Item" not in answer:
            return Endpoint(merchant_id=merchant_id)
        return read_stored(from_item(answer["Item"]), Endpoint)

    # What attempts tell

    def delivered(self, merchant_id: str, url: str) -> None:
        """Take it that a webhook was delivered.

        A failing endpoint is healthy, and so is a merchant's new one, whatever the one before was: what waits is sent,
        slowly first. One that is paused stays so until it is resumed.
        """
        self._streaks.pop(merchant_id, None)
        now = self._delivered[merchant_id] = self._clock()
        known = self.of(merchant_id)
        is_about = known.is_about(url)
        # For a while after the endpoint failed, this may be the URL before, which is still remembered here.
        if not is_about and now - known.failing_since <= CACHE_MS:
            return
        if known.state == "failing" or (known.state == "paused" and not is_about):
            self._update(
                merchant_id,
                {"state": "healthy", "probes": 0, "rate": FIRST_RATE, "place": "", **self._in_index(merchant_id)},
                "#state = :expected",
                {":expected": known.state},
            )

    def failed(self, merchant_id: str, url: str, cause: str, attempt: int) -> None:
        """Take it that an attempt failed; after enough in a row the endpoint is failing.

        Args:
            merchant_id: whose endpoint.
            url: what was called.
            cause: why it failed.
            attempt: which attempt of its webhook it was.
        """
        streak = self._streaks[merchant_id] = self._streaks.get(merchant_id, 0) + 1
        known = self.of(merchant_id)
        if known.is_about(url) and known.state != "healthy":
            self._update(merchant_id, {"cause": cause}, "#state = :expected", {":expected": "failing"})
            return
        if self._clock() - self._delivered.get(merchant_id, 0) > CACHE_MS:
            streak = max(streak, attempt)
        if streak >= STREAK:
            self._set(merchant_id, "failing", url, cause)

    def gone(self, merchant_id: str, url: str, cause: str) -> None:
        """Take it that the receiver asked for no more webhooks: the endpoint is paused at once."""
        self._set(merchant_id, "paused", url, cause)

    def touch(self, merchant_id: str) -> None:
        """Have sweeps look after an endpoint for which something was put into the table to wait.

        What waits is written first and this second, and a sweep lets go of an endpoint only a good while after this, so
        a sweep that reads the index late misses nothing.
        """
        now = self._clock()
        if now - self._touched.get(merchant_id, -CACHE_MS) < CACHE_MS:
            return
        place = self._in_index(merchant_id)[WAITING_INDEX_RANGE_KEY]
        self._client.update_item(
            TableName=self._table,
            Key=key_of(f"{_PREFIX}{merchant_id}"),
            UpdateExpression=(
                f"SET merchant_id = :merchant, touched_at = :now, {WAITING_INDEX_HASH_KEY} = :endpoints, "
                f"{WAITING_INDEX_RANGE_KEY} = if_not_exists({WAITING_INDEX_RANGE_KEY}, :place)"
            ),
            ExpressionAttributeValues=to_item(
                {":merchant": merchant_id, ":now": now, ":endpoints": ENDPOINTS, ":place": place}
            ),
        )
        self._touched[merchant_id] = now

    # What operators do

    def resume(self, merchant_id: str) -> bool:
        """Have a paused or failing endpoint probed at the next sweep; tell whether there was one."""
        now = self._clock()
        return self._update(
            merchant_id,
            {"state": "failing", "failing_since": now, "probes": 0, "told_at": 0, "touched_at": now}
            | self._in_index(merchant_id),
            "#state = :paused OR #state = :expected",
            {":paused": "paused", ":expected": "failing"},
        )

    # What sweeps do

    def due(self, limit: int) -> list[str]:
        """Find the merchants whose endpoints a sweep has to look after now, the longest overdue first."""
        answer = self._client.query(
            TableName=self._table,
            IndexName=WAITING_INDEX,
            KeyConditionExpression=f"{WAITING_INDEX_HASH_KEY} = :endpoints AND {WAITING_INDEX_RANGE_KEY} <= :now",
            ExpressionAttributeValues=to_item({":endpoints": ENDPOINTS, ":now": f"{iso(self._clock())}~"}),
            Limit=limit,
        )
        return [from_item(item)[KEY].removeprefix(_PREFIX) for item in answer["Items"]]

    def claim(self, endpoint: Endpoint, again_at: int, **changes: Any) -> bool:
        """Take an endpoint for this sweep; of two at the same time one gets it.

        Args:
            endpoint: as it was read.
            again_at: when the next sweep has to look after it, in milliseconds.
            changes: what else to write, by attribute.
        """
        return self._update(
            endpoint.merchant_id,
            {**changes, **self._in_index(endpoint.merchant_id, again_at)},
            f"{WAITING_INDEX_RANGE_KEY} = :seen",
            {":seen": endpoint.due},
        )

    def let_go(self, endpoint: Endpoint, changes: dict[str, Any], *, touched_at: int | None = None) -> bool:
        """Take an endpoint out of the index, so that no further sweep looks after it.

        Args:
            endpoint: as it was read.
            changes: what else to write, by attribute.
            touched_at: do it only if nothing was put into the table to wait since; None does it all the same.
        """
        untouched = "" if touched_at is None else " AND touched_at = :touched"
        return self._update(
            endpoint.merchant_id,
            changes,
            f"{WAITING_INDEX_RANGE_KEY} = :seen{untouched}",
            {":seen": endpoint.due} | ({} if touched_at is None else {":touched": touched_at}),
            without=(WAITING_INDEX_HASH_KEY, WAITING_INDEX_RANGE_KEY),
        )

    def _set(self, merchant_id: str, state: str, url: str, cause: str) -> None:
        now = self._clock()
        found = digest(url)
        self._update(
            merchant_id,
            {
                "merchant_id": merchant_id,
                "state": state,
                "url_digest": found,
                "cause": cause,
                "failing_since": now,
                "probes": 0,
                "told_at": 0,
                "touched_at": now,
                **self._in_index(merchant_id),
            },
            # Who comes second must not begin the time anew, nor take a pause for a failure; and what failed at another
            # URL just now may be the one before, which some still remember.
            "attribute_not_exists(#state) OR #state = :healthy OR url_digest <> :digest AND failing_since < :known "
            "OR url_digest = :digest AND #state <> :state AND #state <> :paused",
            {":healthy": "healthy", ":digest": found, ":paused": "paused", ":known": now - CACHE_MS},
        )

    def _in_index(self, merchant_id: str, at: int | None = None) -> dict[str, str]:
        """Give the place in the index that a sweep finds at a moment; None for now."""
        moment = iso(self._clock() if at is None else at)
        return {WAITING_INDEX_HASH_KEY: ENDPOINTS, WAITING_INDEX_RANGE_KEY: f"{moment}#{merchant_id}"}

    def _update(
        self,
        merchant_id: str,
        changes: dict[str, Any],
        condition: str,
        values: dict[str, Any],
        *,
        without: tuple[str, ...] = (),
    ) -> bool:
        """Change an endpoint under a condition; tell whether it held."""
        self._remembered.pop(merchant_id, None)
        clauses = [
            f"SET {', '.join(f'#{name} = :{name}' for name in changes)}" if changes else "",
            f"REMOVE {', '.join(without)}" if without else "",
        ]
        names = {f"#{name}": name for name in (*changes, *(("state",) if "#state" in condition else ()))}
        arguments = {f":{name}": value for name, value in changes.items()} | values
        named: dict[str, Any] = {"ExpressionAttributeNames": names} if names else {}
        try:
            self._client.update_item(
                TableName=self._table,
                Key=key_of(f"{_PREFIX}{merchant_id}"),
                UpdateExpression=" ".join(clause for clause in clauses if clause),
                ConditionExpression=condition,
                ExpressionAttributeValues=to_item(arguments),
                **named,
            )
        except ClientError as error:
            refused_item(error)
            return False
        return True


def digest(url: str | None) -> str:
    """Sum up a URL, so that it is told from another without being kept once more."""
    return hashlib.sha256((url or "").encode()).hexdigest()[:16]
