"""Tries settings on a merchant's stored history, and prints what would come out otherwise."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from tapstack.cli.actions.accounts import account_of
from tapstack.cli.actions.merchant_settings import settings_in_force, settings_of_file
from tapstack.cli.statuses import DONE, FOUND
from tapstack.console.errors import UserError
from tapstack.console.progress import bar, say
from tapstack.console.table import print_table
from tapstack.console.words import shortened
from tapstack.operate.account import Account
from tapstack.operate.backtest.agreement import Agreement
from tapstack.operate.backtest.comparison import Comparison, Sum
from tapstack.operate.backtest.picture import bars_of, draw
from tapstack.operate.backtest.precision import Precision
from tapstack.operate.backtest.trial import Result, Trial, carry_out
from transactions.clock import iso
from transactions.settings import MerchantSettings

_PROCESSES: Final = max((os.cpu_count() or 1) - 1, 1)
"""Beside this one, which reads, and counts what is of all cards together."""
_PLOT_WIDTH: Final = 40


def backtest(
    stack: str, merchant_id: str, *, file: str | None, since: int | None, picture: str | None, as_json: bool
) -> int:
    """Try settings; the status is 2 when those then in force do not give back what is stored, for no known cause.

    Args:
        stack: the stacks' name.
        merchant_id: whose history.
        file: the settings to try, `-` for stdin; None for those that were in force then.
        since: compare what came at this moment or later, in milliseconds; None compares all.
        picture: a file for the picture of scores and thresholds.
        as_json: print the result as data.
    """
    if picture and not Path(picture).resolve().parent.is_dir():
        raise UserError(
            f"{shortened(picture)} cannot be written: there is no such folder; make it, or give another file"
        )
    with account_of(stack) as account:
        held = settings_in_force(account, merchant_id)
        wanted = settings_of_file(account, merchant_id, file) if file else None
        versions = (
            {} if wanted else {each.settings.version: each.settings for each in account.merchants.versions(merchant_id)}
        )
        result = _carried_out(account, Trial(merchant_id, versions, wanted, since))
    if picture:
        _draw(picture, result, wanted or held)
    if as_json:
        print(json.dumps(result.document(), indent=2, ensure_ascii=False))
    else:
        _print(result, wanted or held)
    for line in result.unknown:
        say(f"not known: {line}")
    return FOUND if result.agreement and result.agreement.unexplained else DONE


def _carried_out(account: Account, trial: Trial) -> Result:
    with bar() as progress:
        task = progress.add_task("replaying", total=None)
        return carry_out(
            trial, account.history(trial.merchant_id), _PROCESSES, lambda count: progress.advance(task, count)
        )


def _draw(file: str, result: Result, settings: MerchantSettings) -> None:
    count = result.comparison.total.count
    title = f"{result.trial.merchant_id}: scores of {count:,} transactions, {iso(result.first)} to {iso(result.last)}"
    try:
        Path(file).write_text(draw(title, bars_of(result.comparison.scores, settings), settings), encoding="utf-8")
    except OSError as error:
        raise UserError(f"{shortened(file)} cannot be written: {error.strerror}; give another file") from error


def _print(result: Result, settings: MerchantSettings) -> None:
    comparison = result.comparison
    by = "the settings tried" if result.trial.wanted else "the settings then in force"
    print(f"merchant     {result.trial.merchant_id}, by {by}")
    print(f"period       {iso(result.first)} to {iso(result.last)}")
    print(f"decided      {comparison.total.count}, {_money(comparison.total)}\n")
    print_table(
        ("as decided", "now", "count", "amounts"),
        [(before, now, held.count, _money(held)) for before, now, held in comparison.rows() if held.count],
        right=("count",),
    )
    print()
    print_table(
        ("rule", "found", "now", "alone", "amounts now"),
        [
            (code, rule.before.count, rule.now.count, rule.alone.count, _money(rule.now))
            for code, rule in comparison.rules.items()
            if rule.before.count or rule.now.count
        ],
        right=("found", "now", "alone"),
    )
    print()
    _plot(comparison, settings)
    _print_precision(comparison.precision)
    if comparison.differences:
        print("\nthe largest with another verdict")
        print_table(
            ("transaction", "amount", "as decided", "now", "reasons now", "order"),
            [
                (
                    each.transaction_id,
                    f"{each.amount} {each.currency}",
                    each.before,
                    each.now,
                    ", ".join(each.reasons_now) or "-",
                    "" if each.is_order_known else "not known",
                )
                for each in comparison.differences
            ],
            whole=("transaction",),
        )
    if result.agreement:
        _print_agreement(result.agreement)


def _plot(comparison: Comparison, settings: MerchantSettings) -> None:
    bars = bars_of(comparison.scores, settings)
    most = max(max(each.before, each.now) for each in bars)
    print_table(
        ("score", "comes to", "", "found", "now"),
        [(each.label, each.verdict, "█" * -(-_PLOT_WIDTH * each.now // most), each.before, each.now) for each in bars],
        right=("found", "now"),
    )
    print(f"review from {settings.review_from}, declined from {settings.decline_from}")


def _print_precision(precision: Precision) -> None:
    if not precision.outcomes:
        return
    told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(precision.outcomes.items()))
    print(f"\noutcomes     {told}")
    print_table(
        ("held back", "precision", "recall"),
        [
            ("as decided", _share(precision.precision("before")), _share(precision.recall("before"))),
            ("now", _share(precision.precision("now")), _share(precision.recall("now"))),
        ],
    )


def _print_agreement(agreement: Agreement) -> None:
    print(f"\nas stored    {agreement.same}")
    for cause, count in sorted(agreement.causes.items()):
        print(f"otherwise    {count}, by its {_CAUSES[cause]}")
    print(f"unexplained  {agreement.unexplained}")
    rows = [(each.transaction_id, _codes(each.before), _codes(each.now)) for each in agreement.examples]
    if rows:
        print_table(("transaction", "stored", "now"), rows, whole=("transaction",))


_CAUSES: Final[Mapping[str, str]] = {
    "order": "order, which is not known",
    "late": "lateness, of which more was known then",
    "beginning": "windows, which begin before what was read",
    "newer": "rule, which may be newer than the decision",
}


def _codes(codes: Sequence[str]) -> str:
    return ", ".join(codes) or "-"


def _money(held: Sum) -> str:
    return ", ".join(f"{amount} {currency}" for currency, amount in sorted(held.amounts.items())) or "-"


def _share(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"
