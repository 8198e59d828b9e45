"""Property values on the wire, and as plain Python.

A property is None, bool, int, float, str, list or dict with string keys; or one of the marks below: `UNKNOWN` (known
only after the update), `Secret` (a value that stays encrypted), `Blob` (an asset or an archive).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from google.protobuf import struct_pb2  # type: ignore[import-untyped]

Props: TypeAlias = dict[str, Any]

_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
_SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 -- the protocol's mark, no secret
_ASSET: Final = "c44067f5952c0a294b673a41bacd8c17"
_ARCHIVE: Final = "0def7320c3a5731c473e5ecbe6d01bc7"
_UNKNOWNS: Final = frozenset(
    {
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",  # a string, and by convention anything else
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # bool
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)
_UNKNOWN: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


class _Unknown:
    """The one value of its kind."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = _Unknown()


@dataclass(frozen=True)
class Secret:
    """A value that stays encrypted in the state."""

    value: Any


@dataclass(frozen=True)
class Blob:
    """An asset or archive. Two with the same hash are the same; the engine may hand back the hash alone."""

    is_archive: bool
    hash: str
    fields: tuple[tuple[str, Any], ...] = ()
    """What the engine said beside the hash: `path`, `text`, `uri`, or `assets` (name to `Blob`)."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Blob) and (self.is_archive, self.hash) == (other.is_archive, other.hash)

    def __hash__(self) -> int:
        return hash((self.is_archive, self.hash))

    def field(self, name: str) -> Any:
        """Return one of the fields; None where it was not sent."""
        return dict(self.fields).get(name)


def unmarshal(message: struct_pb2.Struct) -> Props:
    """Turn a message of the engine's into plain values and marks."""
    return {key: _from_wire(value) for key, value in message.fields.items()}


def _from_wire(value: struct_pb2.Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return UNKNOWN if value.string_value in _UNKNOWNS else value.string_value
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    if kind == "bool_value":
        return value.bool_value
    if kind == "list_value":
        return [_from_wire(item) for item in value.list_value.values]
    if kind == "struct_value":
        return _marked({key: _from_wire(item) for key, item in value.struct_value.fields.items()})
    return None


def _marked(fields: Props) -> Any:
    signature = fields.get(_SIGNATURE)
    if signature is None:
        return fields
    if signature == _SECRET:
        return Secret(fields.get("value"))
    if signature in {_ASSET, _ARCHIVE}:
        rest = tuple((key, value) for key, value in fields.items() if key not in {_SIGNATURE, "hash"})
        return Blob(signature == _ARCHIVE, fields.get("hash") or "", rest)
    raise ValueError(f"a property value of the unknown kind {signature}")


def marshal(props: Mapping[str, Any], secrets: Iterable[str] = ()) -> struct_pb2.Struct:
    """Turn plain values and marks into a message; the properties named in `secrets` become secret as a whole."""
    hidden = set(secrets)
    message = struct_pb2.Struct()
    message.update(
        {
            key: _to_wire(Secret(plain(value)) if key in hidden and value is not None else value)
            for key, value in props.items()
        }
    )
    return message


def _to_wire(value: Any) -> Any:
    if value is UNKNOWN:
        return _UNKNOWN
    if isinstance(value, Secret):
        return {_SIGNATURE: _SECRET, "value": _to_wire(value.value)}
    if isinstance(value, Blob):
        mark = _ARCHIVE if value.is_archive else _ASSET
        return {_SIGNATURE: mark, "hash": value.hash, **{key: _to_wire(item) for key, item in value.fields}}
    if isinstance(value, Mapping):
        return {key: _to_wire(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_to_wire(item) for item in value]
    return value


def plain(value: Any) -> Any:
    """Strip the secret marks off a value, at every depth."""
    if isinstance(value, Secret):
        return plain(value.value)
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def secret_keys(props: Mapping[str, Any]) -> set[str]:
    """Name the properties that hold a secret at any depth."""
    return {key for key, value in props.items() if _holds(value, lambda item: isinstance(item, Secret))}


def has_unknown(value: Any) -> bool:
    """Tell whether a value is unknown, or holds an unknown at any depth."""
    return _holds(value, lambda item: item is UNKNOWN)


def _holds(value: Any, wanted: Any) -> bool:
    if wanted(value):
        return True
    if isinstance(value, Secret):
        return _holds(value.value, wanted)
    if isinstance(value, Mapping):
        return any(_holds(item, wanted) for item in value.values())
    return isinstance(value, list) and any(_holds(item, wanted) for item in value)
