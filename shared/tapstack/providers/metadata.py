"""What the `pulumi_aws` and `pulumi_random` SDKs say about resource types: property names, types, which are required.

An SDK's module is imported when the first resource of its type comes along; importing all of them takes minutes.
"""

import functools
import importlib
import inspect
import re
import threading
import typing
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Any

import pulumi
from pulumi import _types as sdk_types

# The SDK's modules import each other in circles; two threads that begin at different ends would wait for each other.
_importing = threading.Lock()


@dataclass(frozen=True)
class Property:
    """One property of a resource or of an object nested in one."""

    type: Any
    required: bool
    python_name: str


@dataclass(frozen=True)
class ListOf:
    """A list of values of one type."""

    item: Any


@dataclass(frozen=True)
class MapOf:
    """Values of one type by keys of the user's choice."""

    item: Any


@dataclass(frozen=True)
class JsonText:
    """A JSON document as text, which programs may also write as an object of the SDK's."""

    item: Any


def exists(token: str) -> bool:
    """Tell whether the SDK has a resource type."""
    try:
        input_properties(token)
    except LookupError:
        return False
    return True


@functools.cache
def input_properties(token: str) -> Mapping[str, Property]:
    """List a resource type's inputs by Pulumi name.

    Raises:
        LookupError: the SDK has no such type.
    """
    module, name = _module(token), token.rpartition(":")[2]
    return properties_of(_args_class(module, name))


@functools.cache
def all_properties(token: str) -> Mapping[str, Property]:
    """List a resource type's inputs and outputs by Pulumi name.

    Raises:
        LookupError: the SDK has no such type.
    """
    module, name = _module(token), token.rpartition(":")[2]
    return properties_of(getattr(module, f"_{name}State", None) or _args_class(module, name))


def _args_class(module: Any, name: str) -> Any:
    # Where a nested object has taken a resource's `…Args`, the SDK calls the resource's own `…InitArgs`.
    return getattr(module, f"{name}InitArgs", None) or getattr(module, f"{name}Args")


@functools.cache
def config_properties(package: str) -> Mapping[str, Property]:
    """List the settings of a package's provider."""
    with _importing:
        return properties_of(importlib.import_module(f"pulumi_{package}.provider").ProviderArgs)


def _module(token: str) -> Any:
    package, _, rest = token.partition(":")
    path = rest.partition(":")[0]
    service, _, kind = path.rpartition("/")
    parts = [f"pulumi_{package}"]
    if service and service != "index":
        parts.append("lambda_" if service == "lambda" else service)
    parts.append(re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", kind).lower())
    try:
        with _importing:
            return importlib.import_module(".".join(parts))
    except ModuleNotFoundError as error:
        raise LookupError(f"the SDK has no resource type {token}") from error


@functools.cache
def properties_of(cls: Any) -> Mapping[str, Property]:
    """List the properties of one of the SDK's input classes by Pulumi name."""
    types = sdk_types.input_type_types(cls)
    required = {
        name
        for name, parameter in inspect.signature(cls.__init__).parameters.items()
        if parameter.default is parameter.empty
    }
    return {
        pulumi_name: Property(simple(types[pulumi_name]), name in required, name)
        for name, pulumi_name in sdk_types.input_type_py_to_pulumi_names(cls).items()
        if pulumi_name in types
    }


@functools.cache
def simple(annotation: Any) -> Any:
    """Reduce an SDK annotation to what can be on the wire.

    Returns:
        One of str, int, float, bool, `ListOf`, `MapOf`, `JsonText`, an input class, `pulumi.Archive`, `pulumi.Asset`;
        or Any where the SDK leaves it open.
    """
    origin = typing.get_origin(annotation)
    if origin in {typing.Union, UnionType}:
        members = {simple(member) for member in typing.get_args(annotation) if not _is_wrapping(member)}
        return _union(members)
    if origin is not None and issubclass(origin, Mapping):
        return MapOf(simple(typing.get_args(annotation)[1]))
    if origin is not None and issubclass(origin, Sequence):
        return ListOf(simple(typing.get_args(annotation)[0]))
    return _simple_class(annotation) if isinstance(annotation, type) else Any


def _union(members: set[Any]) -> Any:
    if len(members) == 1:
        return members.pop()
    objects = [member for member in members if is_object(member)]
    return JsonText(objects[0]) if len(objects) == 1 and members == {str, *objects} else Any


def _simple_class(cls: type) -> Any:
    if issubclass(cls, Enum):
        return next((base for base in (str, int, float) if issubclass(cls, base)), str)
    if cls in {str, int, float, bool} or sdk_types.is_input_type(cls) or issubclass(cls, pulumi.Asset | pulumi.Archive):
        return cls
    return Any


def _is_wrapping(member: Any) -> bool:
    """Tell the parts of `Input[Optional[T]]` that are not T; a TypedDict only repeats the input class beside it."""
    origin = typing.get_origin(member)
    if member is NoneType or isinstance(member, typing.ForwardRef) or typing.is_typeddict(member):
        return True
    return origin is not None and isinstance(origin, type) and issubclass(origin, Awaitable | pulumi.Output)


def empty(kind: Any) -> Any:
    """Return what the real provider reports for a property without a value; None for an object."""
    if isinstance(kind, ListOf):
        return []
    if isinstance(kind, MapOf):
        return {}
    if isinstance(kind, JsonText):
        return ""
    return kind() if kind in {str, int, float, bool} else None


def is_object(kind: Any) -> bool:
    """Tell whether a type is one of the SDK's input classes."""
    return isinstance(kind, type) and sdk_types.is_input_type(kind)
