"""Send notifications that could not be delivered once more: the dead letters go back into their queue."""

import argparse
from collections.abc import Sequence

from tapstack.cli.operate.arguments import add_target, target_of
from tapstack.console.errors import UserError
from tapstack.console.progress import say
from tapstack.console.table import duration, print_table
from tapstack.operate.dead_letters import DeadLetter, dead_letter, send_again
from tapstack.operate.message_queue import held_messages
from tapstack.operate.target import Target
from transactions.clock import now


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("--merchant", metavar="ID", help="only this merchant's")
    parser.add_argument("--dry-run", action="store_true", help="tell what would be sent, and change nothing")
    add_target(parser)


def run(options: argparse.Namespace) -> int:
    """Send them; the status is 1 when one of those that are meant stays a dead letter."""
    target = target_of(options)
    data = target.data
    with held_messages(target.sqs, data.notifications_dead_letter_queue_url) as held:
        letters = [dead_letter(message) for message in held.messages]
        if options.merchant is not None:
            letters = [letter for letter in letters if letter.merchant_id == options.merchant]
            if not letters and options.merchant not in data.merchant_ids:
                raise UserError(
                    f"--merchant {options.merchant}: there is no such merchant; they are {', '.join(data.merchant_ids)}"
                )
        if not letters:
            say(f"there are no dead letters{f' of merchant {options.merchant}' if options.merchant else ''}")
            return 0
        staying = [_obstacle(target, letter) for letter in letters]
        _print(letters, staying)
        wanted = [letter for letter, obstacle in zip(letters, staying, strict=True) if not obstacle]
        if options.dry_run:
            say(f"would send {len(wanted)} of {len(letters)} dead letters again; nothing was changed")
            return 0
        sent = send_again(target.sqs, data.notifications_queue_url, held, wanted)
    say(f"sent {sent} of {len(letters)} dead letters again")
    if sent < len(wanted):
        say(f"the queue refused {len(wanted) - sent}; they are dead letters still: run the same command again")
    return 0 if sent == len(letters) else 1


def _obstacle(target: Target, letter: DeadLetter) -> str:
    """Say why a dead letter cannot be sent again; nothing where it can."""
    if letter.notification is None:
        return "no notification"
    settings = target.merchants.settings(letter.merchant_id)
    # The notifier takes such a notification for delivered.
    if settings is None:
        return "the merchant has no settings"
    return "" if settings.webhook_url else "the merchant has no webhook_url"


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
