"""What a layer's state says: its resources, its outputs, and what it took from the layers before it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tapstack.console.errors import UserError
from tapstack.console.hints import command
from tapstack.engine.backend.reads_index import Note, Unknown
from tapstack.engine.environment import Environment
from tapstack.engine.failures import NoStackError
from tapstack.engine.side_by_side import side_by_side
from tapstack.engine.stack import is_made
from tapstack.layers import LAYERS
from tapstack.program.export_names import READS_OUTPUT
from transactions.product import PRODUCT

_STACK: Final = "pulumi:pulumi:Stack"
MARK: Final = "4dabf18193072939515e22adb298388d"
"""The key by which the engine marks values in a state that are no plain data: secrets, archives, references."""
_SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the mark of one
_REFERENCE: Final = "pulumi:pulumi:StackReference"


@dataclass(frozen=True)
class LayerState:
    """One layer's state.

    Attributes:
        layer: the layer.
        resources: as the engine exports them, secrets encrypted.
        pending: the URNs of the operations whose end the engine has not seen.
        missing: says so where there is no such stack.
        is_readable: whether it could be read; the credentials of this shell may not be good for it.
        note: what the index of reads says where it could not; None where that says nothing either.
        unknown: why the index says nothing.
    """

    layer: str
    resources: tuple[Mapping[str, Any], ...]
    pending: tuple[str, ...] = ()
    missing: NoStackError | None = None
    is_readable: bool = True
    note: Note | None = None
    unknown: str = ""

    @property
    def is_known(self) -> bool:
        """Whether it is known what the layer reads, from its state or from the index."""
        return self.is_readable or self.note is not None

    @property
    def is_up(self) -> bool:
        """Whether there are resources beside the stack's own."""
        return self.note.is_up if self.note else any(map(is_made, self.resources))

    @property
    def exports(self) -> bool:
        """Whether other layers can read it; of a layer that is half made they cannot."""
        return self.is_up and bool(self.outputs)

    @property
    def outputs(self) -> Mapping[str, Any]:
        """The stack's outputs; a secret is the engine's object of ciphertext.

        Of a layer that the index alone knows, it is what the stack says of its reads.
        """
        if self.note:
            return {} if self.note.reads is None else {READS_OUTPUT: self.note.reads}
        return next((item.get("outputs") or {} for item in self.resources if item["type"] == _STACK), {})

    @property
    def reads(self) -> Mapping[str, Mapping[str, str]]:
        """What the deployed program reads: upstream layer to field and type."""
        reads = self.outputs.get(READS_OUTPUT) or {}
        return {upstream: read["fields"] for upstream, read in reads.items()}

    def seen_of(self, upstream: str) -> Mapping[str, Any] | None:
        """Give an upstream layer's outputs as this layer's last deployment saw them; None if it did not."""
        for item in self.resources:
            if item["type"] == _REFERENCE and f"/{PRODUCT}-{upstream}/" in item["inputs"]["name"]:
                # Of a stack that exports nothing, such as one that was destroyed, the engine keeps no outputs at all.
                seen: Mapping[str, Any] = (item.get("outputs") or {}).get("outputs") or {}
                return seen
        return None

    def has_read(self, upstream: str) -> bool:
        """Tell whether the state says that what is deployed reads an upstream layer."""
        return upstream in self.reads or self.seen_of(upstream) is not None

    def may_read(self, upstream: str) -> bool:
        """Tell whether what is deployed may read an upstream layer; it does not only where the state says so."""
        says_nothing = READS_OUTPUT not in self.outputs
        return self.is_up and (says_nothing or self.has_read(upstream))


def is_secret(value: object) -> bool:
    """Tell whether the engine keeps a value encrypted, as a whole."""
    return isinstance(value, Mapping) and value.get(MARK) == _SECRET


def plain(outputs: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out the outputs that the engine keeps encrypted: two stacks' ciphertexts are never the same."""
    return {name: value for name, value in outputs.items() if not is_secret(value)}


def state_of(environment: Environment, layer: str) -> LayerState:
    """Read a layer's state; without a stack it is an empty one.

    Raises:
        UserError: it cannot be read.
    """
    try:
        deployment = environment.stack(layer).deployment()
    except NoStackError as error:
        return LayerState(layer, (), missing=error)
    pending = (item["resource"]["urn"] for item in deployment.get("pending_operations") or ())
    return LayerState(layer, tuple(deployment.get("resources") or ()), tuple(pending))


def states_of(environment: Environment, needed: Collection[str] = LAYERS) -> dict[str, LayerState]:
    """Read the states of all layers; a layer without a stack has an empty one.

    Args:
        environment: whose.
        needed: the layers whose states have to be read. A team's role may read no more than its own layer's and those
            that it reads; what others read is looked up in the index of reads.

    Raises:
        UserError: one of those cannot be read.
    """
    states = {}
    for layer, found in side_by_side(environment, LAYERS, lambda layer: state_of(environment, layer)).items():
        if isinstance(found, UserError) and layer in needed:
            raise found
        states[layer] = _looked_up(environment, layer, found) if isinstance(found, UserError) else found
    return states


def _looked_up(environment: Environment, layer: str, refused: UserError) -> LayerState:
    """Say what the index of reads knows of a layer whose state cannot be read."""
    index = environment.reads_index
    found = index.look_up(layer) if index else Unknown(f"{refused}")
    if isinstance(found, Unknown):
        return LayerState(layer, (), is_readable=False, unknown=found.reason)
    return LayerState(layer, (), is_readable=False, note=found)


def not_looked_at(environment: Environment, reader: LayerState) -> str:
    """Say in one line that it cannot be known what a layer reads, and what makes it known."""
    noted = command("contracts", "--note-reads", stack=environment.name)
    return (
        f"what {reader.layer}@{environment.name} reads cannot be looked at: {reader.unknown}; deploy {reader.layer}, "
        f"or with credentials that may read its state: {noted}"
    )


def require_settled(environment: Environment, states: Mapping[str, LayerState], layers: Iterable[str]) -> None:
    """Refuse to work on layers without a stack, or whose last run was cut short.

    Raises:
        NoStackError: a layer has no stack.
        UserError: an operation's end was never seen; the message names it and says what to do.
    """
    for layer in layers:
        if missing := states[layer].missing:
            raise missing
        if pending := states[layer].pending:
            what = repr(pending[0].rpartition("::")[2]) + (f" and {len(pending) - 1} more" if pending[1:] else "")
            settled = command("up", layer, stack=environment.name)
            raise UserError(
                f"{layer}: a run on stack {environment.name!r} was cut short, and the state does not know what became "
                f"of {what}; have it looked up, and go on: {settled}"
            )
