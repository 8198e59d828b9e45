"""Shows who reads which output of whom, and checks that a change of a contract breaks no reader."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from tapstack.cli import environments
from tapstack.cli.statuses import DONE, FOUND
from tapstack.console.errors import UserError
from tapstack.console.hints import command
from tapstack.console.progress import say
from tapstack.console.table import print_table
from tapstack.deploy.contracts.check import ContractCheck
from tapstack.deploy.contracts.detours import detours
from tapstack.deploy.contracts.problems import Problem
from tapstack.deploy.forgotten import forgotten_in
from tapstack.engine.noting import note_reads
from tapstack.engine.state import not_looked_at, states_of
from tapstack.layers import LAYERS


def contracts(stack: str | None, *, base: str | None, note: bool, as_json: bool, quiet: bool) -> int:
    """Check them; the status is 2 where something is wrong, or could not be looked at."""
    check = ContractCheck.of_checkout(base)
    problems = [*check.undeclared(), *detours(), *check.breaks(), *check.outdated()]
    if stack is not None:
        exported, unseen = deployed(stack, note=note)
        problems += [*check.breaks_of_deployed(exported, stack), *unseen]
    elif note:
        raise UserError("--note-reads notes what deployed layers read; name their stack: --stack NAME")
    if as_json:
        print(json.dumps(_document(check, problems), indent=2))
    elif not quiet:
        _print(check)
    sys.stdout.flush()
    for problem in () if as_json else problems:
        say(problem.text)
    return FOUND if problems else DONE


def deployed(stack: str, *, note: bool) -> tuple[Mapping[str, Mapping[str, Any]], Sequence[Problem]]:
    """Read what the layers' stacks of a name export, of those that are up, and tell which cannot be looked at.

    Args:
        stack: the stacks' name.
        note: also note what they read, for those who may not read their states.

    Raises:
        UserError: none is up, or the backend cannot be read.
    """
    environment = environments.environment_named(stack)
    with environment.opened("contracts", starts=False):
        states = {**states_of(environment, needed=()), **forgotten_in(environment).states}
        if note:
            note_reads(environment, [layer for layer in LAYERS if states[layer].is_readable])
    unseen = [
        Problem(layer, not_looked_at(environment, state)) for layer, state in states.items() if not state.is_known
    ]
    found = {
        layer: state.outputs for layer, state in states.items() if state.outputs and (state.is_readable or state.is_up)
    }
    if not (found or unseen or note):
        raise UserError(f"no layer of {stack} is up; leave --stack out, or deploy them: {command('up', stack=stack)}")
    return found, unseen


def _print(check: ContractCheck) -> None:
    print_table(
        ("producer", "field", "type", "", "consumers"),
        [
            (
                f"{layer} (version {contract.version})" if place == 0 else "",
                name,
                field.type,
                ", ".join(word for word, said in (("secret", field.secret), ("plain", not field.is_output)) if said),
                ", ".join(check.consumers(layer, name)) or "-",
            )
            for layer, contract in check.contracts.items()
            for place, (name, field) in enumerate(contract.fields.items())
        ],
    )


def _document(check: ContractCheck, problems: Sequence[Problem]) -> dict[str, Any]:
    return {
        "contracts": {
            layer: {
                "version": contract.version,
                "fields": {
                    name: {
                        "type": field.type,
                        "is_output": field.is_output,
                        "secret": field.secret,
                        "consumers": check.consumers(layer, name),
                    }
                    for name, field in contract.fields.items()
                },
            }
            for layer, contract in check.contracts.items()
        },
        "problems": [problem._asdict() for problem in problems],
    }
