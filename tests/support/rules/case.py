"""How a rule is broken."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Broken:
    """A resource that breaks a rule, and what makes it right.

    Attributes:
        token: its type.
        inputs: what it is made of; what it needs of what is given, as `@name.output` or `@{name.output}`.
        right: the inputs that differ where AWS takes it; None takes one away. Both are made at once, so what is right
            has a place of its own where AWS has room for one.
        given: the name of a resource that is there and is right already, where no second one can be.
    """

    token: str
    inputs: Mapping[str, Any]
    right: Mapping[str, Any] = field(default_factory=dict)
    given: str = ""


@dataclass(frozen=True)
class Held:
    """A resource that is there and must not be deleted while others use it.

    Attributes:
        name: which of the given ones; another one of its type is deleted.
        by: the users by name, as type and inputs; none where it holds itself.
    """

    name: str
    by: Mapping[str, tuple[str, Mapping[str, Any]]] = field(default_factory=dict)
