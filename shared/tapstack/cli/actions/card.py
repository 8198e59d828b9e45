"""Sets, clears and shows what holds of a card at a merchant."""

import json
from dataclasses import dataclass

from tapstack.cli.actions.accounts import account_of
from tapstack.cli.actions.merchants_named import settings_of
from tapstack.cli.statuses import DONE
from tapstack.console.errors import UserError
from tapstack.console.hints import command
from tapstack.console.progress import say
from tapstack.console.table import print_table
from tapstack.console.words import counted
from tapstack.operate.account import Account
from tapstack.operate.cards import check_rule, check_token, entry_document, entry_words
from tapstack.operate.reasons import check_reason
from transactions.card_lists.entry import ALLOW, BLOCK, LONGEST_REASON, MUTE, Entry
from transactions.card_lists.register import CardFullError
from transactions.clock import iso
from transactions.velocity.card import CardContentionError


@dataclass(frozen=True)
class Wanted:
    """What an operator says of an entry.

    Attributes:
        for_ms: how long it holds, in milliseconds; None where its end is given.
        until: its end, in milliseconds; None where its length is given.
        reason: why.
    """

    for_ms: int | None
    until: int | None
    reason: str


def block(stack: str, merchant_id: str, token: str, wanted: Wanted) -> int:
    """Decline what the card pays."""
    return _set(stack, merchant_id, token, wanted, BLOCK)


def allow(stack: str, merchant_id: str, token: str, wanted: Wanted) -> int:
    """Approve what the card pays, but for what no entry lifts."""
    return _set(stack, merchant_id, token, wanted, ALLOW)


def mute(stack: str, merchant_id: str, token: str, rule: str, wanted: Wanted) -> int:
    """Have a rule say nothing of the card."""
    return _set(stack, merchant_id, token, wanted, MUTE, rule)


def clear(stack: str, merchant_id: str, token: str, rule: str | None) -> int:
    """End the card's entries, or the mute of one rule."""
    with account_of(stack) as account:
        _check(account, merchant_id, token)
        if rule is not None:
            check_rule(rule)
        try:
            ended = account.card_lists.clear(merchant_id, token, lambda entry: rule in {None, entry.rule})
        except CardContentionError as error:
            raise _changing(token) from error
    of_rule = "" if rule is None else f" for {rule}"
    for entry in ended:
        say(f"ended: {entry_words(entry)}")
    if not ended:
        say(f"card {token} has no entry{of_rule} at merchant {merchant_id}; nothing was changed")
    return DONE


def show(stack: str, merchant_id: str, token: str, *, as_json: bool) -> int:
    """Show the card's entries."""
    with account_of(stack) as account:
        _check(account, merchant_id, token)
        card = account.card_lists.read(merchant_id, token)
    if as_json:
        entries = [entry_document(entry) for entry in card.entries]
        shown = {"merchant": merchant_id, "token": token, "uses": card.uses, "entries": entries}
        print(json.dumps(shown, indent=2, ensure_ascii=False))
    elif not card.entries:
        say(f"card {token} has no entry at merchant {merchant_id}, and {counted(card.uses, 'use')} of it kept there")
    else:
        print_table(
            ("entry", "rule", "until", "set at", "by", "reason"),
            [
                (entry.effect, entry.rule or "-", iso(entry.until), iso(entry.at), entry.by, entry.reason)
                for entry in card.entries
            ],
        )
    return DONE


def _set(stack: str, merchant_id: str, token: str, wanted: Wanted, effect: str, rule: str = "") -> int:
    with account_of(stack) as account:
        _check(account, merchant_id, token)
        if effect == MUTE:
            check_rule(rule)
        check_reason(wanted.reason, LONGEST_REASON, "the card")
        now = account.clock()
        until = now + (wanted.for_ms or 0) if wanted.until is None else wanted.until
        entry = Entry(effect=effect, until=until, at=now, by=account.caller().arn, reason=wanted.reason, rule=rule)
        try:
            before = account.card_lists.set(merchant_id, token, entry)
        except CardFullError as error:
            raise UserError(
                f"card {token} has no place for one more at merchant {merchant_id}: {error}; end one first: "
                f"{command('card', 'clear', token, '--merchant', merchant_id, '--rule', 'CODE', stack=stack)}"
            ) from error
        except CardContentionError as error:
            raise _changing(token) from error
    say(f"card {token} at merchant {merchant_id}: {entry_words(entry)}")
    if not before.is_known:
        say(f"nothing is known of this card at merchant {merchant_id} so far; look at the token if that is a surprise")
    return DONE


def _check(account: Account, merchant_id: str, token: str) -> None:
    """Refuse what is no card at a merchant of the environment.

    Raises:
        UserError: it is none.
    """
    # An environment that is not there is told first, as every other command tells it.
    _ = account.data.velocity_table_name
    check_token(token)
    settings_of(account, merchant_id)


def _changing(token: str) -> UserError:
    return UserError(f"card {token} is being used so often that its item does not hold still; give the command again")
