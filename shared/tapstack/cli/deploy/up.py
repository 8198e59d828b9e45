"""Deploy layers in order, those side by side that can be; after a failure the same command goes on."""

import argparse

from tapstack.cli.deploy.arguments import add_layers, add_stack
from tapstack.console.errors import UserError
from tapstack.console.progress import say
from tapstack.deploy.agreement import add_agreement, require_agreement
from tapstack.deploy.deployment import deploy
from tapstack.deploy.plan_report import loss_line, order, print_plan
from tapstack.deploy.planning import add_since, answer, question_of
from tapstack.engine.environment import environment_named


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    add_stack(parser)
    add_layers(parser)
    add_since(parser)
    add_agreement(parser)
    parser.add_argument(
        "--accept-data-loss", action="store_true", help="go on where a table, a queue, a key or the like is taken away"
    )


def run(options: argparse.Namespace) -> int:
    """Plan, ask where others depend on the stack, and deploy."""
    question = question_of(options)
    environment = environment_named(options.stack)
    with environment.opened("up", starts=True):
        plan = answer(environment, question)
        print_plan(plan, stderr=True)
        if plan.obstacles:
            raise UserError(f"{'; '.join(plan.obstacles)}. Nothing was changed")
        if plan.losses and not options.accept_data_loss:
            told = "; ".join(loss_line(layer, loss) for layer, loss in plan.losses)
            raise UserError(f"{told}. Nothing was changed. Where that is meant: add --accept-data-loss")
        if all(layer.is_idle for layer in plan.layers):
            names = ", ".join(layer.layer for layer in plan.layers)
            say(f"nothing to do{f': {names} as this checkout has it' if names else ''}")
            return 0
        require_agreement(environment, order(plan), given=options.yes)
        deploy(environment, plan, may_lose_data=options.accept_data_loss)
    return 0
