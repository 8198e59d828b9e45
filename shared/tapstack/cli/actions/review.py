"""Lists what is in review, shows one with all that speaks for and against it, and closes it."""

import json
from typing import Any

from tapstack.cli.actions.accounts import account_of
from tapstack.cli.actions.explain import explanation_of, print_explanation
from tapstack.cli.actions.merchants_named import settings_of
from tapstack.cli.actions.transactions import transaction_of
from tapstack.cli.statuses import DONE
from tapstack.console.errors import UserError
from tapstack.console.hints import command
from tapstack.console.progress import say
from tapstack.console.table import duration, print_table
from transactions.clock import iso, now
from transactions.errors import FaultyRequestError, NotInReviewError, ReviewClosedError
from transactions.reviews.reasons import ReviewVerdict
from transactions.reviews.resolution import (
    ProposedResolution,
    Resolution,
    check_proposed,
    resolution_of,
)
from transactions.transaction import Transaction


def list_reviews(stack: str, *, merchant_id: str | None, after: str | None, limit: int, as_json: bool) -> int:
    """List what is in review, oldest first.

    Args:
        stack: the stacks' name.
        merchant_id: whose; None for everybody's.
        after: the id of the transaction to begin behind; None begins at the oldest.
        limit: how many at most.
        as_json: print the rows as data.
    """
    with account_of(stack) as account:
        if merchant_id is not None:
            settings_of(account, merchant_id)
        begins = transaction_of(account, after).listing if after is not None else None
        found: list[Transaction] = []
        # What was closed a moment ago is left out of a page, and may be all of it.
        more = True
        while more and len(found) < limit:
            page = account.transactions.reviews(merchant_id, limit - len(found), begins)
            found += page.transactions
            begins, more = page.next_listing, page.next_listing is not None
    if as_json:
        print(json.dumps([_row(each) for each in found], indent=2, ensure_ascii=False))
    elif found:
        _print(found)
    else:
        say("nothing is in review")
    if more and found:
        only = () if merchant_id is None else ("--merchant", merchant_id)
        say(f"there is more: {command('review', 'list', *only, '--after', found[-1].id, stack=stack)}")
    return DONE


def show(stack: str, transaction_id: str, *, as_json: bool) -> int:
    """Explain a decision, and tell how its review stands."""
    with account_of(stack) as account:
        explanation = explanation_of(account, transaction_id)
    transaction = explanation.case.transaction
    if as_json:
        document = explanation.document() | {"review": _review(transaction)}
        print(json.dumps(document, indent=2, ensure_ascii=False))
        return DONE
    print_explanation(explanation)
    if transaction.resolution:
        say(f"{transaction.resolution.verdict} {_how(transaction.resolution)}")
    elif transaction.is_in_review:
        say(f"in review for {_age(transaction)}; close it:")
        for how in (
            command("review", "approve", transaction.id, "--reason", "CODE", stack=stack),
            command("review", "decline", transaction.id, "--reason", "CODE", stack=stack),
        ):
            say(f"  {how}")
    else:
        say("it was never in review")
    return DONE


def close(stack: str, transaction_id: str, verdict: ReviewVerdict, reason: str, note: str | None) -> int:
    """Close a review in the name of whoever's credentials these are."""
    proposed = ProposedResolution(verdict, reason, note)
    try:
        check_proposed(proposed)
    except FaultyRequestError as error:
        (fault, *_) = error.faults
        raise UserError(f"--{fault.place.rpartition('/')[2]}: {fault.detail}") from error
    with account_of(stack) as account:
        transaction = transaction_of(account, transaction_id)
        caller = account.caller()
        try:
            closed = account.reviews.close(transaction.id, resolution_of(proposed, caller.arn, caller.at))
        except NotInReviewError as error:
            raise UserError(f"transaction {transaction.id} cannot be {verdict}: {error}") from error
        except ReviewClosedError as error:
            held = transaction_of(account, transaction.id).resolution
            told = f"it was {held.verdict} {_how(held)}" if held else f"{error}"
            raise UserError(
                f"transaction {transaction.id} cannot be {verdict}: {told}; a review is closed once"
            ) from error
    if closed.replayed:
        say(f"transaction {transaction.id} was {verdict} so before; nothing was changed")
    else:
        say(f"transaction {transaction.id} of merchant {transaction.merchant_id} is {verdict}, by {caller.arn}")
        say(f"see what becomes of the webhook: {command('webhook', 'deliveries', transaction.id, stack=stack)}")
        _offer_entry(transaction, verdict, stack)
    return DONE


def _offer_entry(transaction: Transaction, verdict: ReviewVerdict, stack: str) -> None:
    """Say how to have the card's next transactions decided alike, without a review."""
    token, merchant = transaction.submission.card.token, transaction.merchant_id
    if verdict == "declined":
        how = command("card", "block", token, "--merchant", merchant, "--for", "30d", "--reason", "TEXT", stack=stack)
        say(f"keep the card out for a while: {how}")
    else:
        how = command("card", "allow", token, "--merchant", merchant, "--for", "30d", "--reason", "TEXT", stack=stack)
        say(f"let the card pass without a review for a while: {how}")


def _print(found: list[Transaction]) -> None:
    print_table(
        ("transaction", "merchant", "amount", "reasons", "age"),
        [
            (
                each.id,
                each.merchant_id,
                f"{each.submission.amount} {each.submission.currency}",
                ", ".join(each.decision.reasons) if each.decision else "",
                _age(each),
            )
            for each in found
        ],
        right=("amount", "age"),
        whole=("transaction",),
    )


def _row(transaction: Transaction) -> dict[str, Any]:
    decision = transaction.decision
    return {
        "transaction": transaction.id,
        "merchant": transaction.merchant_id,
        "amount": transaction.submission.amount,
        "currency": transaction.submission.currency,
        "reasons": decision.reasons if decision else [],
        "score": decision.score if decision else None,
        "created_at": iso(transaction.created_at),
        "age_seconds": max(now() - transaction.created_at, 0) // 1000,
    }


def _review(transaction: Transaction) -> dict[str, Any]:
    held = transaction.resolution
    if held is None:
        return {"open": transaction.is_in_review}
    return {
        "open": False,
        "verdict": held.verdict,
        "reason": held.reason,
        "note": held.note,
        "by": held.by,
        "at": iso(held.at),
    }


def _how(resolution: Resolution) -> str:
    note = f" ({resolution.note})" if resolution.note else ""
    return f"for {resolution.reason}{note} by {resolution.by} at {iso(resolution.at)}"


def _age(transaction: Transaction) -> str:
    return duration(now() - transaction.created_at)
