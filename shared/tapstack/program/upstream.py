"""The gate in front of an upstream stack: is it deployed, and does it export what the reader needs?

A `pulumi.StackReference` answers such questions only inside an Output, while the program goes on to register resources.
The gate asks the engine before the first of them, so that the answer "no" leaves nothing behind.

In a preview that a plan runs, the answer is what the upstream layer would export: `tapstack.program.previewed`.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final

import pulumi
from pulumi import Output

from tapstack.account_names import project_name
from tapstack.program.errors import ContractError, UpstreamError
from tapstack.program.export_names import ENVIRONMENT_OUTPUT, VERSION_OUTPUT
from tapstack.program.previewed import Previewed
from tapstack.program.shell import typed

_REFERENCE: Final = "pulumi:pulumi:StackReference"
_IN_CONTRACT: Final = ContextVar("_IN_CONTRACT", default=False)


def stack_name(layer: str) -> str:
    """Give the full name of a layer's stack beside the one being deployed: same organisation, same stack name."""
    return f"{pulumi.get_organization()}/{project_name(layer)}/{pulumi.get_stack()}"


def deploy_first(layer: str) -> str:
    """Tell to deploy a layer, with the command for its stack beside the one being deployed."""
    return f"deploy it first: {typed(f'(cd projects/{layer} && {_up_this()})')}"


@dataclass(frozen=True)
class Exports:
    """What an upstream layer exports; in a preview that a plan runs, what it would.

    Attributes:
        layer: the layer.
        plain: output to value, of all that are known while the program runs.
        reference: its stack.
        previewed: what it would export; None where that is what it exports.
    """

    layer: str
    plain: Mapping[str, Any]
    reference: pulumi.StackReference
    previewed: Previewed | None

    @property
    def version(self) -> int:
        """The contract's version."""
        return int(self.plain[VERSION_OUTPUT])

    def value(self, name: str) -> Any:
        """Give an output that the program decides by.

        Raises:
            UpstreamError: a preview does not know it.
        """
        if name in self.plain:
            return self.plain[name]
        raise UpstreamError(
            f"layer {self.layer!r} is previewed without a value of {name}, by which this program decides what to make; "
            f"{deploy_first(self.layer)}"
        )

    def output(self, name: str) -> Output[Any]:
        """Give an output that depends on the stack; unknown where its value is not made yet, and secret if it is."""
        if self.previewed is None or name in self.previewed.unchanged:
            return self.reference.require_output(name)
        # The reference's outputs are those of now, and secret where one of them is; its URN is neither.
        value = self.previewed.known.get(name, pulumi.UNKNOWN)
        output: Output[Any] = self.reference.urn.apply(lambda _: value)
        return Output.secret(output) if name in self.previewed.secret else output


def refuse_detour(args: pulumi.ResourceTransformationArgs) -> None:
    """Refuse a StackReference that the reading of a contract did not make: nobody would know that the stack is read.

    Raises:
        ContractError: it is one.
    """
    if args.type_ == _REFERENCE and not _IN_CONTRACT.get():
        raise ContractError(
            f"stack {args.name!r} is read by a StackReference of the program's own, and no contract says so; read the "
            "layer's contract instead, with its class in shared/tapstack/contracts"
        )


@contextmanager
def _through_a_contract() -> Iterator[None]:
    before = _IN_CONTRACT.set(True)
    try:
        yield
    finally:
        _IN_CONTRACT.reset(before)


def require(layer: str, understood: Collection[int], outputs: Sequence[str], environment_suffix: str) -> Exports:
    """Refuse to go on unless `layer` is deployed and exports `outputs` under a contract version that is `understood`.

    Returns:
        What the layer exports.

    Raises:
        UpstreamError: says which of these is not so, and the command that mends it.
    """
    deploy = deploy_first(layer)
    previewed = Previewed.of(layer)
    exported = _outputs_of(layer, deploy)
    names = previewed.names if previewed else exported.keys()
    if previewed:
        exported = {name: exported[name] for name in previewed.unchanged if name in exported} | dict(previewed.known)
    if not names:
        raise UpstreamError(f"layer {layer!r} is not up: stack {stack_name(layer)} exports nothing; {deploy}")
    found = exported.get(VERSION_OUTPUT)
    if found not in understood:
        is_older = isinstance(found, float | int) and found < min(understood)
        reads = f"version{'s' if len(understood) > 1 else ''} {' and '.join(map(str, understood))}"
        raise UpstreamError(
            f"layer {layer!r} exports contract version {_number(found)}, and this layer reads {reads}; "
            + (
                deploy
                if is_older
                else f"this checkout is older than what is deployed: git pull, then {typed(_up_this())}"
            )
        )
    if missing := [name for name in outputs if name not in names]:
        raise UpstreamError(f"layer {layer!r} does not export {', '.join(missing)}; {deploy}")
    suffix = exported.get(ENVIRONMENT_OUTPUT)
    if suffix != environment_suffix:
        raise UpstreamError(
            f"layer {layer!r} is the environment {suffix!r}, this layer's environmentSuffix is {environment_suffix!r}; "
            f"set one of them: pulumi config set environmentSuffix {suffix}"
        )
    return Exports(layer, exported, _refer(layer), previewed)


def _refer(layer: str) -> pulumi.StackReference:
    """Refer to a layer's stack; programs come by no other StackReference."""
    with _through_a_contract():
        return pulumi.StackReference(stack_name(layer))


def _outputs_of(layer: str, deploy: str) -> Mapping[str, Any]:
    name = stack_name(layer)
    try:
        answer = pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", {"name": name}).value
    except Exception as error:
        if "unknown stack" not in str(error):
            raise
        raise UpstreamError(f"layer {layer!r} is not up: there is no stack {name}; {deploy}") from error
    return dict(answer["outputs"]) if answer else {}


def _up_this() -> str:
    return f"pulumi up --stack {pulumi.get_stack()}"


def _number(value: object) -> object:
    return int(value) if isinstance(value, float) else value
