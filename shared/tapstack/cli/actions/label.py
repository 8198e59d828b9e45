"""Imports labels: what transactions turned out to be."""

from collections.abc import Sequence
from typing import Final

from tapstack.cli.actions.accounts import account_of
from tapstack.cli.statuses import DONE, FOUND
from tapstack.console.errors import UserError
from tapstack.console.progress import bar, say
from tapstack.console.words import counted
from tapstack.operate.labels import WrongLine, checked, read_labels, record
from transactions.outcome import OutcomeRegister
from transactions.store import TransactionStore

_MOST_TOLD: Final = 20


def import_file(stack: str, file: str, *, skip_wrong: bool) -> int:
    """Import a file; the status is 2 where lines were left out.

    Raises:
        UserError: a line is wrong, and wrong ones are not to be left out; nothing was written.
    """
    with account_of(stack) as account:
        table = account.data.transactions_table_name
        read = read_labels(file, account.clock)
        with bar() as progress:
            looking = progress.add_task("looked up", total=len({label.transaction_id for label in read.right}))
            labels, held = checked(
                read, TransactionStore(account.dynamodb, table), lambda count: progress.advance(looking, count)
            )
        _tell(labels.wrong)
        if labels.wrong and not skip_wrong:
            raise UserError(
                f"{len(labels.wrong)} of {counted(labels.count, 'line')} cannot be imported, and nothing was; mend "
                "them, or give --skip-wrong"
            )
        with bar() as progress:
            writing = progress.add_task("imported", total=len(labels.right))
            counts = record(
                labels.right,
                held,
                OutcomeRegister(account.dynamodb, table),
                lambda count: progress.advance(writing, count),
            )
    say(
        f"{counted(counts['imported'], 'label')} imported, {counts['there']} were there, {counts['older']} are older "
        f"than what is in force, {len(labels.wrong)} left out"
    )
    return FOUND if labels.wrong else DONE


def _tell(wrong: Sequence[WrongLine]) -> None:
    for each in wrong[:_MOST_TOLD]:
        say(f"line {each.line}: {each.reason}")
    if len(wrong) > _MOST_TOLD:
        say(f"and {counted(len(wrong) - _MOST_TOLD, 'line')} more")
