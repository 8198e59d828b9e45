"""How a check is written: a function that yields what is wrong with a resource, under the control that it is for."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from controls import CONTROLS, Control
from resources import Resource, Stack

OfResource = Callable[[Resource], Iterable[str]]
OfStack = Callable[[Resource, Stack], Iterable[str]]


@dataclass(frozen=True)
class Check:
    """A control and what finds resources that break it.

    Attributes:
        control: what it is for.
        types: the types of resources that it looks at.
        next_step: what to do about a finding.
        of_resource: says what is wrong with a resource by itself; None where that takes others.
        of_stack: says what is wrong with a resource among those of its stack.
    """

    control: Control
    types: tuple[str, ...]
    next_step: str
    of_resource: OfResource | None = None
    of_stack: OfStack | None = None


CHECKS: Final[dict[str, Check]] = {}
"""Every check by its control's id."""


def check(control: str, *types: str, next_step: str) -> Callable[[OfResource], OfResource]:
    """Register a check of single resources: it is made before the engine creates or changes them."""

    def register(function: OfResource) -> OfResource:
        _add(Check(CONTROLS[control], types, next_step, of_resource=function))
        return function

    return register


def check_of_stack(control: str, *types: str, next_step: str) -> Callable[[OfStack], OfStack]:
    """Register a check of resources among others: it is made once the engine has seen all of them."""

    def register(function: OfStack) -> OfStack:
        _add(Check(CONTROLS[control], types, next_step, of_stack=function))
        return function

    return register


def _add(new: Check) -> None:
    if new.control.id in CHECKS:
        raise ValueError(f"there are two checks of {new.control.id}")
    CHECKS[new.control.id] = new
