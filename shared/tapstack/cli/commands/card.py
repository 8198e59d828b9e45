"""`tapstack card`."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from tapstack.cli.parameters import DURATION, MOMENT, Verbs, may_take_stack, takes_json, takes_stack

_F = TypeVar("_F", bound=Callable[..., Any])


@click.group(cls=Verbs, no_args_is_help=False, subcommand_metavar="ACTION [ARGS]...")
@may_take_stack("The stack to work on; it may stand after the action too.  [default: local, the lane's]")
def command(*, stack: str | None) -> None:
    """Block or allow a card at a merchant, or mute a rule for it.

    A card is named by its token. Every entry has an end, and is kept with who set it, when and why.
    """


def _joined(_context: click.Context, _param: click.Parameter, value: Sequence[str]) -> str:
    """Take what was typed for a token as a whole: no part of a card number in groups may be repeated."""
    return " ".join(value)


def _takes_card(function: _F) -> _F:
    """Let an action take a card at a merchant."""
    of_merchant = click.option("--merchant", "merchant_id", metavar="ID", required=True, help="At which merchant.")
    of_card = click.argument("token", nargs=-1, required=True, metavar="TOKEN", callback=_joined)
    return of_card(of_merchant(function))


def _takes_entry(function: _F) -> _F:
    """Let an action take what every entry has: an end and a reason."""
    reason = click.option("--reason", metavar="TEXT", required=True, help="Why, in a few words; it is kept.")
    ends_in = click.option("--for", "for_ms", type=DURATION, metavar="TIME", help="How long, such as 30d.")
    ends_at = click.option("--until", type=MOMENT, metavar="MOMENT", help="Or up to when, such as 2026-12-31T00:00Z.")
    return ends_in(ends_at(reason(function)))


def _require_end(for_ms: int | None, until: int | None) -> None:
    """Refuse an entry without an end, or with two.

    Raises:
        click.UsageError: it has none, or two.
    """
    if bool(for_ms) == (until is not None):
        wrong = "an entry has one end" if for_ms else "an entry needs an end"
        raise click.UsageError(f"{wrong}; give --for TIME or --until MOMENT", click.get_current_context())


@command.command
@_takes_card
@_takes_entry
@takes_stack
def block(*, stack: str, token: str, merchant_id: str, for_ms: int | None, until: int | None, reason: str) -> int:
    """Decline what a card pays at a merchant."""
    from tapstack.cli.actions import card

    _require_end(for_ms, until)
    return card.block(stack, merchant_id, token, card.Wanted(for_ms, until, reason))


@command.command
@_takes_card
@_takes_entry
@takes_stack
def allow(*, stack: str, token: str, merchant_id: str, for_ms: int | None, until: int | None, reason: str) -> int:
    """Approve what a card pays at a merchant, but for what holds for every card.

    That is a currency that the merchant does not take, a card that has expired, and the card's own limits.
    """
    from tapstack.cli.actions import card

    _require_end(for_ms, until)
    return card.allow(stack, merchant_id, token, card.Wanted(for_ms, until, reason))


@command.command
@_takes_card
@click.option("--rule", metavar="CODE", required=True, help="The rule, by its reason code.")
@_takes_entry
@takes_stack
def mute(
    *, stack: str, token: str, merchant_id: str, rule: str, for_ms: int | None, until: int | None, reason: str
) -> int:
    """Have one rule say nothing of a card at a merchant."""
    from tapstack.cli.actions import card

    _require_end(for_ms, until)
    return card.mute(stack, merchant_id, token, rule, card.Wanted(for_ms, until, reason))


@command.command
@_takes_card
@click.option("--rule", metavar="CODE", help="Only the mute of this rule.  [default: all entries]")
@takes_stack
def clear(*, stack: str, token: str, merchant_id: str, rule: str | None) -> int:
    """End the entries of a card at a merchant now."""
    from tapstack.cli.actions import card

    return card.clear(stack, merchant_id, token, rule)


@command.command
@_takes_card
@takes_json
@takes_stack
def show(*, stack: str, token: str, merchant_id: str, as_json: bool) -> int:
    """Show the entries of a card at a merchant."""
    from tapstack.cli.actions import card

    return card.show(stack, merchant_id, token, as_json=as_json)
