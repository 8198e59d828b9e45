"""DynamoDB's expressions: tokens, the names and values they refer to, and conditions.

    condition   either  (AND, OR, NOT by their precedence; parentheses)
    either      path | value | size(path)   compared by   = <> < <= > >=
                attribute_exists(path)   attribute_not_exists(path)   begins_with(path, value)

What DynamoDB knows beside that (IN, BETWEEN, contains, attribute_type, list indices) is refused as not modelled.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from simulation.model.errors import NotModelledError
from simulation.model.reserved_words import RESERVED
from simulation.model.values import InvalidValueError, Item, Value, equal, kept, length, ordering

Path = tuple[str, ...]
"""Attribute name, then names inside of maps."""
Condition = Callable[[Item], bool]
Operand = Callable[[Item], Value | None]

_TOKEN: Final = re.compile(r"\s*(?:(<>|<=|>=|[=<>(),.+\-\[\]])|(#[A-Za-z0-9_]+)|(:[A-Za-z0-9_]+)|([A-Za-z0-9_]+)|(\S))")
_COMPARATORS: Final = frozenset({"=", "<>", "<", "<=", ">", ">="})
_NOT_MODELLED: Final = frozenset({"IN", "BETWEEN", "contains", "attribute_type", "["})


class InvalidExpressionError(ValueError):
    """DynamoDB does not take the expression."""


@dataclass
class References:
    """The names and values expressions of one request may use; each has to be used."""

    names: Mapping[str, str]
    values: Mapping[str, Any]
    used: set[str] = field(default_factory=set)

    def name(self, token: str) -> str:
        """Return the attribute name a token stands for.

        Raises:
            InvalidExpressionError: it is not defined, or a reserved word.
        """
        if token.startswith("#"):
            if token not in self.names:
                raise InvalidExpressionError(f"An expression attribute name used is not defined: {token}")
            self.used.add(token)
            return self.names[token]
        if token.upper() in RESERVED:
            raise InvalidExpressionError(f"Attribute name is a reserved keyword; reserved keyword: {token}")
        if not token[0].isalpha():
            raise InvalidExpressionError(f'Syntax error; token: "{token}"')
        return token

    def value(self, token: str) -> Value:
        """Return the value a token stands for.

        Raises:
            InvalidExpressionError: it is not defined, or no value DynamoDB takes.
        """
        if token not in self.values:
            raise InvalidExpressionError(f"An expression attribute value used is not defined: {token}")
        self.used.add(token)
        try:
            return kept(self.values[token])
        except InvalidValueError as error:
            raise InvalidExpressionError(f"{error}") from error

    def check_used(self) -> None:
        """Hold that nothing was defined for no use.

        Raises:
            InvalidExpressionError: something was.
        """
        if unused := sorted({*self.names, *self.values} - self.used):
            raise InvalidExpressionError(f"Value provided is unused in expressions: keys: {unused}")


class Tokens:
    """The tokens of an expression, read from left to right."""

    def __init__(self, text: str, references: References) -> None:
        """Split an expression.

        Raises:
            InvalidExpressionError: it is empty or holds a character no expression has.
        """
        self.references = references
        self._tokens: list[str] = []
        for match in _TOKEN.finditer(text):
            if match[5]:
                raise InvalidExpressionError(f'Syntax error; token: "{match[5]}"')
            self._tokens.append(match[0].strip())
        if not self._tokens:
            raise InvalidExpressionError("The expression can not be empty;")
        self._place = 0

    def ahead(self, by: int = 0) -> str:
        """Return a token further on; an empty one at the end."""
        place = self._place + by
        return self._tokens[place] if place < len(self._tokens) else ""

    def keyword(self, *keywords: str) -> str | None:
        """Take one of these words if it is next, in whatever case."""
        return self._take() if self.ahead().upper() in keywords else None

    def sign(self, sign: str) -> bool:
        """Take a sign if it is next."""
        return self.ahead() == sign and bool(self._take())

    def expect(self, sign: str) -> None:
        """Take a sign that has to be next.

        Raises:
            InvalidExpressionError: it is not.
        """
        if not self.sign(sign):
            self.refuse()

    def comparator(self) -> str:
        """Take a comparator.

        Raises:
            InvalidExpressionError: there is none.
        """
        if self.ahead() not in _COMPARATORS:
            self.refuse()
        return self._take()

    def function(self) -> str | None:
        """Take a function's name with its parenthesis if that is next; names of functions have one case."""
        if self.ahead(1) == "(" and re.fullmatch(r"[A-Za-z_]+", self.ahead()):
            name = self._take()
            if name in _NOT_MODELLED:
                raise NotModelledError(f"function {name}")
            self.expect("(")
            return name
        return None

    def path(self) -> Path:
        """Take a document path.

        Raises:
            InvalidExpressionError: there is none.
        """
        names = [self._name()]
        while self.sign("."):
            names.append(self._name())
        if self.ahead() == "[":
            raise NotModelledError("list indices")
        return tuple(names)

    def value(self) -> Value:
        """Take a value.

        Raises:
            InvalidExpressionError: there is none.
        """
        if not self.ahead().startswith(":"):
            self.refuse()
        return self.references.value(self._take())

    def end(self) -> None:
        """Hold that nothing is left.

        Raises:
            InvalidExpressionError: something is.
        """
        if self.ahead():
            self.refuse()

    def refuse(self) -> None:
        """Refuse the expression where it stands.

        Raises:
            InvalidExpressionError: always.
        """
        if self.ahead() in _NOT_MODELLED or self.ahead().upper() in _NOT_MODELLED:
            raise NotModelledError(f"expressions with {self.ahead()}")
        raise InvalidExpressionError(f'Syntax error; token: "{self.ahead() or "<EOF>"}"')

    def _name(self) -> str:
        if not re.match(r"[#A-Za-z0-9_]", self.ahead()):
            self.refuse()
        return self.references.name(self._take())

    def _take(self) -> str:
        self._place += 1
        return self._tokens[self._place - 1]


