"""Tells which layers a change touches, in which order they deploy, and what each deployment would change."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from tapstack.cli import environments
from tapstack.cli.statuses import DONE, FOUND
from tapstack.console.progress import say
from tapstack.deploy.approved.approval import save
from tapstack.deploy.plan_report import as_markdown, print_plan
from tapstack.deploy.planning import answer, programs_of, question


def plan(
    stack: str,
    layers: Sequence[str],
    *,
    since: str | None,
    at: str | None,
    as_json: bool,
    markdown: bool,
    saved: Path | None,
) -> int:
    """Print the plan, and save it where that is asked for; the status is 2 when it could not be carried out."""
    asked = question(layers, since, at)
    environment = environments.environment_named(stack)
    with environment.opened("plan", starts=True, layers=asked.named), programs_of(environment, asked) as revision:
        made = answer(environment, asked, revision)
        later = save(environment, made, saved) if saved and not made.obstacles else ()
    for layer in later:
        say(f"{layer}: not in {saved}: it is known once those before it are up, and planned then")
    if as_json:
        print(json.dumps(made.as_data(), indent=2))
    elif markdown:
        sys.stdout.write(as_markdown(made))
    else:
        print_plan(made)
    return FOUND if made.obstacles else DONE
