"""The form of the tables: a resource, and what is sent for it in each of its phases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Call:
    """One request.

    Attributes:
        operation: `service:Operation` in botocore's words.
        parameters: as botocore takes them; `$name` stands for what an earlier answer gave.
        keep: what of the answer later requests need: name to JMESPath.
        error: the code that the provider waits for here, such as when what it deleted is gone; empty for an answer.
    """

    operation: str
    parameters: Mapping[str, Any]
    keep: Mapping[str, str] = field(default_factory=dict)
    error: str = ""


@dataclass(frozen=True)
class Resource:
    """A resource's life.

    Attributes:
        type: the provider's name for its type.
        create, update, delete: what changes it, in order; what a delete's phase looks at last is there too.
        read: what looks at it. Phases other than a delete end with those that the phase was seen to make.
        seen: whether its calls are listed among those that were seen; the others follow the provider's source.
    """

    type: str
    create: Sequence[Call] = ()
    read: Sequence[Call] = ()
    update: Sequence[Call] = ()
    delete: Sequence[Call] = ()
    seen: bool = True
