"""The contract of a layer: what its fields are, how it is exported, and how it is read."""

import dataclasses
import importlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    NoReturn,
    Self,
    dataclass_transform,
    get_args,
    get_origin,
    get_type_hints,
)

import pulumi
from pulumi import Output

from tapstack.account_names import layer_of
from tapstack.contracts.types import Shaped
from tapstack.layers import BY_NAME
from tapstack.program import expansion, export_names, upstream
from tapstack.program.errors import ContractError, UpstreamError

_PLAIN = (bool, int, float, str)
"""What a field can be that is known while the program runs, beside the types of `tapstack.contracts.types`."""
OPERATORS = "operators"
"""Reads a field as a layer may: the commands of `tapstack.operate`."""


def output(*, read_by: Sequence[str] = (), secret: bool = False, deprecated: str = "") -> Any:
    """Declare a field of a contract.

    Args:
        read_by: the layers that read it, and `OPERATORS` where their commands do; the code is checked against it.
        secret: it stays encrypted in the state and across the border; the field has to be an `Output[...]`.
        deprecated: what to read in its place, where it will go; readers in other repositories are told.
    """
    return dataclasses.field(metadata={"read_by": tuple(read_by), "secret": secret, "deprecated": deprecated})


@dataclasses.dataclass(frozen=True)
class FieldSchema:
    """One field of a contract as plain data.

    Attributes:
        type: the name of its type in `tapstack.contracts.types`, or of a plain Python type.
        is_output: it is known once its resource is made; else while the program runs.
        secret: it is encrypted in the state.
        read_by: the layers that read it.
        shape: which values it may have, whatever its type is called; empty where that was not written down.
        deprecated: what to read in its place; empty while it stays.
    """

    type: str
    is_output: bool
    secret: bool
    read_by: tuple[str, ...]
    shape: str = ""
    deprecated: str = ""


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(output,))
class Contract:
    """A layer's exported outputs; each subclass is a frozen dataclass that says which.

    A field of type `Output[...]` arrives as an Output. Any other field is a plain value, known while the reading
    program runs: the producer knows it before anything is made, and the consumer may decide by it what to make.

    Attributes:
        LAYER: the layer that exports it.
        VERSION: raised when a field keeps its name and type, but not its meaning.
        UNDERSTOOD: the versions that readers know what to do with, this one among them, sorted. More than one while a
            version is raised: readers understand both before the layer exports the new one.
        exported_version: of a contract that was read, the version that the layer's stack exports.
    """

    LAYER: ClassVar[str]
    VERSION: ClassVar[int]
    UNDERSTOOD: ClassVar[tuple[int, ...]]
    exported_version: ClassVar[int]
    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]

    def __init_subclass__(cls, *, layer: str, version: int, understood: Sequence[int] = ()) -> None:
        if Contract not in cls.__bases__:
            raise ContractError(
                f"{cls.__name__} is made of {cls.__bases__[0].__name__}, and a contract is made of Contract alone; "
                f"to read more, add a field, or a reader to its read_by, in {module_file(layer)}"
            )
        cls.LAYER = layer
        cls.VERSION = cls.exported_version = version
        cls.UNDERSTOOD = tuple(sorted({version, *understood}))
        dataclasses.dataclass(frozen=True, kw_only=True)(cls)
        cls._refuse_secrets_in_the_clear()
        dataclass_init = cls.__init__

        def checked_init(self: Contract, **fields: Any) -> None:
            self._require_exactly(fields)
            dataclass_init(self, **fields)

        cls.__init__ = checked_init  # type: ignore[assignment, method-assign]

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> NoReturn:
            """Refuse a field that `read` left out."""
            if name not in {field.name for field in dataclasses.fields(self)}:
                raise AttributeError(f"{type(self).__name__} has no field {name!r}")
            reader = layer_of(pulumi.get_project())
            raise ContractError(
                f"layer {reader!r} reads {self.LAYER}.{name}, and is not among its readers; add {reader!r} to the "
                f"field's read_by in {module_file(self.LAYER)}"
            )

    @classmethod
    def schema(cls) -> dict[str, FieldSchema]:
        """Describe the fields.

        Raises:
            ContractError: a field is of a type that cannot cross a border.
        """
        types = get_type_hints(cls)
        described = {}
        for field in dataclasses.fields(cls):
            is_output = get_origin(types[field.name]) is Output
            kind = get_args(types[field.name])[0] if is_output else types[field.name]
            if not _crosses(kind):
                raise ContractError(
                    f"{cls.LAYER}.{field.name} is of type {_spelt(kind)}, and a field is of one type of "
                    f"tapstack.contracts.types, or one of {', '.join(plain.__name__ for plain in _PLAIN)}; "
                    f"correct it in {module_file(cls.LAYER)}"
                )
            shape = kind.shape() if issubclass(kind, Shaped) else kind.__name__
            described[field.name] = FieldSchema(
                kind.__name__,
                is_output,
                field.metadata.get("secret", False),
                field.metadata.get("read_by", ()),
                shape,
                field.metadata.get("deprecated", ""),
            )
        return described

    @classmethod
    def _refuse_secrets_in_the_clear(cls) -> None:
        types = get_type_hints(cls)
        for field in dataclasses.fields(cls):
            kind, is_output = types[field.name], get_origin(types[field.name]) is Output
            written = f"{cls.LAYER}.{field.name} in {module_file(cls.LAYER)}"
            if field.metadata.get("secret", False) and not is_output:
                raise ContractError(
                    f"{written} is secret, and a plain value cannot stay one: the reader's program would put it into "
                    "its own state in the clear; make it an Output[...]"
                )
            held = get_args(kind)[0] if is_output else kind
            if (
                isinstance(held, type)
                and issubclass(held, Shaped)
                and held.IS_SECRET
                and not field.metadata.get("secret", False)
            ):
                raise ContractError(
                    f"{written} is of type {held.__name__}, which is a secret, and would be exported in the clear; "
                    "declare it with output(secret=True)"
                )

    @classmethod
    def read_by(cls, reader: str) -> list[str]:
        """Name the fields that a layer reads, in the order of the contract."""
        return [name for name, field in cls.schema().items() if reader in field.read_by]

    def export(self, environment_suffix: str) -> None:
        """Export every field as a stack output, and nothing beside them but what a reader needs to trust them.

        Those are the contract's version, the environment it belongs to, and what this layer itself reads of others.

        Raises:
            ContractError: the program exports something else, before or after.
        """
        root: Any = pulumi.runtime.get_root_resource()
        outputs = _Sealed(self.LAYER)
        outputs.check(root.outputs)
        pulumi.export(export_names.VERSION_OUTPUT, self.VERSION)
        pulumi.export(export_names.ENVIRONMENT_OUTPUT, environment_suffix)
        pulumi.export(export_names.READS_OUTPUT, reads_of(self.LAYER))
        for name, field in self.schema().items():
            held = self._held(name, partial(_not_as_promised, self.LAYER, name))
            value = getattr(self, name)
            if field.is_output:
                pulumi.export(name, (Output.secret(value) if field.secret else value).apply(held))
            else:
                pulumi.export(name, held(value))
        outputs.update(root.outputs)
        root.outputs = outputs
        expansion.end()

    @classmethod
    def read(cls, environment_suffix: str) -> Self:
        """Read the contract from this layer's stack of the same name as the one being deployed.

        The stack's outputs are checked before the first resource of the reading program is registered, so that a
        missing or unfit upstream leaves nothing half-made. Only the fields that the reading layer is declared to read
        are asked for and filled in.

        Raises:
            UpstreamError: the stack is not deployed, lacks an output, has a contract version that this reader does not
                understand, or belongs to another environment; the message names the layer, the output and the command
                to run.
        """
        reader = layer_of(pulumi.get_project())
        schema = cls.schema()
        names = cls.read_by(reader)
        exports = upstream.require(cls.LAYER, cls.UNDERSTOOD, names, environment_suffix)
        contract = cls.__new__(cls)
        object.__setattr__(contract, "exported_version", exports.version)
        for name in names:
            held = cls._held(name, partial(_not_readable, cls.LAYER, name))
            value = exports.output(name).apply(held) if schema[name].is_output else held(exports.value(name))
            object.__setattr__(contract, name, value)
        return contract

    @classmethod
    def _held(cls, name: str, refuse: Callable[[str, str], Exception]) -> Callable[[object], Any]:
        """Make what holds a value to the type of a field; `refuse` gets the type's name and what is wrong."""
        field, kind = cls.schema()[name], get_type_hints(cls)[name]
        return _hold(get_args(kind)[0] if field.is_output else kind, refuse, is_secret=field.secret)

    def _require_exactly(self, fields: Mapping[str, Any]) -> None:
        names = {field.name for field in dataclasses.fields(self)}
        where = module_file(self.LAYER)
        if few := sorted(names - fields.keys()):
            raise ContractError(
                f"layer {self.LAYER!r} does not export {', '.join(few)}, which its contract promises; hand it to "
                f"{type(self).__name__} in projects/{self.LAYER}/__main__.py (to take a promise back, see {where})"
            )
        if many := sorted(fields.keys() - names):
            raise ContractError(_too_many(self.LAYER, many))


