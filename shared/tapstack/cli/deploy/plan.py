"""Tell which layers a change touches, in which order they deploy, and what each deployment would change."""

import argparse
import json
import sys

from tapstack.cli.deploy.arguments import add_layers, add_stack
from tapstack.deploy.plan_report import as_markdown, print_plan
from tapstack.deploy.planning import add_since, answer, question_of
from tapstack.engine.environment import environment_named


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    add_stack(parser)
    add_layers(parser)
    add_since(parser)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print the plan as one JSON object")
    form.add_argument("--markdown", action="store_true", help="print the plan as Markdown, for a pull request")


def run(options: argparse.Namespace) -> int:
    """Print the plan; the status is 1 when it could not be carried out."""
    question = question_of(options)
    environment = environment_named(options.stack)
    with environment.opened("plan", starts=True):
        plan = answer(environment, question)
    if options.json:
        print(json.dumps(plan.as_data(), indent=2))
    elif options.markdown:
        sys.stdout.write(as_markdown(plan))
    else:
        print_plan(plan)
    return 1 if plan.obstacles else 0
