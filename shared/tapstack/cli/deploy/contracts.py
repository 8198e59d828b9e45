"""Show who reads which output of whom, and check that a change of a contract breaks no reader."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from tapstack.console.errors import UserError
from tapstack.console.progress import say
from tapstack.console.table import print_table
from tapstack.deploy.contracts.check import ContractCheck
from tapstack.deploy.contracts.problems import Problem
from tapstack.engine.environment import environment_named
from tapstack.engine.state import states_of


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("--write", action="store_true", help="update the snapshots, unless a change breaks a reader")
    parser.add_argument("--stack", metavar="NAME", help="check what is deployed under this name too")
    parser.add_argument("--base", metavar="REVISION", help="compare with the snapshots of this git revision too")
    shown = parser.add_mutually_exclusive_group()
    shown.add_argument("--json", action="store_true", help="print one JSON object")
    shown.add_argument("--quiet", action="store_true", help="print nothing but problems")


def run(options: argparse.Namespace) -> int:
    """Check them; the status is 1 where something is wrong."""
    check = ContractCheck.of_checkout(options.base)
    problems = [*check.undeclared(), *check.breaks()]
    if options.stack is not None:
        problems += check.breaks_of_deployed(deployed(options.stack), options.stack)
    if not options.write:
        problems += check.outdated()
    written = check.write() if options.write and not problems else []
    if options.json:
        print(json.dumps(_document(check, problems), indent=2))
    elif not options.quiet:
        _print(check)
    sys.stdout.flush()
    for problem in () if options.json else problems:
        say(problem.text)
    for file in written:
        say(f"wrote {file}")
    if options.write and problems:
        raise UserError("no snapshot is written while this is so")
    return 1 if problems else 0


def deployed(stack: str) -> Mapping[str, Mapping[str, Any]]:
    """Read what the layers' stacks of a name export, of those that are up.

    Raises:
        UserError: none is, or the backend cannot be read.
    """
    environment = environment_named(stack)
    with environment.opened("contracts", starts=False):
        found = {layer: state.outputs for layer, state in states_of(environment).items() if state.outputs}
    if not found:
        raise UserError(f"no layer of {stack} is up; leave --stack out, or deploy them: {environment.command('up')}")
    return found


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
