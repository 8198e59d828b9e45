"""Asks before something is changed, and for what is lost by its name."""

import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from tapstack.console.errors import UserError
from tapstack.console.hints import command
from tapstack.deploy.data_loss import Loss
from tapstack.deploy.plan_report import loss_line
from tapstack.engine.environment import Environment


@dataclass(frozen=True)
class Consent:
    """What has been agreed to.

    Attributes:
        yes: the change itself, on the command line.
        losses: what may be lost: resources, such as `data.velocity`, and layers with all that they hold, `data`.
    """

    yes: bool = False
    losses: frozenset[str] = frozenset()

    def covers(self, layer: str, loss: Loss) -> bool:
        """Tell whether a loss was agreed to."""
        return not self.losses.isdisjoint({layer, name_of(layer, loss)})


def name_of(layer: str, loss: Loss) -> str:
    """Name what is lost, as consent is asked for: `data.velocity`."""
    return f"{layer}.{loss.name}"


def require_agreement(
    environment: Environment,
    change: str,
    losses: Collection[tuple[str, Loss]],
    consent: Consent,
    *,
    standing: str,
    go_on: Sequence[str],
    by_layer: bool = False,
) -> Consent:
    """Go on only if the change is agreed to, and each loss by its name.

    Args:
        environment: whose change it is.
        change: what will happen, in words.
        losses: what the change takes from data, each with its layer.
        consent: what was agreed to by now.
        standing: how things stand by now, as a sentence without its full stop, such as `Nothing was changed`.
        go_on: the words of the command that goes on, without consent to losses.
        by_layer: whether consent is asked for by layers, where each goes as a whole.

    Returns:
        What is agreed to from now on.

    Raises:
        UserError: it was not agreed to, or there is nobody to ask.
    """
    uncovered = [(layer, loss) for layer, loss in losses if not consent.covers(layer, loss)]
    if uncovered:
        names = dict.fromkeys(layer if by_layer else name_of(layer, loss) for layer, loss in losses)
        told = "; ".join(loss_line(layer, loss) for layer, loss in uncovered)
        again = command(*go_on, "--accept-data-loss", ",".join(names), stack=environment.name)
        refusal = UserError(f"{told}. {standing}. Where that is meant: {again}")
        asked = ",".join(dict.fromkeys(layer if by_layer else name_of(layer, loss) for layer, loss in uncovered))
        if not sys.stdin.isatty() or _typed(f"data will be lost; type {asked} to accept that: ") != asked:
            raise refusal
        consent = replace(consent, losses=consent.losses | set(asked.split(",")))
    if consent.yes:
        return consent
    if not sys.stdin.isatty():
        raise UserError(
            f"{change} changes stack {environment.name!r}, and nobody is there to ask; agree with --yes. {standing}"
        )
    if _typed(f"{change}; type {environment.name} to go on: ") != environment.name:
        raise UserError(f"not agreed to. {standing}")
    return consent


def _typed(question: str) -> str:
    print(question, end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip()
