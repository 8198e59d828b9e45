"""What AWS wants to be so before it makes, changes or deletes a resource."""

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from tapstack.providers.clients import ProviderError, is_gone
from tapstack.providers.crud import Resource
from tapstack.providers.values import Props

DOCS: Final = "https://docs.aws.amazon.com/"


class Moment(enum.Flag):
    """When AWS looks."""

    CREATE = enum.auto()
    UPDATE = enum.auto()
    DELETE = enum.auto()


@dataclass(frozen=True)
class Precondition:
    """One thing that AWS wants to be so before it makes, changes or deletes a resource.

    Attributes:
        token: the resource type.
        moment: when AWS looks.
        check: raises `ProviderError` with AWS's code and words where it is not so.
        source: where AWS says it.
    """

    token: str
    moment: Moment
    check: Callable[[Resource], None]
    source: str


def ask(resource: Resource, service: str, operation: str, **params: Any) -> Props | None:
    """Call an operation; None where what it asks for is not there."""
    try:
        return resource.call(service, operation, params)
    except ProviderError as error:
        if is_gone(error):
            return None
        raise
