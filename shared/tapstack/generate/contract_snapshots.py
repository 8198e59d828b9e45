"""The contracts' snapshots: what a layer exports, and who reads it, as committed for the next change to fit to."""

from pathlib import Path

from tapstack.console.errors import UserError
from tapstack.console.hints import command
from tapstack.deploy.contracts.check import ContractCheck
from tapstack.deploy.contracts.snapshots import file_of


def render(root: Path) -> dict[str, str | None]:  # noqa: ARG001 - contracts are code, and so this checkout's
    """Make the snapshots; those of layers that are no more must not be there.

    Raises:
        UserError: a contract is read otherwise than it declares, or a change of it breaks a reader.
    """
    check = ContractCheck.of_checkout()
    if problems := [*check.undeclared(), *check.breaks()]:
        more = f" (and {len(problems) - 1} more: {command('contracts')})" if len(problems) > 1 else ""
        raise UserError(f"{problems[0].text}{more}; no snapshot is written while this is so")
    return {
        **{file_of(layer): None for layer in check.committed},
        **{file_of(layer): contract.text() for layer, contract in check.contracts.items()},
    }
