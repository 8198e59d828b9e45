"""Formats of what is stored and sent, as data. An earlier version of the functions wrote them, a later one reads them.

transactions   id, merchant_id, created_at (ms), submission (the body), decision (null while pending), status,
               outcome (if any); resolution once a person has closed its review; review_shard and review_of while it is
               in review; untold, from when its review is closed until its notification is in the queue
velocity       card#<merchant>#<token's digest>: uses, packed one after the other in the order they were counted
               merchant#<merchant>#<shard>: buckets, by their beginning in ms: "#" is a count, the rest are amounts
               the former: entries, what operators have set of the card (if anything)
               both: forgotten, the latest moment (ms) of what was left out as too old
merchants      key#<API key's digest>: merchant_id; merchant#<merchant>: the settings in force
"""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

from simulation.oracle.facts import Item

COLLECTION_URL: Final = "https://api.example/v1/transactions"
"""Where submissions are posted to."""
TRANSACTIONS: Final = "transactions"
VELOCITY: Final = "velocity"
MERCHANTS: Final = "merchants"

REVIEWED: Final = "transaction.reviewed"
CLOSED: Final = ", reviewed"
CARD_PREFIX: Final = "card#"
MERCHANT_PREFIX: Final = "merchant#"
USES: Final = {
    "packed": (("digest", 16), ("at", 6), ("amount", 5), ("currency", 3)),
    "uses": (("digest", 8), ("at", 6), ("amount", 5), ("currency", 3)),
}
"""Attribute to the fields of a packed use and their bytes, the present form first; numbers have the high byte first."""
SHORTEST_DIGEST: Final = 8
"""Bytes of a digest that every form has."""
MOST_USES: Final = 30
"""A history that would be longer leaves out its oldest."""
COUNT: Final = "#"
BUCKETS: Final = 12
"""Buckets a merchant's window is cut into."""
WRITE_UNIT_BYTES: Final = 1024


@dataclass(frozen=True)
class Decided:
    """A decision as it is stored."""

    verdict: str
    reasons: tuple[str, ...]
    score: int
    version: int
    at: int
    lifted: tuple[str, ...] = ()


class Listed(NamedTuple):
    """An entry of a card: `block`, `allow`, or `mute` with the rule's code; up to when, in milliseconds."""

    effect: str
    rule: str
    until: int


class Said(NamedTuple):
    """What somebody says a transaction turned out to be, where from, and since when, in milliseconds."""

    value: str
    source: str
    at: int


@dataclass(frozen=True)
class Resolved:
    """A resolution as it is stored."""

    verdict: str
    reason: str
    by: str
    at: int
    note: str | None


@dataclass(frozen=True)
class Kept:
    """A transaction as it is stored."""

    id: str
    merchant: str
    created_at: int
    submission: Mapping[str, Any]
    decided: Decided | None
    resolved: Resolved | None = None
    status: str = "pending"
    review_lists: int = 0
    """In how many of the two lists of reviews it stands."""

    @property
    def is_in_review(self) -> bool:
        """Whether a person has to decide it."""
        return self.decided is not None and self.decided.verdict == "review" and self.resolved is None

    @property
    def right_status(self) -> str:
        """What the status has to be."""
        if self.decided is None:
            return "pending"
        return self.resolved.verdict if self.resolved else self.decided.verdict

    @property
    def amount(self) -> int:
        """In minor units."""
        amount: int = self.submission["amount"]
        return amount

    @property
    def currency(self) -> str:
        """Of the amount."""
        return f"{self.submission['currency']}"

    @property
    def card(self) -> str:
        """The key of the card's history at the merchant."""
        token = hashlib.sha256(self.submission["card"]["token"].encode()).hexdigest()[:32]
        return f"{CARD_PREFIX}{self.merchant}#{token}"

    @property
    def use(self) -> tuple[Any, ...]:
        """How the card's history tells this transaction from others."""
        return digest(self.id), self.created_at, self.amount, self.currency


def digest(transaction_id: str) -> bytes:
    """Give as much of the digest by which a card's history knows a transaction as every form has."""
    return hashlib.sha256(transaction_id.encode()).digest()[:SHORTEST_DIGEST]


def plain(value: Mapping[str, Any]) -> Any:
    """Take the types of DynamoDB's attribute values away."""
    ((kind, held),) = value.items()
    match kind:
        case "N":
            return int(Decimal(held))
        case "M":
            return {name: plain(inner) for name, inner in held.items()}
        case "L":
            return [plain(inner) for inner in held]
        case "NULL":
            return None
    return held


