"""What a deployed layer exports, as the operators' commands read it."""

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from tapstack.console.errors import UserError
from tapstack.contracts.contract import OPERATORS, Contract, module_file
from tapstack.program.export_names import VERSION_OUTPUT

_C = TypeVar("_C", bound=Contract)


class Exports(Generic[_C]):
    """The fields of a contract that operators are declared to read, each a plain value under the field's name."""

    def __init__(self, contract: type[_C], outputs: Mapping[str, Any], deploy: str) -> None:
        """Take the values from a stack's outputs.

        Args:
            contract: what the layer promises.
            outputs: output name to value.
            deploy: the command that deploys the layer.

        Raises:
            UserError: the layer is not up, or exports something else.
        """
        layer, version = contract.LAYER, contract.VERSION
        names = contract.read_by(OPERATORS)
        if not outputs:
            raise UserError(f"layer {layer!r} is not up: its stack exports nothing; run: {deploy}")
        if outputs.get(VERSION_OUTPUT) != version:
            raise UserError(
                f"layer {layer!r} exports contract version {outputs.get(VERSION_OUTPUT)}, and these commands read "
                f"version {version}; take the revision that was deployed, or run: {deploy}"
            )
        if missing := [name for name in names if name not in outputs]:
            raise UserError(f"layer {layer!r} does not export {', '.join(missing)}; run: {deploy}")
        self._layer = layer
        self._values = {name: outputs[name] for name in names}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._values:
            raise AttributeError(
                f"operators read {name!r}, and are not among its readers; add OPERATORS to the field's read_by in "
                f"{module_file(self._layer)}"
            )
        return self._values[name]
