"""Deploys layers in order, those side by side that can be; after a failure the same command goes on.

Versions of functions that a deployment has left without a use are deleted after it.
"""

from collections.abc import Sequence
from pathlib import Path

from tapstack.cli import environments
from tapstack.cli.actions.prune_versions import settle
from tapstack.console.errors import UserError
from tapstack.console.progress import say
from tapstack.deploy.agreement import Consent, require_agreement
from tapstack.deploy.approved.approval import Approval
from tapstack.deploy.borders.following import tell_turns
from tapstack.deploy.deployment import deploy
from tapstack.deploy.interruptions.settling import settle as settle_interruptions
from tapstack.deploy.plan_report import order, print_plan
from tapstack.deploy.planning import answer, programs_of, question
from tapstack.engine.noting import reads_noted
from tapstack.engine.words import NOTHING


def up(
    stack: str, layers: Sequence[str], *, since: str | None, at: str | None, yes: bool, accepted: Sequence[str]
) -> int:
    """Plan, ask, and deploy; `accepted` is what may be lost, each as `layer.name`."""
    asked = question(layers, since, at)
    environment = environments.environment_named(stack)
    opened = environment.opened("up", starts=True, layers=asked.named, changes=True)
    go_on = ["up", *layers, *(("--since", since) if since else ()), *(("--at", at) if at else ())]
    with opened, reads_noted(environment, asked.named), programs_of(environment, asked) as revision:
        settle_interruptions(environment, asked.named, yes=yes, go_on=go_on)
        plan = answer(environment, asked, revision)
        print_plan(plan, stderr=True)
        if plan.obstacles:
            raise UserError(f"{'; '.join(plan.obstacles)}. Nothing was changed")
        if all(layer.is_idle for layer in plan.layers):
            names = ", ".join(layer.layer for layer in plan.layers)
            whose = plan.at or "this checkout"
            say(f"{NOTHING}{f': {names} as {whose} has it' if names else ''}")
            tell_turns(environment, plan)
            return 0
        consent = require_agreement(
            environment,
            order(plan),
            plan.losses,
            Consent(yes, frozenset(accepted)),
            standing="Nothing was changed",
            go_on=go_on,
        )
        settle(environment, deploy(environment, plan, consent))
        tell_turns(environment, plan)
    return 0


def up_as_approved(stack: str, file: Path, *, accepted: Sequence[str]) -> int:
    """Deploy what a saved plan holds, without asking, or nothing where anything differs; `accepted` as for `up`."""
    environment = environments.environment_named(stack)
    approval = Approval.opened(environment, file)
    layers = approval.layers
    with environment.opened("up", starts=True, layers=layers, changes=True), reads_noted(environment, layers):
        approval.require(layers)
        plan = answer(environment, question(layers, None))
        print_plan(plan, stderr=True)
        if plan.obstacles:
            raise UserError(f"{'; '.join(plan.obstacles)}. Nothing was changed")
        approval.require_order([[layer.layer for layer in wave] for wave in plan.waves])
        if all(layer.is_idle for layer in plan.layers):
            say(f"{NOTHING}: {', '.join(layers)} as this checkout has it")
            return 0
        consent = require_agreement(
            environment,
            order(plan),
            plan.losses,
            Consent(yes=True, losses=frozenset(accepted)),
            standing="Nothing was changed",
            go_on=["up", "--plan", f"{file}"],
        )
        settle(environment, deploy(environment, plan, consent, approved=approval.require))
    return 0
