"""Explains a decision: every rule with what it compared, the same rules applied again, the velocities' histories."""

import json
import sys

from tapstack.cli.actions.accounts import account_of
from tapstack.cli.actions.transactions import transaction_of
from tapstack.cli.statuses import DONE, FOUND
from tapstack.console.errors import UserError
from tapstack.console.hints import command
from tapstack.console.progress import say
from tapstack.console.table import print_table
from tapstack.operate.account import Account
from tapstack.operate.cards import entry_words
from tapstack.operate.explanation import Case, Explanation, Rule, explain
from tapstack.operate.traces import Near, read_traces
from transactions.agreed.probe import PROBE_MERCHANT
from transactions.clock import iso, now


def explain_transaction(stack: str, transaction_id: str, *, as_json: bool) -> int:
    """Explain it; the status is 2 when the same would not come out again."""
    with account_of(stack) as account:
        explanation = explanation_of(account, transaction_id)
    if as_json:
        print(json.dumps(explanation.document(), indent=2, ensure_ascii=False))
    else:
        print_explanation(explanation)
    return FOUND if explanation.differences else DONE


def explanation_of(account: Account, transaction_id: str) -> Explanation:
    """Take a decision apart, with what is still known of its time.

    Raises:
        UserError: there is no such transaction, nothing is decided yet, or the settings it was decided by are gone.
    """
    transaction = transaction_of(account, transaction_id)
    decision = transaction.decision
    if decision is None:
        seconds = (now() - transaction.created_at) // 1000
        raise UserError(
            f"transaction {transaction.id} of merchant {transaction.merchant_id!r} has been pending for {seconds} s: "
            f"nothing is decided yet; if that is long, run: {command('reconcile', stack=account.stack)}"
        )
    settings = account.merchants.settings_at(transaction.merchant_id, decision.settings_version)
    if settings is None:
        raise UserError(
            f"transaction {transaction.id} is {decision.verdict} ({', '.join(decision.reasons) or 'no reasons'}) by "
            f"version {decision.settings_version} of the settings of merchant {transaction.merchant_id!r}, which is "
            f"not in {account.data.merchants_table_name}; restore the table to have it explained"
        )
    traces = read_traces(account.dynamodb, account.data.velocity_table_name, transaction, settings)
    return explain(Case(transaction, settings, traces), decision)


def print_explanation(explanation: Explanation) -> None:
    """Print it, with what was near the transaction on its card and at its merchant."""
    case, decision = explanation.case, explanation.decision
    transaction, settings = case.transaction, case.settings
    came = iso(transaction.created_at)
    mark = ", the environment's own," if transaction.merchant_id == PROBE_MERCHANT else ","
    print(f"transaction  {transaction.id} of {transaction.merchant_id}{mark} {case.comparison.money}, {came}")
    print(f"decision     {decision.verdict}, score {decision.score}, {iso(decision.decided_at)}")
    print(f"settings     version {settings.version}: review from {settings.review_from}, ", end="")
    print(f"declined from {settings.decline_from}\n")
    print_table(
        ("rule", "found", "weight", "compared"),
        [
            (
                rule.code,
                _found(rule),
                "unknown" if rule.weight is None else f"{rule.weight}",
                rule.compared,
            )
            for rule in explanation.rules
        ],
    )
    for entry in case.traces.entries:
        print(f"\nentry of the card: {entry_words(entry)}")
    for title, near in (("the card", case.traces.card), ("the merchant", case.traces.merchant)):
        _print_near(title, near)
    print()
    sys.stdout.flush()
    if explanation.differences:
        for difference in explanation.differences:
            say(f"differs: {difference}")
    else:
        say("the same rules on the same settings come to the same reasons, score and verdict again")


def _found(rule: Rule) -> str:
    if rule.lifted:
        return "lifted"
    return "yes" if rule.found else "not there yet" if rule.newer else "-"


def _print_near(title: str, near: Near) -> None:
    print(f"\n{title}: {near.words}")
    print_table(
        ("at", "count", "amounts", ""),
        [
            (
                trace.at,
                trace.count,
                ", ".join(f"{amount} {currency}" for currency, amount in trace.amounts.items()),
                "this one" if trace.is_it else "",
            )
            for trace in near.traces
        ],
        right=("count",),
    )
