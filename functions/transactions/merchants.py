"""Merchants: who an API key belongs to, and the settings their transactions are decided by."""

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeVar
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from transactions.attributes import from_item, to_item
from transactions.clock import Clock
from transactions.errors import InvalidSettingsError
from transactions.money import CURRENCIES
from transactions.submission import Country

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_T = TypeVar("_T")

CACHE_MS: Final = 30_000
"""How long settings and bindings are taken from memory; a change holds everywhere after that."""


class VelocityLimit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much one card may do at one merchant in any window of time."""

    window_seconds: Annotated[int, Meta(ge=1, le=7 * 86_400)]
    count: Annotated[int, Meta(ge=1, le=200)]
    amount: Annotated[int, Meta(ge=1)]


class MerchantSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A merchant's settings."""

    id: Annotated[str, Meta(pattern="^[a-z][a-z0-9-]{1,31}$")]
    version: Annotated[int, Meta(ge=1)] = 1
    status: Literal["active", "suspended"] = "active"
    country: Country
    currencies: Annotated[list[str], Meta(min_length=1)]
    card_countries: list[Country] = []
    """Where cards may come from; empty for everywhere."""
    blocked_bins: list[Annotated[str, Meta(pattern="^[0-9]{1,8}$")]] = []
    """Beginnings of card numbers that are declined."""
    amount_limit: Annotated[int, Meta(ge=1)]
    foreign_card_review_above: Annotated[int, Meta(ge=0)]
    """A card from another country than the merchant's is reviewed above this amount."""
    duplicate_window_seconds: Annotated[int, Meta(ge=0, le=86_400)] = 60
    """The same card and amount again within this time is reviewed."""
    velocity: VelocityLimit
    webhook_url: str | None = None


def parse_settings(document: dict[str, Any], *, allow_private: bool = False) -> MerchantSettings:
    """Check settings as an operator wrote them.

    Args:
        document: setting name to value.
        allow_private: whether webhooks may go to http.

    Raises:
        InvalidSettingsError: names the setting and what is wrong with it.
    """
    try:
        settings = msgspec.convert(document, MerchantSettings)
    except msgspec.ValidationError as error:
        raise InvalidSettingsError(f"settings of merchant {document.get('id')!r}: {error}") from error
    if unknown := sorted(set(settings.currencies) - CURRENCIES):
        raise InvalidSettingsError(f"settings of merchant {settings.id!r}: {unknown[0]!r} is no currency of ISO 4217")
    if settings.webhook_url is not None:
        parts = urlsplit(settings.webhook_url)
        if parts.scheme not in ({"https", "http"} if allow_private else {"https"}) or not parts.hostname:
            raise InvalidSettingsError(f"settings of merchant {settings.id!r}: webhook_url is to be an https URL")
    return settings


def fingerprint(api_key: str) -> str:
    """Hash an API key as the table of merchants has it: SHA-256 in hexadecimal."""
    return hashlib.sha256(api_key.encode()).hexdigest()


class Merchants:
    """The merchants table, with a memory."""

    def __init__(self, client: "DynamoDBClient", table: str, clock: Clock) -> None:
        """Work on a table.

        Args:
            client: DynamoDB.
            table: its name.
            clock: tells when what is remembered is too old.
        """
        self._client = client
        self._table = table
        self._clock = clock
        self._remembered: dict[str, tuple[int, dict[str, Any]]] = {}

    def of_key(self, api_key: str) -> str | None:
        """Find the merchant an API key was given to; None for a key of nobody's."""
        binding = self._read(f"key#{fingerprint(api_key)}")
        return binding["merchant_id"] if binding else None

    def settings(self, merchant_id: str) -> MerchantSettings | None:
        """Read a merchant's settings; None for a merchant that has none yet."""
        item = self._read(f"merchant#{merchant_id}")
        return msgspec.convert(item["settings"], MerchantSettings) if item else None

    def write(self, settings: MerchantSettings) -> None:
        """Write a merchant's settings over those there were."""
        item = {"id": f"merchant#{settings.id}", "settings": msgspec.to_builtins(settings)}
        self._client.put_item(TableName=self._table, Item=to_item(item))
        self._remembered.pop(item["id"], None)

    def _read(self, item_id: str) -> dict[str, Any] | None:
        return remember(self._remembered, item_id, self._clock(), self._fetch)

    def _fetch(self, item_id: str) -> dict[str, Any] | None:
        answer = self._client.get_item(TableName=self._table, Key=to_item({"id": item_id}))
        return from_item(answer["Item"]) if "Item" in answer else None


def remember(memory: dict[str, tuple[int, _T]], key: str, now: int, fetch: Callable[[str], _T | None]) -> _T | None:
    """Return what is remembered under a key, or fetch it; what is not there is asked for each time."""
    if key in memory and now - memory[key][0] < CACHE_MS:
        return memory[key][1]
    value = fetch(key)
    if value is None:
        memory.pop(key, None)
    else:
        memory[key] = (now, value)
    return value