def kept(item: Item) -> Kept:
    """Read a transaction."""
    values = {name: plain(item[name]) for name in ("id", "merchant_id", "created_at", "submission", "decision")}
    told = values["decision"]
    decided = told and Decided(
        told["verdict"],
        tuple(told["reasons"]),
        told["score"],
        told["settings_version"],
        told["decided_at"],
        tuple(told.get("lifted", ())),
    )
    closed = plain(item["resolution"]) if "resolution" in item else None
    return Kept(
        values["id"],
        values["merchant_id"],
        values["created_at"],
        values["submission"],
        decided,
        closed and Resolved(closed["verdict"], closed["reason"], closed["by"], closed["at"], closed["note"]),
        plain(item["status"]),
        len({"review_shard", "review_of"} & item.keys()) if "list_place" in item else 0,
    )


def uses(item: Item | None) -> list[tuple[Any, ...]]:
    """Read the uses of a card's history, in the order they were counted."""
    if item is None:
        return []
    name = next(name for name in USES if name in item)
    packed, fields = bytes(plain(item[name])), USES[name]
    width = sum(size for _, size in fields)
    return [tuple(_fields(packed[start : start + width], fields)) for start in range(0, len(packed), width)]


def entries(item: Item | None) -> tuple[Listed, ...]:
    """Read the entries of a card's item; none where there is no item."""
    held = plain(item["entries"]) if item and "entries" in item else []
    return tuple(Listed(each["effect"], each.get("rule", ""), each["until"]) for each in held)


def outcome(item: Item | None) -> Said | None:
    """Read what a transaction turned out to be; None where nobody has said so."""
    held = plain(item["outcome"]) if item and "outcome" in item else None
    return Said(held["value"], held["source"], held["at"]) if held else None


def forgotten(item: Item | None) -> int:
    """Read the latest moment of what a history or a shard has left out; 0 where it has left out nothing."""
    moment: int = plain(item["forgotten"]) if item else 0
    return moment


def _fields(packed: bytes, fields: tuple[tuple[str, int], ...]) -> Iterator[Any]:
    for name, size in fields:
        part, packed = packed[:size], packed[size:]
        if name == "digest":
            yield part[:SHORTEST_DIGEST]
        else:
            yield part.decode() if name == "currency" else int.from_bytes(part)


def transaction_id(merchant: str, key: str) -> str:
    """Derive the id a merchant's key leads to: an id that changes would make a retry another transaction."""
    digest = hashlib.sha256(f"{merchant}\n{key}".encode()).digest()
    return f"txn_{base64.b32encode(digest).decode().lower()[:32]}"


def api_key_binding(api_key: str) -> str:
    """Give the key under which the merchants table says whose an API key is."""
    return f"key#{hashlib.sha256(api_key.encode()).hexdigest()}"


def meaning(body: str) -> Any:
    """Read a good body; white space, the order of names and the spelling of numbers do not matter."""
    value = json.loads(body, parse_float=Decimal)
    value["amount"] = int(value["amount"])
    return value


def iso(moment: int) -> str:
    """Write a moment as documents have it."""
    return datetime.fromtimestamp(moment / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment % 1000:03d}Z"


def view(transaction: Kept, *, decided: bool) -> dict[str, Any]:
    """Write a transaction as merchants see it: as it was accepted, or with its decision, if it has one."""
    shown = {
        "id": transaction.id,
        "status": "pending",
        "created_at": iso(transaction.created_at),
        **transaction.submission,
    }
    if decided and (told := transaction.decided):
        shown |= {"status": told.verdict, "reasons": list(told.reasons), "decided_at": iso(told.at)}
        if closed := transaction.resolved:
            shown |= {"status": closed.verdict, "review": _review(closed)}
    return shown


def _review(closed: Resolved) -> dict[str, Any]:
    by_operator = ":" in closed.by
    return {
        "verdict": closed.verdict,
        "reason": closed.reason,
        "resolved_by": "operator" if by_operator else "merchant",
        "resolved_at": iso(closed.at),
    } | ({} if by_operator or closed.note is None else {"note": closed.note})


def event(transaction: Kept) -> dict[str, Any]:
    """Write the body of the webhook that tells of a decision."""
    if transaction.decided is None:
        raise ValueError(f"{transaction.id} is not decided")
    return {
        "type": f"transaction.{transaction.decided.verdict}",
        "timestamp": iso(transaction.decided.at),
        "data": view(replace(transaction, resolved=None), decided=True),
    }


def reviewed_event(transaction: Kept) -> dict[str, Any]:
    """Write the body of the webhook that tells how a review was closed."""
    if transaction.resolved is None:
        raise ValueError(f"{transaction.id} is not reviewed")
    return {
        "type": REVIEWED,
        "timestamp": iso(transaction.resolved.at),
        "data": view(transaction, decided=True),
    }


def occasion(transaction_id: str, event_type: str) -> str:
    """Name what a webhook tells of: a transaction's decision by its id, the end of its review beside that."""
    return f"{transaction_id}{CLOSED}" if event_type == REVIEWED else transaction_id
