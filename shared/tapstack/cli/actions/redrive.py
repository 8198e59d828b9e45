"""Sends notifications that could not be delivered once more: the dead letters go back into their queue."""

import json
from collections.abc import Sequence

from tapstack.cli.actions.accounts import account_of
from tapstack.cli.statuses import DONE, FOUND
from tapstack.console.errors import UserError
from tapstack.console.progress import say
from tapstack.console.table import duration, print_table
from tapstack.console.words import counted, unknown
from tapstack.operate.account import Account
from tapstack.operate.dead_letters import DeadLetter, dead_letter, send_again
from tapstack.operate.message_queue import held_messages
from tapstack.operate.register import merchant_ids
from transactions.clock import now


def redrive(stack: str, merchant: str | None, *, dry_run: bool, as_json: bool) -> int:
    """Send them, all or one merchant's; the status is 2 when one of those that are meant stays a dead letter."""
    with account_of(stack) as account:
        return _redrive(account, merchant, dry_run=dry_run, as_json=as_json)


def _redrive(account: Account, merchant: str | None, *, dry_run: bool, as_json: bool) -> int:
    data = account.data
    with held_messages(account.sqs, data.notifications_dead_letter_queue_url) as held:
        letters = [dead_letter(message) for message in held.messages]
        if merchant is not None:
            letters = [letter for letter in letters if letter.merchant_id == merchant]
            if not letters and merchant not in (known := merchant_ids(account.dynamodb, data.merchants_table_name)):
                raise UserError(f"--merchant: {unknown('merchant', merchant, sorted(known))}")
        staying = [_obstacle(account, letter) for letter in letters]
        if as_json:
            print(json.dumps(_document(letters, staying), indent=2, ensure_ascii=False))
        if not letters:
            say(f"there are no dead letters{f' of merchant {merchant}' if merchant else ''}")
            return DONE
        if not as_json:
            _print(letters, staying)
        wanted = [letter for letter, obstacle in zip(letters, staying, strict=True) if not obstacle]
        if dry_run:
            say(f"would send {len(wanted)} of {counted(len(letters), 'dead letter')} again; nothing was changed")
            return DONE
        sent = send_again(account.sqs, data.notifications_queue_url, held, wanted)
    say(f"sent {sent} of {counted(len(letters), 'dead letter')} again")
    if sent < len(wanted):
        say(f"the queue refused {len(wanted) - sent}; what it refused stays a dead letter: run the same command again")
    return DONE if sent == len(letters) else FOUND


def _obstacle(account: Account, letter: DeadLetter) -> str:
    """Say why a dead letter cannot be sent again; nothing where it can."""
    if letter.notification is None:
        return "no notification"
    settings = account.merchants.settings(letter.merchant_id)
    # The notifier takes such a notification for delivered.
    if settings is None:
        return "the merchant has no settings"
    return "" if settings.webhook_url else "the merchant has no webhook_url"


def _document(letters: Sequence[DeadLetter], staying: Sequence[str]) -> list[dict[str, object]]:
    at = now()
    return [
        {
            "merchant": letter.merchant_id or None,
            "webhook": letter.webhook_id or None,
            "message": letter.message["MessageId"],
            "reason": letter.reason,
            "age_seconds": max(at - letter.sent_at, 0) // 1000,
            "stays": obstacle or None,
        }
        for letter, obstacle in zip(letters, staying, strict=True)
    ]


def _print(letters: Sequence[DeadLetter], staying: Sequence[str]) -> None:
    at = now()
    rows = [
        (
            letter.merchant_id or "?",
            letter.webhook_id or f"message {letter.message['MessageId']}",
            letter.reason,
            duration(at - letter.sent_at),
            f"stays: {obstacle}" if obstacle else "",
        )
        for letter, obstacle in zip(letters, staying, strict=True)
    ]
    print_table(("merchant", "webhook", "reason", "age", ""), rows)
