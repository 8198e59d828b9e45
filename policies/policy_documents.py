"""Policy documents of IAM: their statements, whom they let in, and what they allow."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

Statement = Mapping[str, Any]

_NARROWING: Final = frozenset(
    {
        *("aws:principalaccount", "aws:principalarn", "aws:principalorgid", "aws:principalorgpaths"),
        *("aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceowner", "aws:sourcevpc"),
        *("aws:sourcevpce", "aws:userid", "kms:calleraccount", "lambda:functionurlauthtype"),
    }
)
"""Condition keys that say whose request it is. Lower case: AWS takes keys in any."""
_EQUAL: Final = frozenset({"arnequals", "arnlike", "stringequals", "stringlike"})


def statements(document: Mapping[str, Any], effect: str = "Allow") -> Iterator[Statement]:
    """Go through a document's statements of one effect."""
    for statement in many(document.get("Statement")):
        if isinstance(statement, Mapping) and statement.get("Effect") == effect:
            yield statement


def many(value: Any) -> list[Any]:
    """Make a list of what may stand alone or in one."""
    if value is None:
        return []
    return list(value) if isinstance(value, Sequence) and not isinstance(value, str) else [value]


def texts(statement: Statement, element: str) -> list[str]:
    """Return an element that holds texts, such as `Action`."""
    return [value for value in many(statement.get(element)) if isinstance(value, str)]


def allows(statement: Statement, action: str) -> bool:
    """Tell whether a statement's actions cover one, such as `kms:Decrypt`."""
    return any(_matches(pattern, action) for pattern in texts(statement, "Action"))


def lets_anybody_in(statement: Statement) -> bool:
    """Tell whether a statement names everybody, and no condition with a fixed value says whose request it must be."""
    principal = statement.get("Principal")
    named = many(principal.get("AWS")) if isinstance(principal, Mapping) else many(principal)
    return ("*" in named or "NotPrincipal" in statement) and not _is_narrowed(statement)


def other_accounts(statement: Statement) -> bool:
    """Tell whether a statement lets in everybody, or principals whose account is not told by a condition."""
    principal = statement.get("Principal")
    named = many(principal.get("AWS")) if isinstance(principal, Mapping) else many(principal)
    return bool(named) and not _is_narrowed(statement)


def _is_narrowed(statement: Statement) -> bool:
    """Tell whether a condition compares with fixed values alone: AWS does not look at wildcards and variables."""
    for operator, tested in (statement.get("Condition") or {}).items():
        if operator.lower() not in _EQUAL or not isinstance(tested, Mapping):
            continue
        for key, values in tested.items():
            fixed = [value for value in many(values) if isinstance(value, str) and not re.search(r"[*?]|\$\{", value)]
            if key.lower() in _NARROWING and fixed and len(fixed) == len(many(values)):
                return True
    return False


def _matches(pattern: str, action: str) -> bool:
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, action, re.IGNORECASE) is not None
