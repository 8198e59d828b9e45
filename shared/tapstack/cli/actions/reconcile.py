"""Finds transactions that stay pending or may not have been told of, and puts them back on their way."""

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import Final, NamedTuple

from tapstack.cli.actions.accounts import account_of
from tapstack.cli.statuses import DONE, FOUND
from tapstack.console.hints import command
from tapstack.console.progress import bar, say
from tapstack.console.table import print_table
from tapstack.console.words import counted
from tapstack.operate.account import Account
from tapstack.operate.dead_letters import DeadLetter, dead_letter
from tapstack.operate.detector import DeployedDetector
from tapstack.operate.message_queue import held_messages
from tapstack.operate.reconciliation import Findings, Healer, Lost, look
from tapstack.operate.stream_failures import StreamFailure, stream_failure
from transactions.clock import now
from transactions.transaction import Transaction

_HEADINGS: Final = ("found", "merchant", "count", "healed", "next")


class Row(NamedTuple):
    """What was found of one kind, how often, and how many of these are healed."""

    found: str
    merchant: str
    """Whose it is; empty where it is nobody's."""
    number: int
    healed: int
    next: str
    """What to do about those that are not healed."""
    is_due: bool = True
    """Whether it is time to do it."""


def reconcile(stack: str, older_than: int, *, fix: bool, as_json: bool) -> int:
    """Look, heal if asked to, and tell; the status is 2 when something remains to be done.

    Args:
        stack: the stacks' name.
        older_than: how many seconds a transaction may be pending.
        fix: heal what can be healed.
        as_json: print the rows as data.
    """
    with account_of(stack) as account:
        rows, pending, untold = _reconcile(account, older_than, fix=fix)
    cells = [row[: len(_HEADINGS)] for row in rows]
    if as_json:
        print(json.dumps([dict(zip(_HEADINGS, row, strict=True)) for row in cells], indent=2, ensure_ascii=False))
    elif rows:
        print_table(_HEADINGS, cells, right=("count", "healed"))
    due = [row for row in rows if row.is_due]
    if not rows:
        say("nothing is wrong: every transaction is decided and told of")
    elif not due:
        say(f"nothing to do yet: {counted(sum(row.number for row in rows), 'transaction')} may still be decided")
    elif not fix and pending + untold:
        say(
            f"nothing was changed; --fix would have {counted(pending, 'transaction')} decided and "
            f"{counted(untold, 'notification')} sent again"
        )
    return DONE if all(row.number == row.healed for row in due) else FOUND


def _reconcile(account: Account, older_than: int, *, fix: bool) -> tuple[list[Row], int, int]:
    """Give what was found, and how many transactions are pending for too long and how many perhaps not told of."""
    with held_messages(account.sqs, account.data.notifications_dead_letter_queue_url) as dead:
        letters = [dead_letter(message) for message in dead.messages]
    with held_messages(account.sqs, account.data.stream_failures_queue_url) as held:
        findings = _look(account, [stream_failure(message) for message in held.messages], older_than)
        remaining = _heal(account, findings) if fix else {lost.transaction.id for lost in findings.lost}
        settled = findings.settled(remaining) if fix else []
        held.delete([failure.message for failure in settled])
        if fix and any(lost.is_pending for lost in findings.lost):
            # What was in hand meanwhile. A message that does not come in time comes up, and goes, in the next run.
            held.take()
            done = findings.let_go([stream_failure(message) for message in held.messages], remaining)
            held.delete([each.message for each in done])
    heal = command("reconcile", "--fix", stack=account.stack)
    rows = [
        *_lost_rows(account, findings.lost, remaining, older_than, heal=None if fix else heal),
        *_failure_rows(findings, settled, heal=None if fix else heal),
        *_unlisted_rows(findings.unlisted, heal=None if fix else heal),
        *(Row("an item that is no transaction", item_id, 1, 0, "look at it") for item_id in findings.unreadable),
        *_letter_rows(letters, command("redrive", stack=account.stack)),
        *_waiting_rows(findings.waiting, account.stack),
    ]
    pending = sum(lost.is_pending for lost in findings.lost)
    return rows, pending, len(findings.lost) - pending