class _Sealed(dict[str, Any]):
    """A stack's outputs once the contract is exported: nothing comes beside them."""

    def __init__(self, layer: str) -> None:
        super().__init__()
        self._layer = layer

    def check(self, names: Mapping[str, Any]) -> None:
        """Refuse outputs that are no field of the contract."""
        if names:
            raise ContractError(_too_many(self._layer, sorted(names)))

    def __setitem__(self, name: str, value: Any) -> None:
        self.check({name: value})


def contract_of(layer: str) -> type[Contract]:
    """Find the contract a layer exports: the one in the module of its name.

    Raises:
        ModuleNotFoundError: `layer` is not a layer, or has no contract.
    """
    module = importlib.import_module(f"tapstack.contracts.{layer.replace('-', '_')}")
    return next(
        kind
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Contract) and kind is not Contract and layer == kind.LAYER
    )


def module_file(layer: str) -> str:
    """Say in which file a layer's contract is written."""
    return f"shared/tapstack/contracts/{layer.replace('-', '_')}.py"


def reads_of(layer: str) -> dict[str, dict[str, Any]]:
    """Say what a layer reads: upstream layer to the contract versions it understands, and field to type and shape."""
    reads = {}
    for name in BY_NAME[layer].reads:
        contract = contract_of(name)
        schema = contract.schema()
        reads[name] = {
            "version": contract.VERSION,
            "versions": list(contract.UNDERSTOOD),
            "fields": {field: schema[field].type for field in contract.read_by(layer)},
            "shapes": {field: schema[field].shape for field in contract.read_by(layer)},
        }
    return reads


