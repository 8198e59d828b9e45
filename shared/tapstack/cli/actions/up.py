"""Deploys layers in order, those side by side that can be; after a failure the same command goes on."""

from collections.abc import Sequence

from tapstack.cli import environments
from tapstack.console.errors import UserError
from tapstack.console.progress import say
from tapstack.deploy.agreement import require_agreement
from tapstack.deploy.deployment import deploy
from tapstack.deploy.plan_report import loss_line, order, print_plan
from tapstack.deploy.planning import answer, question


def up(stack: str, layers: Sequence[str], *, since: str | None, yes: bool, accept_data_loss: bool) -> int:
    """Plan, ask where others depend on the stack, and deploy."""
    asked = question(layers, since)
    environment = environments.environment_named(stack)
    with environment.opened("up", starts=True):
        plan = answer(environment, asked)
        print_plan(plan, stderr=True)
        if plan.obstacles:
            raise UserError(f"{'; '.join(plan.obstacles)}. Nothing was changed")
        if plan.losses and not accept_data_loss:
            told = "; ".join(loss_line(layer, loss) for layer, loss in plan.losses)
            raise UserError(f"{told}. Nothing was changed. Where that is meant: add --accept-data-loss")
        if all(layer.is_idle for layer in plan.layers):
            names = ", ".join(layer.layer for layer in plan.layers)
            say(f"nothing to do{f': {names} as this checkout has it' if names else ''}")
            return 0
        require_agreement(environment, order(plan), given=yes)
        deploy(environment, plan, may_lose_data=accept_data_loss)
    return 0
