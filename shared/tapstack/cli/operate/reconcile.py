"""Find transactions that stay pending or may not have been told of, and with --fix put them back on their way."""

import argparse
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from tapstack.cli.operate.arguments import add_target, target_of
from tapstack.console.progress import bar, say
from tapstack.console.table import print_table
from tapstack.operate.dead_letters import DeadLetter, dead_letter
from tapstack.operate.detector import DeployedDetector
from tapstack.operate.message_queue import held_messages
from tapstack.operate.reconciliation import Findings, Healer, Lost, look
from tapstack.operate.stream_failures import StreamFailure, stream_failure
from tapstack.operate.target import Target
from transactions.clock import now
from transactions.store import TransactionStore

OLDER_THAN_SECONDS: Final = 300

Row = tuple[str, str, int, int, str]
"""What was found, whose it is, how many, how many of them are healed, what to do about the others."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument(
        "--older-than",
        type=_seconds,
        default=OLDER_THAN_SECONDS,
        metavar="SECONDS",
        help=f"how long a transaction may be pending (default: {OLDER_THAN_SECONDS})",
    )
    parser.add_argument("--fix", action="store_true", help="heal what can be healed")
    parser.add_argument("--dry-run", action="store_true", help="with --fix: tell what it would do, and change nothing")
    add_target(parser)


def run(options: argparse.Namespace) -> int:
    """Look, heal if asked to, and tell; the status is 1 when something remains to be done."""
    target = target_of(options)
    fix = options.fix and not options.dry_run
    with held_messages(target.sqs, target.data.notifications_dead_letter_queue_url) as dead:
        letters = [dead_letter(message) for message in dead.messages]
    with held_messages(target.sqs, target.data.stream_failures_queue_url) as held:
        findings = _look(target, [stream_failure(message) for message in held.messages], options.older_than)
        remaining = _heal(target, findings) if fix else {lost.transaction.id for lost in findings.lost}
        settled = findings.settled(remaining)
        held.delete([failure.message for failure in settled])
    rows = [
        *_lost_rows(target, findings.lost, remaining, options.older_than, fix=fix),
        *_failure_rows(findings, settled, fix=fix),
        *(("an item that is no transaction", item_id, 1, 0, "look at it") for item_id in findings.unreadable),
        *_letter_rows(letters),
    ]
    if rows:
        print_table(("found", "merchant", "count", "healed", "next"), rows)
    else:
        say("nothing is wrong: every transaction is decided and told of")
    if rows and not fix:
        pending = sum(lost.is_pending for lost in findings.lost)
        say(
            f"nothing was changed; --fix would have {pending} transactions decided and "
            f"{len(findings.lost) - pending} notifications sent again"
        )
    return 0 if all(count == healed for _, _, count, healed, _ in rows) else 1


def _seconds(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds; give a whole number, 0 or more")
    return int(text)


def _look(target: Target, failures: Sequence[StreamFailure], older_than: int) -> Findings:
    table = target.data.transactions_table_name
    with bar() as progress:
        # DynamoDB counts its items a few times a day: the bar may end early, or late.
        total = target.dynamodb.describe_table(TableName=table)["Table"].get("ItemCount", 0)
        task = progress.add_task("looking", total=total)
        return look(
            target.dynamodb,
            table,
            failures,
            now() - older_than * 1000,
            lambda count: progress.advance(task, count),
        )


def _heal(target: Target, findings: Findings) -> set[str]:
    healer = Healer(
        DeployedDetector(target.functions, target.compute.fraud_detector_alias_arn),
        TransactionStore(target.dynamodb, target.data.transactions_table_name),
        target.sqs,
        target.data.notifications_queue_url,
    )
    with bar() as progress:
        task = progress.add_task("healing", total=len(findings.lost))
        return healer.heal(findings.lost, lambda count: progress.advance(task, count))


def _lost_rows(
    target: Target, lost: Sequence[Lost], remaining: Collection[str], older_than: int, *, fix: bool
) -> Iterator[Row]:
    found = Counter((_what(one, older_than), one.transaction.merchant_id) for one in lost)
    left = Counter(
        (_what(one, older_than), one.transaction.merchant_id) for one in lost if one.transaction.id in remaining
    )
    for (what, merchant_id), count in sorted(found.items()):
        healed = count - left[what, merchant_id]
        yield what, merchant_id, count, healed, _next(target, merchant_id, fix=fix) if healed < count else ""


def _what(one: Lost, older_than: int) -> str:
    if one.overdue:
        return f"pending for longer than {older_than} s"
    return f"{'pending' if one.is_pending else 'perhaps not told'}, of a batch that was given up"


def _next(target: Target, merchant_id: str, *, fix: bool) -> str:
    if target.merchants.settings(merchant_id) is None:
        return "the merchant has no settings: merchant add FILE"
    return "see the fraud-detector's log" if fix else "reconcile --fix"


def _failure_rows(findings: Findings, settled: Sequence[StreamFailure], *, fix: bool) -> Iterator[Row]:
    def kind(failure: StreamFailure) -> tuple[str, str]:
        if failure.first is None:
            return "a message that tells of no batch", "look at it in the stream-failures queue"
        if not findings.suspects(failure):
            return "a batch that was given up, of no transaction", "look at it in the stream-failures queue"
        return "a batch that was given up", "as above" if fix else "reconcile --fix"

    found = Counter(map(kind, findings.failures))
    healed = Counter(map(kind, settled))
    for (what, step), count in sorted(found.items()):
        done = healed[what, step]
        yield what, "", count, done, step if done < count else ""


def _letter_rows(letters: Sequence[DeadLetter]) -> Iterator[Row]:
    found = Counter((letter.merchant_id, letter.reason) for letter in letters)
    for (merchant_id, reason), count in sorted(found.items()):
        if merchant_id:
            yield f"a dead letter: {reason}", merchant_id, count, 0, "redrive"
        else:
            yield "a dead letter that is no notification", "", count, 0, "look at it in the dead-letter queue"
