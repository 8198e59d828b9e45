"""`tapstack review`."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from tapstack.cli.parameters import UnknownNameError, Verbs, WholeNumber, may_take_stack, takes_json, takes_stack
from tapstack.console.words import unknown
from transactions.reviews.reasons import REASONS, ReviewVerdict

_F = TypeVar("_F", bound=Callable[..., Any])


class _Reason(click.ParamType[str]):
    """A code that a verdict can be for."""

    name = "code"

    def __init__(self, verdict: ReviewVerdict) -> None:
        self._verdict = verdict

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ARG002
        if value not in REASONS[self._verdict]:
            raise UnknownNameError(unknown("reason", value, REASONS[self._verdict]), ctx)
        return value


def _takes_resolution(verdict: ReviewVerdict) -> Callable[[_F], _F]:
    """Let a verb take why it is done."""
    text = f"One of {', '.join(REASONS[verdict])}; other needs a note."

    def takes(function: _F) -> _F:
        note = click.option("--note", metavar="TEXT", help="One line that is kept with it; no card numbers.")(function)
        return click.option(
            "--reason",
            type=_Reason(verdict),
            required=True,
            metavar="CODE",
            help=text,
        )(note)

    return takes


@click.group(cls=Verbs, no_args_is_help=False, subcommand_metavar="ACTION [ARGS]...")
@may_take_stack("The stack to work on; it may stand after the action too.  [default: local, the lane's]")
def command(*, stack: str | None) -> None:
    """List what is in review, look at it, and approve or decline it.

    A review is closed once, under the identity of your AWS credentials; the merchant is told by a webhook.
    """


@command.command("list")
@click.option("--merchant", metavar="ID", help="Only this merchant's.")
@click.option("--after", metavar="ID", help="Begin behind this transaction.")
@click.option(
    "--limit",
    type=WholeNumber("number of transactions", 1, 1_000),
    default=25,
    metavar="N",
    show_default=True,
    help="Print so many at the most.",
)
@takes_json
@takes_stack
def list_(*, stack: str, merchant: str | None, after: str | None, limit: int, as_json: bool) -> int:
    """List what is in review, oldest first."""
    from tapstack.cli.actions import review

    return review.list_reviews(stack, merchant_id=merchant, after=after, limit=limit, as_json=as_json)


@command.command
@click.argument("transaction_id", metavar="ID")
@takes_json
@takes_stack
def show(*, stack: str, transaction_id: str, as_json: bool) -> int:
    """Explain a decision, with what was near it on the card and at the merchant, and how its review stands."""
    from tapstack.cli.actions import review

    return review.show(stack, transaction_id, as_json=as_json)


@command.command
@click.argument("transaction_id", metavar="ID")
@_takes_resolution("approved")
@takes_stack
def approve(*, stack: str, transaction_id: str, reason: str, note: str | None) -> int:
    """Approve a transaction in review."""
    from tapstack.cli.actions import review

    return review.close(stack, transaction_id, "approved", reason, note)


@command.command
@click.argument("transaction_id", metavar="ID")
@_takes_resolution("declined")
@takes_stack
def decline(*, stack: str, transaction_id: str, reason: str, note: str | None) -> int:
    """Decline a transaction in review."""
    from tapstack.cli.actions import review

    return review.close(stack, transaction_id, "declined", reason, note)