def _crosses(kind: Any) -> bool:
    """Tell whether values of a type can be exported and held to it."""
    return isinstance(kind, type) and get_origin(kind) is None and (issubclass(kind, Shaped) or kind in _PLAIN)


def _spelt(kind: Any) -> str:
    return kind.__name__ if isinstance(kind, type) and get_origin(kind) is None else f"{kind}".replace("typing.", "")


def _hold(kind: type, refuse: Callable[[str, str], Exception], *, is_secret: bool) -> Callable[[object], Any]:
    def hold(value: object) -> object:
        if issubclass(kind, Shaped):
            try:
                return kind.parse(value)
            except ValueError as error:
                wrong = kind.refusal(value, is_secret=True) if is_secret else f"{error}"
        elif isinstance(value, kind):
            return value
        else:
            wrong = f"{'this secret' if is_secret else repr(value)} is not of type {kind.__name__}"
        raise refuse(kind.__name__, wrong)

    return hold


def _not_as_promised(layer: str, name: str, kind: str, wrong: str) -> ContractError:
    return ContractError(
        f"{layer}.{name} is promised as {kind}: {wrong}; hand the right output on in projects/{layer}/__main__.py"
    )


def _not_readable(layer: str, name: str, kind: str, wrong: str) -> UpstreamError:
    return UpstreamError(f"{layer}.{name} cannot be read as {kind}: {wrong}; {upstream.deploy_first(layer)}")


def _too_many(layer: str, names: Sequence[str]) -> str:
    return (
        f"layer {layer!r} exports {', '.join(names)}, which its contract does not promise; add a field to "
        f"{module_file(layer)}, or do not export it"
    )
