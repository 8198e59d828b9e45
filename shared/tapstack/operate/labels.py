"""A file of labels: what transactions turned out to be, a line each, as CSV or JSON Lines.

    merchant,transaction,outcome,source,at
    acme,txn_…,fraud,chargeback,2026-09-01T08:00:00Z

    {"merchant": "acme", "transaction": "txn_…", "outcome": "fraud", "source": "chargeback", "at": "2026-09-01T…"}

It is read and held against the table as a whole before anything is written, and may be imported again: what is in force
already is not written, and neither is what is older.
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from tapstack.console.errors import UserError
from tapstack.console.sources import read_source, source_name
from tapstack.console.words import listed
from transactions.card_numbers import holds_card_number
from transactions.clock import Clock
from transactions.errors import InvalidOutcomeError, OutcomeSupersededError
from transactions.idempotency import is_transaction_id
from transactions.outcome import Outcome, OutcomeRegister, outcome_of
from transactions.store import TransactionStore

FIELDS: Final = ("merchant", "transaction", "outcome", "source", "at")

_READ_AT_ONCE: Final = 100
_WRITERS: Final = 8


@dataclass(frozen=True)
class Label:
    """A line that can be understood."""

    line: int
    merchant_id: str
    transaction_id: str
    outcome: Outcome


@dataclass(frozen=True)
class WrongLine:
    """A line that cannot be imported, and why; the reason repeats nothing of it but ids."""

    line: int
    reason: str


@dataclass(frozen=True)
class Labels:
    """What a file holds."""

    right: Sequence[Label]
    wrong: Sequence[WrongLine]

    @property
    def count(self) -> int:
        """How many lines there are."""
        return len(self.right) + len(self.wrong)


def read_labels(source: str, clock: Clock) -> Labels:
    """Read a file, or stdin for `-`.

    Raises:
        UserError: it cannot be read, holds nothing, or is neither CSV with the right names nor JSON Lines.
    """
    name = source_name(source)
    try:
        text = read_source(source, "a file of labels").decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{name} is not UTF-8 at byte {error.start + 1}; nothing was imported") from error
    right: list[Label] = []
    wrong: list[WrongLine] = []
    for number, values in _json_lines(text) if text.lstrip().startswith("{") else _csv_lines(name, text):
        try:
            right.append(_label(number, values, clock))
        except ValueError as error:
            wrong.append(WrongLine(number, f"{error}"))
    if not right and not wrong:
        raise UserError(f"{name} holds no labels; write {','.join(FIELDS)}, and a line for each label below")
    return Labels(right, wrong)


def checked(
    labels: Labels, store: TransactionStore, told: Callable[[int], None]
) -> tuple[Labels, Mapping[str, Outcome]]:
    """Hold labels against each other and against the transactions that there are.

    Args:
        labels: as they were read.
        store: the transactions.
        told: hears how many transactions were looked at, part by part.

    Returns:
        The labels with more lines wrong, and transaction id to the outcome that is in force there.
    """
    ids = list(dict.fromkeys(label.transaction_id for label in labels.right))
    merchants: dict[str, str] = {}
    held: dict[str, Outcome] = {}
    for start in range(0, len(ids), _READ_AT_ONCE):
        part = ids[start : start + _READ_AT_ONCE]
        for transaction in store.read(part):
            merchants[transaction.id] = transaction.merchant_id
            if transaction.outcome:
                held[transaction.id] = transaction.outcome
        told(len(part))
    right: list[Label] = []
    wrong = list(labels.wrong)
    said: dict[tuple[str, int], Label] = {}
    for label in labels.right:
        first = said.setdefault((label.transaction_id, label.outcome.at), label)
        if merchants.get(label.transaction_id) != label.merchant_id:
            wrong.append(WrongLine(label.line, f"merchant {label.merchant_id} has no {label.transaction_id}"))
        elif first.outcome != label.outcome:
            wrong.append(WrongLine(label.line, f"line {first.line} says otherwise of the same moment"))
        else:
            right.append(label)
    return Labels(right, sorted(wrong, key=lambda each: each.line)), held


def record(
    labels: Sequence[Label], held: Mapping[str, Outcome], register: OutcomeRegister, told: Callable[[int], None]
) -> Counter[str]:
    """Put the latest label of each transaction in force, unless that or a later one is.

    Args:
        labels: those that are right.
        held: transaction id to the outcome that is in force there.
        register: where they are written.
        told: hears how many were dealt with, part by part.

    Returns:
        How many are `imported`, were `there` before, or are `older` than what is in force.
    """
    counts: Counter[str] = Counter()
    latest: dict[str, Label] = {}
    for label in sorted(labels, key=lambda each: each.outcome.at):
        if (earlier := latest.get(label.transaction_id)) is not None:
            counts["there" if earlier.outcome == label.outcome else "older"] += 1
        latest[label.transaction_id] = label

    def write(label: Label) -> str:
        before = held.get(label.transaction_id)
        if before is not None and before.at >= label.outcome.at:
            return "there" if before == label.outcome else "older"
        try:
            recorded = register.record(label.merchant_id, label.transaction_id, label.outcome)
        except OutcomeSupersededError:
            return "older"
        return "there" if recorded.replayed else "imported"

    told(counts.total())
    with ThreadPoolExecutor(_WRITERS) as pool:
        for what in pool.map(write, latest.values()):
            counts[what] += 1
            told(1)
    return counts


def _json_lines(text: str) -> Iterator[tuple[int, object]]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            yield number, json.loads(line)
        except (ValueError, RecursionError):
            yield number, None


def _csv_lines(name: str, text: str) -> Iterator[tuple[int, object]]:
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    header = _next(lines) or []
    if sorted(header) != sorted(FIELDS):
        raise UserError(f"{name} must begin with the names {','.join(FIELDS)}, in any order, or be JSON Lines")
    while (row := _next(lines)) is not None:
        if row:
            yield lines.line_num, dict(zip(header, row, strict=True)) if len(row) == len(header) else None


def _next(lines: Iterator[list[str]]) -> list[str] | None:
    """Take the next row; an empty name where it is none that CSV has, and None after the last."""
    try:
        return next(lines, None)
    except csv.Error:
        return [""]


def _label(number: int, values: object, clock: Clock) -> Label:
    """Take the values of a line as a label.

    Raises:
        ValueError: they are none; the message says why, and repeats nothing that was written.
    """
    if not isinstance(values, dict):
        raise ValueError(f"it is no line with {listed(FIELDS)}")  # noqa: TRY004 - a line is wrong, not the program
    if any(holds_card_number(f"{value}") for value in values.values()):
        raise ValueError("it holds what looks like a card number")
    if unknown := sorted(f"{name}" for name in values.keys() - set(FIELDS)):
        raise ValueError(f"there are {len(unknown)} fields too many; known are {listed(FIELDS)}")
    if missing := [name for name in FIELDS if values.get(name) in {None, ""}]:
        raise ValueError(f"{listed(missing)} is missing")
    if not is_transaction_id(f"{values['transaction']}"):
        raise ValueError("transaction is no id; one is txn_ and 32 of the letters a to z and the digits 2 to 7")
    try:
        outcome = outcome_of({name: values[name] for name in ("outcome", "source", "at")}, clock)
    except InvalidOutcomeError as error:
        raise ValueError("; ".join(_said(fault.place, fault.detail) for fault in error.faults)) from error
    return Label(number, f"{values['merchant']}", f"{values['transaction']}", outcome)


def _said(place: str, detail: str) -> str:
    return f"{place.removeprefix('#/')}: {detail}"
