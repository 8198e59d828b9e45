"""DynamoDB's update expressions.

    SET      path = operand   |   path = operand + operand   |   path = operand - operand
             an operand is a path, a value, if_not_exists(path, operand) or list_append(operand, operand)
    REMOVE   path
    ADD      path value       numbers only

Paths on the right see the item as it was before the update. What DynamoDB knows beside that (DELETE, list
indices, sets in ADD) is refused as not modelled.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Context, Decimal
from itertools import combinations
from typing import Final

from simulation.model.errors import NotModelledError
from simulation.model.expressions import InvalidExpressionError, Operand, Path, References, Tokens, at
from simulation.model.values import Item, Value, copied, number_text

_CLAUSES: Final = ("SET", "REMOVE", "ADD", "DELETE")
_NUMBERS: Final = Context(prec=60)


class InvalidUpdateError(ValueError):
    """The update does not fit the item it is for."""


@dataclass
class Update:
    """An update expression that was read."""

    targets: list[Path] = field(default_factory=list)
    _steps: list[Callable[[Item, Item], None]] = field(default_factory=list)

    def apply(self, item: Item) -> Item:
        """Return the item as it is after the update.

        Raises:
            InvalidUpdateError: it does not fit the item.
        """
        after = copied(item)
        for step in self._steps:
            step(item, after)
        return after

    def add(self, target: Path, step: Callable[[Item, Item], None]) -> None:
        """Add a step."""
        self.targets.append(target)
        self._steps.append(step)


def parse_update(text: str, references: References) -> Update:
    """Read an update expression.

    Raises:
        InvalidExpressionError: DynamoDB does not take it.
        NotModelledError: this model does not go that far.
    """
    tokens, update, seen = Tokens(text, references), Update(), set()
    readers = {"SET": _set, "REMOVE": _remove, "ADD": _add}
    while tokens.ahead():
        clause = tokens.keyword(*_CLAUSES)
        if clause is None:
            tokens.refuse()
        clause = f"{clause}".upper()
        if clause in seen:
            raise InvalidExpressionError(f'The "{clause}" section can only be used once in an update expression;')
        if clause not in readers:
            raise NotModelledError(f"the clause {clause}")
        seen.add(clause)
        readers[clause](tokens, update)
        while tokens.sign(","):
            readers[clause](tokens, update)
    for one, other in combinations(update.targets, 2):
        shorter = min(len(one), len(other))
        if one[:shorter] == other[:shorter]:
            raise InvalidExpressionError(f"Two document paths overlap with each other: {one} {other}")
    return update


def _set(tokens: Tokens, update: Update) -> None:
    path = tokens.path()
    tokens.expect("=")
    value = _operand(tokens)
    for sign in "+-":
        if tokens.sign(sign):
            value = _sum(value, _operand(tokens), sign)
            break

    def step(before: Item, after: Item) -> None:
        found = value(before)
        if found is None:
            raise InvalidUpdateError("The provided expression refers to an attribute that does not exist in the item")
        _inside(after, path)[path[-1]] = found

    update.add(path, step)


def _remove(tokens: Tokens, update: Update) -> None:
    path = tokens.path()
    update.add(path, lambda _, after: _drop(after, path))


def _drop(item: Item, path: Path) -> None:
    _inside(item, path).pop(path[-1], None)


def _add(tokens: Tokens, update: Update) -> None:
    path = tokens.path()
    amount = tokens.value()
    if amount.keys() & {"SS", "NS", "BS"}:
        raise NotModelledError("ADD to a set")
    if "N" not in amount:
        raise InvalidExpressionError("Incorrect operand type for operator or function; operator: ADD")

    def step(before: Item, after: Item) -> None:
        there = at(before, path) or {"N": "0"}
        _inside(after, path)[path[-1]] = _combined(there, amount, "+")

    update.add(path, step)


def _operand(tokens: Tokens) -> Operand:
    if tokens.ahead().startswith(":"):
        value = tokens.value()
        return lambda item: value
    if name := tokens.function():
        if name == "list_append":
            return _appended(tokens)
        if name != "if_not_exists":
            raise InvalidExpressionError(f"Invalid function name; function: {name}")
        first = tokens.path()
        tokens.expect(",")
        otherwise = _operand(tokens)
        tokens.expect(")")
        return lambda item: at(item, first) or otherwise(item)
    path = tokens.path()
    return lambda item: at(item, path)


def _appended(tokens: Tokens) -> Operand:
    left = _operand(tokens)
    tokens.expect(",")
    right = _operand(tokens)
    tokens.expect(")")

    def value(item: Item) -> Value | None:
        one, other = left(item), right(item)
        if one is None or other is None:
            return None
        if "L" not in one or "L" not in other:
            raise InvalidUpdateError("An operand in the update expression has an incorrect data type")
        return {"L": [*one["L"], *other["L"]]}

    return value


def _sum(left: Operand, right: Operand, sign: str) -> Operand:
    def value(item: Item) -> Value | None:
        one, other = left(item), right(item)
        return None if one is None or other is None else _combined(one, other, sign)

    return value


def _combined(one: Value, other: Value, sign: str) -> Value:
    if "N" not in one or "N" not in other:
        raise InvalidUpdateError("An operand in the update expression has an incorrect data type")
    amount = Decimal(other["N"])
    result = _NUMBERS.add(Decimal(one["N"]), amount if sign == "+" else -amount)
    return {"N": number_text(result)}


def _inside(item: Item, path: Path) -> Item:
    """Return the map a path's last name stands in."""
    inside = at(item, path[:-1])
    if inside is None or "M" not in inside:
        raise InvalidUpdateError("The document path provided in the update expression is invalid for update")
    found: Item = inside["M"]
    return found
