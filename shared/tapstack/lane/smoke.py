"""The smoke run: sample transactions of every merchant that have to show every decision."""

import uuid
from itertools import cycle
from typing import Final

from tapstack.console.errors import UserError
from tapstack.console.hints import command
from tapstack.lane.samples import TIERS, TRANSACTIONS
from tapstack.lane.sending import Outcome
from tapstack.lane.transactions_file import Line, read_lines

DECISIONS: Final = frozenset({"approved", "declined", "review"})


def smoke_jobs() -> list[tuple[str, Line]]:
    """Pair the samples with the merchants, in turn.

    The cards are new ones in every run: a card that was used a moment ago is declined or looked at, as it should be.
    """
    run = uuid.uuid4().hex[:6]
    lines = [Line(line.number, _with_card_of(run, line)) for line in read_lines(str(TRANSACTIONS))]
    return list(zip(cycle(TIERS), lines, strict=False))


def check_smoke(outcomes: list[Outcome]) -> None:
    """Refuse a run that did not show every decision.

    Raises:
        UserError: names the decisions that are missing.
    """
    if missing := DECISIONS - {outcome.status for outcome in outcomes}:
        raise UserError(
            f"no transaction of the smoke run came out as {' or '.join(sorted(missing))}; "
            f"look into what the functions have logged: {command('logs')}"
        )


def _with_card_of(run: str, line: Line) -> dict[str, object]:
    card = line.body["card"]
    return {**line.body, "card": {**card, "token": f"{card['token']}_{run}"}}