def at(item: Item, path: Path) -> Value | None:
    """Return what an item has at a path; None where it has nothing."""
    value: Value | None = {"M": item}
    for name in path:
        value = value["M"].get(name) if value and "M" in value else None
    return value


def parse_condition(text: str, references: References) -> Condition:
    """Read a condition or filter expression.

    Raises:
        InvalidExpressionError: DynamoDB does not take it.
        NotModelledError: this model does not go that far.
    """
    tokens = Tokens(text, references)
    condition = _disjunction(tokens)
    tokens.end()
    return condition


def parse_key_condition(
    text: str, references: References, hash_key: str, range_key: str | None
) -> tuple[str, Condition]:
    """Read a key condition: one value of the hash key, and perhaps a condition on the range key.

    Returns:
        The hash key's value and the condition on the range key.

    Raises:
        InvalidExpressionError: DynamoDB does not take it, or it is none on these keys.
        NotModelledError: this model does not go that far.
    """
    tokens = Tokens(text, references)
    hashes: list[str] = []
    ranges: list[Condition] = []
    while True:
        if name := tokens.function():
            key, condition = tokens.ahead(), _call(name, tokens)
            place, equals = references.name(key), None
        else:
            (place, *_), comparator, value = tokens.path(), tokens.comparator(), tokens.value()
            condition = _comparison(_at(place), comparator, _constant(value))
            equals = value.get("S") if comparator == "=" else None
        if place == hash_key and equals is not None:
            hashes.append(equals)
        elif place == range_key:
            ranges.append(condition)
        else:
            raise InvalidExpressionError(f"Query key condition not supported: {place}")
        if not tokens.keyword("AND"):
            break
    tokens.end()
    if len(hashes) != 1 or len(ranges) > 1:
        raise InvalidExpressionError(f"Query condition missed key schema element: {hash_key}")
    return hashes[0], ranges[0] if ranges else lambda item: True


def _at(name: str) -> Operand:
    return lambda item: item.get(name)


def _constant(value: Value) -> Operand:
    return lambda item: value


def _disjunction(tokens: Tokens) -> Condition:
    parts = [_conjunction(tokens)]
    while tokens.keyword("OR"):
        parts.append(_conjunction(tokens))
    return parts[0] if len(parts) == 1 else lambda item: any(part(item) for part in parts)


