"""The values a real provider refuses before it asks AWS: data in `argument_rules.json`, where its source is said.

A rule of a property holds, in any combination:

    one_of          the values there are, as text; with range or or_multiple_of, either will do
    range           the least and the greatest number
    or_multiple_of  a number, or what one_of names
    at_least        the least number
    length          the fewest and the most characters
    matches         a regular expression for the whole text; in_words says it in words
    is              `ARN`, `JSON`, `JSON policy` (an object) or `CIDR block`
"""

import functools
import ipaddress
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from tapstack.providers.check import Problem
from tapstack.providers.values import Secret

Rule = Mapping[str, Any]

_FILE: Final = Path(__file__).with_name("argument_rules.json")
_ARN: Final = re.compile(r"arn:[\w-]+:[\w.-]+:[\w-]*:(\d{12}|aws)?:.+")
_PART: Final = re.compile(r"(?P<name>[^.\[\]]+)(?P<item>\[\])?")
_SHOWN: Final = 60


@functools.cache
def argument_rules() -> Mapping[str, Mapping[str, Rule]]:
    """Read the rules: resource type to property path (`rules[].name`) to rule."""
    rules: dict[str, dict[str, Rule]] = json.loads(_FILE.read_text(encoding="utf-8"))["types"]
    return rules


def refused_arguments(token: str, inputs: Mapping[str, Any]) -> list[Problem]:
    """Find the inputs that a real provider refuses; what is known only later is not looked at."""
    return [
        Problem(place, problem)
        for path, rule in argument_rules().get(token, {}).items()
        for place, value in _values(
            inputs, [(match["name"], bool(match["item"])) for match in _PART.finditer(path)], ""
        )
        if (problem := _problem(rule, value))
    ]


@functools.cache
def _parts(path: str) -> tuple[tuple[str, bool], ...]:
    """Split a path into names, each with whether it stands for every item of a list."""
    return tuple((match["name"], bool(match["item"])) for match in _PART.finditer(path))


def _values(value: Any, parts: Sequence[tuple[str, bool]], place: str) -> Iterator[tuple[str, Any]]:
    """Walk along a path, through every item of a list."""
    if not parts:
        yield place, value
        return
    held = value.value if isinstance(value, Secret) else value
    (name, each), *rest = parts
    found = held.get(name) if isinstance(held, dict) else None
    below = f"{place}.{name}" if place else name
    if not each:
        yield from _values(found, rest, below)
    elif isinstance(found, list):
        for number, item in enumerate(found):
            yield from _values(item, rest, f"{below}[{number}]")


def _problem(rule: Rule, value: Any) -> str:
    """Say what is wrong with a value; nothing where it is right, or not known yet."""
    known = value.value if isinstance(value, Secret) else value
    if not isinstance(known, str | int | float) or isinstance(known, bool):
        return ""
    wanted = [*_wanted_value(rule, known), *_wanted_text(rule, known)]
    shown = "the secret" if isinstance(value, Secret) else _shown(known)
    return f"must be {' and '.join(wanted)}, and is {shown}" if wanted else ""


def _wanted_value(rule: Rule, value: str | float) -> Iterator[str]:
    allowed: list[str] = []
    if names := rule.get("one_of"):
        if f"{value}" in names:
            return
        allowed.append(", ".join(names))
    if bounds := rule.get("range"):
        least, greatest = bounds
        if isinstance(value, int | float) and least <= value <= greatest:
            return
        allowed.append(f"from {least} to {greatest}")
    if factor := rule.get("or_multiple_of"):
        if isinstance(value, int | float) and value > 0 and value % factor == 0:
            return
        allowed.append(f"a multiple of {factor}")
    if allowed:
        yield (f"one of {allowed[0]}" if names else allowed[0]) + "".join(f", or {more}" for more in allowed[1:])
    if (least := rule.get("at_least")) is not None and isinstance(value, int | float) and value < least:
        yield f"at least {least}"


def _wanted_text(rule: Rule, value: str | float) -> Iterator[str]:
    text = f"{value}"
    if bounds := rule.get("length"):
        fewest, most = bounds
        if not fewest <= len(text) <= most:
            yield f"{fewest} to {most} characters long"
    if (pattern := rule.get("matches")) and not re.fullmatch(pattern, text):
        yield rule["in_words"]
    if (kind := rule.get("is")) and not _KINDS[kind](text):
        yield _WORDS[kind]


def _shown(value: str | float) -> str:
    if isinstance(value, str) and len(value) > _SHOWN:
        return f'"{value[:_SHOWN]}…" ({len(value)} characters)'
    return json.dumps(value)


def _is_arn(text: str) -> bool:
    # Nothing is allowed in place of an ARN, as the real provider does.
    return not text or bool(_ARN.fullmatch(text))


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _is_json_object(text: str) -> bool:
    return _is_json(text) and isinstance(json.loads(text), dict)


def _is_cidr_block(text: str) -> bool:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return "/" in text


_KINDS: Final = {"ARN": _is_arn, "CIDR block": _is_cidr_block, "JSON": _is_json, "JSON policy": _is_json_object}
_WORDS: Final = {
    "ARN": "an ARN",
    "CIDR block": "a CIDR block such as 10.0.0.0/16",
    "JSON": "JSON",
    "JSON policy": "a policy as a JSON object",
}
