"""Tells which layers a change touches, in which order they deploy, and what each deployment would change."""

import json
import sys
from collections.abc import Sequence

from tapstack.cli import environments
from tapstack.cli.statuses import DONE, FOUND
from tapstack.deploy.plan_report import as_markdown, print_plan
from tapstack.deploy.planning import answer, programs_of, question


def plan(stack: str, layers: Sequence[str], *, since: str | None, at: str | None, as_json: bool, markdown: bool) -> int:
    """Print the plan; the status is 2 when it could not be carried out."""
    asked = question(layers, since, at)
    environment = environments.environment_named(stack)
    with environment.opened("plan", starts=True, layers=asked.named), programs_of(environment, asked) as revision:
        made = answer(environment, asked, revision)
    if as_json:
        print(json.dumps(made.as_data(), indent=2))
    elif markdown:
        sys.stdout.write(as_markdown(made))
    else:
        print_plan(made)
    return FOUND if made.obstacles else DONE
