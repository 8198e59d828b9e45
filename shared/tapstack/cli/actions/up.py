"""Deploys layers in order, those side by side that can be; after a failure the same command goes on.

Versions of functions that a deployment has left without a use are deleted after it.
"""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from tapstack.cli import environments
from tapstack.cli.actions.prune_versions import settle
from tapstack.cli.statuses import DONE
from tapstack.console.errors import UserError
from tapstack.console.progress import say
from tapstack.deploy.agreement import Consent, require_agreement
from tapstack.deploy.approved.approval import Approval
from tapstack.deploy.borders.following import tell_turns
from tapstack.deploy.deployment import deploy
from tapstack.deploy.interruptions.settling import settle as settle_interruptions
from tapstack.deploy.plan import Plan
from tapstack.deploy.plan_report import order, print_plan
from tapstack.deploy.planning import Question, answer, programs_of, question
from tapstack.deploy.revisions.tree import Revision
from tapstack.engine.environment import Environment
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
        plan = _shown(environment, asked, revision)
        _carry_out(environment, plan, Consent(yes, frozenset(accepted)), go_on)
        tell_turns(environment, plan)
    return DONE


def up_as_approved(stack: str, file: Path, *, accepted: Sequence[str]) -> int:
    """Deploy what a saved plan holds, without asking, or nothing where anything differs; `accepted` as for `up`."""
    environment = environments.environment_named(stack)
    approval = Approval.opened(environment, file)
    layers = approval.layers
    with environment.opened("up", starts=True, layers=layers, changes=True), reads_noted(environment, layers):
        approval.require(layers)
        plan = _shown(environment, question(layers, None))
        approval.require_order([[layer.layer for layer in wave] for wave in plan.waves])
        consent = Consent(yes=True, losses=frozenset(accepted))
        _carry_out(environment, plan, consent, ["up", "--plan", f"{file}"], approved=approval.require)
        tell_turns(environment, plan)
    return DONE


def _shown(environment: Environment, asked: Question, revision: Revision | None = None) -> Plan:
    """Make the plan and show it.

    Raises:
        UserError: it cannot be carried out.
    """
    plan = answer(environment, asked, revision)
    print_plan(plan, stderr=True)
    if plan.obstacles:
        raise UserError(f"{'; '.join(plan.obstacles)}. Nothing was changed")
    return plan


def _carry_out(
    environment: Environment,
    plan: Plan,
    consent: Consent,
    go_on: Sequence[str],
    approved: Callable[[Collection[str]], None] = lambda _: None,
) -> None:
    """Deploy what there is to deploy, once it is agreed to; `approved` as for `deploy`."""
    if all(layer.is_idle for layer in plan.layers):
        names, whose = ", ".join(plan.names), plan.at or "this checkout"
        say(f"{NOTHING}{f': {names} as {whose} has it' if names else ''}")
        return
    agreed = require_agreement(
        environment, order(plan), plan.losses, consent, standing="Nothing was changed", go_on=go_on
    )
    settle(environment, deploy(environment, plan, agreed, approved))
