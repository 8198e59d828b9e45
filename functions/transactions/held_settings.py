"""A version of a merchant's settings as it is kept: the settings, who put them in force and why, and a draft.

The item of the settings in force has the draft beside them, so whoever reads the ones has read the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from transactions.agreed.tables import KEY
from transactions.settings import MerchantSettings, stored_settings
from transactions.stored import read_stored


class VersionNote(msgspec.Struct, frozen=True):
    """Who put a version of settings in force or made a draft, when, and why."""

    by: str
    """The ARN of the caller, as STS gave it."""
    at: int
    """In milliseconds."""
    reason: str = ""
    """In the operator's words; empty where none were given."""


@dataclass(frozen=True)
class Draft:
    """Settings that are tried beside those in force; they decide nothing."""

    settings: MerchantSettings
    """Their version is that of the settings in force when the draft was made."""
    note: VersionNote

    @property
    def number(self) -> int:
        """Tells a merchant's drafts apart: when it was made."""
        return self.note.at


@dataclass(frozen=True)
class HeldSettings:
    """A version of a merchant's settings, with what is kept beside it."""

    settings: MerchantSettings
    note: VersionNote | None = None
    """None for a version of an earlier release, and for the environment's own."""
    draft: Draft | None = None

    def item(self, item_id: str) -> dict[str, Any]:
        """Write it as the plain values of an item."""
        item: dict[str, Any] = {KEY: item_id, "settings": msgspec.to_builtins(self.settings)}
        if self.note:
            item["note"] = msgspec.to_builtins(self.note)
        if self.draft:
            item["draft"] = {
                "settings": msgspec.to_builtins(self.draft.settings),
                "note": msgspec.to_builtins(self.draft.note),
            }
        return item


def held_settings(values: Mapping[str, Any]) -> HeldSettings:
    """Read an item of any age.

    A draft that cannot be read is none: what decides must not wait for what decides nothing.

    Raises:
        msgspec.ValidationError: no version of the code could have written the settings.
    """
    note = read_stored(values["note"], VersionNote) if "note" in values else None
    return HeldSettings(stored_settings(values["settings"]), note, _draft(values.get("draft")))


def _draft(values: Any) -> Draft | None:
    if values is None:
        return None
    try:
        return Draft(stored_settings(values["settings"]), read_stored(values["note"], VersionNote))
    except (msgspec.ValidationError, KeyError, TypeError):
        return None
