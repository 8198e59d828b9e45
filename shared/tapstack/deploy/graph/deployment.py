"""A layer's deployment as its state has it: what the picture reads of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tapstack.console.errors import UserError
from tapstack.console.hints import command
from tapstack.engine.stack import is_made
from tapstack.engine.state import MARK
from tapstack.program.export_names import ENVIRONMENT_OUTPUT, READS_OUTPUT, VERSION_OUTPUT

_STACK: Final = "pulumi:pulumi:Stack"
_REFERENCE: Final = "pulumi:pulumi:StackReference"
_SAYS_NOTHING: Final = (VERSION_OUTPUT, ENVIRONMENT_OUTPUT, READS_OUTPUT)


@dataclass(frozen=True, slots=True)
class Deployment:
    """What a layer's state holds.

    Attributes:
        layer: the layer.
        project: its Pulumi project, as the state names it.
        resources: the resources it manages, as the state has them; those of the engine's own are left out.
        references: the URN of each StackReference, with the project it refers to.
        outputs: what the stack exports; a secret is as the state has it, encrypted.
    """

    layer: str
    project: str
    resources: tuple[Mapping[str, Any], ...]
    references: Mapping[str, str]
    outputs: Mapping[str, Any]

    @property
    def contract_version(self) -> str:
        """The version of the contract that the outputs keep; empty where the stack exports none."""
        return f"{self.outputs.get(VERSION_OUTPUT, '')}"

    @property
    def fields(self) -> dict[str, Any]:
        """The outputs that carry something, without those that only describe the contract, by name."""
        return {name: self.outputs[name] for name in sorted(self.outputs) if name not in _SAYS_NOTHING}


def read_deployment(layer: str, states: Sequence[Mapping[str, Any]]) -> Deployment:
    """Take what the picture needs from the resources of a state.

    Raises:
        UserError: the stack has no resources.
    """
    stack = next((state for state in states if state["type"] == _STACK), None)
    # A resource marked for deletion is the old one of a replacement that has not ended.
    there = [state for state in states if is_made(state) and not state.get("delete")]
    made = tuple(sorted(there, key=lambda state: state["urn"]))
    if stack is None or not made:
        raise UserError(f"layer {layer!r} has no resources in its state; deploy it: {command('up', layer)}")
    return Deployment(
        layer=layer,
        project=stack["urn"].split("::")[1],
        resources=made,
        references={state["urn"]: _project_of(state) for state in states if state["type"] == _REFERENCE},
        outputs=stack.get("outputs") or {},
    )


def texts(value: object) -> Iterator[str]:
    """Give the texts in a property's value at any depth; what the engine marks, secrets above all, is passed over."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        if MARK not in value:
            for item in value.values():
                yield from texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from texts(item)


def _project_of(reference: Mapping[str, Any]) -> str:
    """Name the project of a stack's full name: `organisation/project/stack`."""
    name: str = reference["inputs"]["name"]
    return name.split("/")[-2] if name.count("/") >= 1 else ""