def _conjunction(tokens: Tokens) -> Condition:
    parts = [_negation(tokens)]
    while tokens.keyword("AND"):
        parts.append(_negation(tokens))
    return parts[0] if len(parts) == 1 else lambda item: all(part(item) for part in parts)


def _negation(tokens: Tokens) -> Condition:
    if tokens.keyword("NOT"):
        inner = _negation(tokens)
        return lambda item: not inner(item)
    return _primary(tokens)


def _primary(tokens: Tokens) -> Condition:
    if tokens.sign("("):
        doubled = tokens.ahead() == "("
        inner = _disjunction(tokens)
        if doubled and tokens.ahead(-1) == ")" and tokens.ahead() == ")" and _closes_at_once(tokens):
            raise InvalidExpressionError("The expression has redundant parentheses;")
        tokens.expect(")")
        return inner
    name = None if tokens.ahead() == "size" else tokens.function()
    if name is not None:
        return _call(name, tokens)
    # An operand on the left is followed by its comparator: whether its type has an order matters to that only.
    ordered = tokens.ahead(1) not in {"=", "<>"}
    left = _operand(tokens, ordered=ordered)
    comparator = tokens.comparator()
    return _comparison(left, comparator, _operand(tokens, ordered=comparator not in {"=", "<>"}))


def _closes_at_once(tokens: Tokens) -> bool:
    """Tell whether the parenthesis just closed is the one that was opened right after the one to close now."""
    depth, back = 0, -1
    while True:
        depth += {")": 1, "(": -1}.get(tokens.ahead(back), 0)
        if depth == 0:
            return tokens.ahead(back - 1) == "("
        back -= 1


def _call(name: str, tokens: Tokens) -> Condition:
    if name not in {"attribute_exists", "attribute_not_exists", "begins_with"}:
        raise InvalidExpressionError(f"Invalid function name; function: {name}")
    path = tokens.path()
    if name != "begins_with":
        tokens.expect(")")
        exists = name == "attribute_exists"
        return lambda item: (at(item, path) is not None) == exists
    tokens.expect(",")
    if not tokens.ahead().startswith(":"):
        raise NotModelledError("begins_with of two paths")
    prefix = tokens.value()
    tokens.expect(")")
    if prefix.keys() - {"S", "B"}:
        raise InvalidExpressionError("Incorrect operand type for operator or function: begins_with")
    ((kind, beginning),) = prefix.items()

    def begins(item: Item) -> bool:
        value = at(item, path)
        return value is not None and kind in value and value[kind].startswith(beginning)

    return begins


def _operand(tokens: Tokens, *, ordered: bool) -> Operand:
    if tokens.ahead().startswith(":"):
        value = tokens.value()
        if ordered and ordering(value) is None:
            raise InvalidExpressionError("Incorrect operand type for operator or function; operator: <")
        return _constant(value)
    if name := tokens.function():
        if name != "size":
            raise InvalidExpressionError(f"The function is not allowed to be used this way; function: {name}")
        measured = tokens.path()
        tokens.expect(")")

        def size(item: Item) -> Value | None:
            value = at(item, measured)
            if value is None:
                return None
            found = length(value)
            if found is None:
                raise NotModelledError("the size of what has none, which AWS says nothing about")
            return {"N": f"{found}"}

        return size
    path = tokens.path()
    return lambda item: at(item, path)


def _comparison(left: Operand, comparator: str, right: Operand) -> Condition:
    def holds(item: Item) -> bool:
        one, other = left(item), right(item)
        if one is None or other is None:
            if one is other:
                raise NotModelledError("comparing two paths that lead to nothing, which AWS says nothing about")
            return comparator == "<>"
        if comparator in {"=", "<>"}:
            return equal(one, other) == (comparator == "=")
        first, second = ordering(one), ordering(other)
        if first is None or second is None or first[0] != second[0]:
            return False
        less, same = bool(first[1] < second[1]), bool(first[1] == second[1])
        return {"<": less, "<=": less or same, ">": not less and not same, ">=": not less}[comparator]

    return holds
