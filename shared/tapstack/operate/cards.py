"""The entries of a card as operators read and write them."""

from collections.abc import Mapping
from typing import Any

import msgspec

from tapstack.console.errors import UserError
from tapstack.console.words import listed, quoted, unknown
from transactions.card_lists.entry import ALLOW, BLOCK, MUTE, Entry
from transactions.card_numbers import holds_card_number
from transactions.clock import iso
from transactions.rules import BY_CODE, UNLIFTED
from transactions.submission import Card


def check_token(token: str) -> None:
    """Refuse what is no token of a card; a card number is not repeated.

    Raises:
        UserError: it is none.
    """
    if holds_card_number(token):
        raise UserError("that looks like a card number, and cards are known by their tokens alone; give the token")
    try:
        msgspec.convert({"token": token, "bin": "400000", "country": "DE", "expires": "2099-12"}, Card)
    except msgspec.ValidationError as error:
        wanted = "one is tok_ and 4 to 60 letters, digits and _, as submissions name it"
        raise UserError(f"{quoted(token)} is no card token: {wanted}") from error


def check_rule(rule: str) -> None:
    """Refuse what is no rule, or one that no entry lifts.

    Raises:
        UserError: it cannot be muted.
    """
    if rule not in BY_CODE:
        raise UserError(unknown("rule", rule, [code for code in BY_CODE if code not in UNLIFTED]))
    if rule in UNLIFTED:
        always = [code for code in BY_CODE if code in UNLIFTED]
        raise UserError(f"{rule} cannot be muted: {listed(always)} hold for every card")


def entry_words(entry: Entry) -> str:
    """Say an entry in words."""
    return f"{_effect(entry)} until {iso(entry.until)}, since {iso(entry.at)} by {entry.by}: {entry.reason}"


def entry_document(entry: Entry) -> Mapping[str, Any]:
    """Write an entry as JSON has it, its times as RFC 3339."""
    return {
        "effect": entry.effect,
        "rule": entry.rule or None,
        "until": iso(entry.until),
        "at": iso(entry.at),
        "by": entry.by,
        "reason": entry.reason,
    }


def _effect(entry: Entry) -> str:
    return {BLOCK: "blocked", ALLOW: "allowed", MUTE: f"{entry.rule} muted"}.get(entry.effect, entry.effect)
