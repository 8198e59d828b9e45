"""Reads what this or any other version of the code wrote into tables and queues.

    written by an earlier version   an attribute that came later has its default
    written by a later version      an attribute that this version does not know is left out: after a roll-back what was
                                    accepted has to be decided all the same
    written by nobody               refused

So an attribute that is added has a default, and a constraint of a stored type may be widened, never narrowed: what is
to be refused from now on is refused where it comes in, and can still be read where it is.
"""

from collections.abc import Mapping
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

_Struct = TypeVar("_Struct", bound=msgspec.Struct)


def read_stored(values: Mapping[str, Any], kind: type[_Struct]) -> _Struct:
    """Take plain values as a stored type.

    Raises:
        msgspec.ValidationError: no version could have written them.
    """
    try:
        return msgspec.convert(values, kind)
    except msgspec.ValidationError:
        return msgspec.convert(_known(values, kind), kind)


def _known(value: Any, kind: Any) -> Any:
    """Leave out, at any depth, the names that a type does not have."""
    if isinstance(value, Mapping) and isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        hints = get_type_hints(kind)
        return {name: _known(value[name], hints[name]) for name in kind.__struct_fields__ if name in value}
    if get_origin(kind) in {Union, UnionType}:
        for one in get_args(kind):
            value = _known(value, one)
    elif get_origin(kind) is dict and isinstance(value, Mapping):
        return {name: _known(inner, get_args(kind)[1]) for name, inner in value.items()}
    return value
