"""The versions of a merchant's settings: what was in force when, by whom and why, and what differs between two."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from tapstack.console.errors import UserError
from tapstack.console.words import listed
from transactions.clock import iso
from transactions.held_settings import HeldSettings
from transactions.merchants import Merchants
from transactions.settings import MerchantSettings

_MISSING = "-"


@dataclass(frozen=True)
class Changed:
    """A setting that differs.

    Attributes:
        name: its path, such as `card_velocity.count`.
        before: its value, or `-` where there is none.
        after: likewise.
    """

    name: str
    before: Any
    after: Any


def differences(before: MerchantSettings, after: MerchantSettings) -> Iterator[Changed]:
    """Tell what differs between two settings of a merchant, but for their version."""
    yield from _differences("", _plain(before), _plain(after))


def version_of(merchants: Merchants, merchant_id: str, version: int) -> HeldSettings:
    """Read one version.

    Raises:
        UserError: there never was one, or it is not kept.
    """
    held = list(merchants.versions(merchant_id))
    for one in held:
        if one.settings.version == version:
            return one
    known = [f"{one.settings.version}" for one in held]
    raise UserError(f"merchant {merchant_id!r} has no version {version}; the versions are {listed(known)}")


def history_rows(held: Sequence[HeldSettings]) -> Iterator[Mapping[str, Any]]:
    """Describe versions, the latest first, each with what it changed."""
    before: MerchantSettings | None = None
    rows = []
    for one in held:
        changed = [each.name for each in differences(before, one.settings)] if before else []
        rows.append(
            {
                "version": one.settings.version,
                "at": iso(one.note.at) if one.note else None,
                "by": one.note.by if one.note else None,
                "reason": one.note.reason if one.note else None,
                "changed": changed,
            }
        )
        before = one.settings
    yield from reversed(rows)


def _plain(settings: MerchantSettings) -> dict[str, Any]:
    values: dict[str, Any] = msgspec.to_builtins(settings)
    del values["version"]
    return values


def _differences(name: str, before: Any, after: Any) -> Iterator[Changed]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in [*before, *(key for key in after if key not in before)]:
            path = f"{name}.{key}" if name else key
            yield from _differences(path, before.get(key, _MISSING), after.get(key, _MISSING))
    elif before != after:
        yield Changed(name, before, after)