def _look(account: Account, failures: Sequence[StreamFailure], older_than: int) -> Findings:
    table = account.data.transactions_table_name
    with bar() as progress:
        # DynamoDB counts its items a few times a day: the bar may end early, or late.
        total = account.dynamodb.describe_table(TableName=table)["Table"].get("ItemCount", 0)
        task = progress.add_task("looking", total=total)
        return look(
            account.dynamodb,
            table,
            failures,
            now() - older_than * 1000,
            lambda count: progress.advance(task, count),
        )


def _heal(account: Account, findings: Findings) -> set[str]:
    log = command("logs", "fraud-detector", stack=account.stack)
    healer = Healer(
        DeployedDetector(account.functions, account.compute.fraud_detector_alias_arn, log),
        account.transactions,
        account.reviews,
        account.sqs,
        account.data.notifications_queue_url,
        account.data.stream_failures_queue_url,
    )
    with bar() as progress:
        task = progress.add_task("healing", total=len(findings.lost))
        remaining = healer.heal(findings.lost, lambda count: progress.advance(task, count))
    healer.enter(findings.unlisted)
    return remaining


def _lost_rows(
    account: Account, lost: Sequence[Lost], remaining: Collection[str], older_than: int, *, heal: str | None
) -> Iterator[Row]:
    found = Counter((_what(one, older_than), one.transaction.merchant_id) for one in lost)
    left = Counter(
        (_what(one, older_than), one.transaction.merchant_id) for one in lost if one.transaction.id in remaining
    )
    for (what, merchant_id), count in sorted(found.items()):
        healed = count - left[what, merchant_id]
        yield Row(what, merchant_id, count, healed, _next(account, merchant_id, heal) if healed < count else "")


def _unlisted_rows(unlisted: Sequence[Transaction], *, heal: str | None) -> Iterator[Row]:
    for merchant_id, count in sorted(Counter(each.merchant_id for each in unlisted).items()):
        yield Row("in review, and in no list of reviews", merchant_id, count, 0 if heal else count, heal or "")


def _what(one: Lost, older_than: int) -> str:
    if one.overdue:
        return f"pending for longer than {older_than} s"
    if one.untold:
        return f"reviewed, and not told of for longer than {older_than} s"
    return f"{'pending' if one.is_pending else 'perhaps not told'}, of a batch that was given up"


def _next(account: Account, merchant_id: str, heal: str | None) -> str:
    if account.merchants.settings(merchant_id) is None:
        return f"the merchant has no settings: {command('merchant', 'add', 'FILE', stack=account.stack)}"
    return heal or f"see: {command('logs', 'fraud-detector', stack=account.stack)}"


def _failure_rows(findings: Findings, settled: Sequence[StreamFailure], *, heal: str | None) -> Iterator[Row]:
    def kind(failure: StreamFailure) -> tuple[str, str]:
        if failure.tells_nothing:
            return "a message that tells of no batch", "look at it in the stream-failures queue"
        if failure.ids and findings.is_complete(failure):
            return "transactions that were in hand", heal or "as above"
        if not findings.suspects(failure):
            return "a batch that was given up, of no transaction", "look at it in the stream-failures queue"
        if not findings.is_complete(failure):
            return "a batch that was given up, of more than are found", "look at it in the stream-failures queue"
        return "a batch that was given up", heal or "as above"

    found = Counter(map(kind, findings.failures))
    healed = Counter(map(kind, settled))
    for (what, step), count in sorted(found.items()):
        done = healed[what, step]
        yield Row(what, "", count, done, step if done < count else "")


def _letter_rows(letters: Sequence[DeadLetter], send_again: str) -> Iterator[Row]:
    found = Counter((letter.merchant_id, letter.reason) for letter in letters)
    for (merchant_id, reason), count in sorted(found.items()):
        if merchant_id:
            yield Row(f"a dead letter: {reason}", merchant_id, count, 0, send_again)
        else:
            yield Row("a dead letter that is no notification", "", count, 0, "look at it in the dead-letter queue")


def _waiting_rows(waiting: Sequence[Transaction], stack: str) -> Iterator[Row]:
    made: defaultdict[str, list[int]] = defaultdict(list)
    for transaction in waiting:
        made[transaction.merchant_id].append(transaction.created_at)
    for merchant_id, moments in sorted(made.items()):
        seconds = max(now() - min(moments), 0) // 1000
        step = f"wait, or: {command('reconcile', '--older-than', f'{seconds}', stack=stack)}"
        yield Row(f"pending, for {seconds} s at the most", merchant_id, len(moments), 0, step, is_due=False)
