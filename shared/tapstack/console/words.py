"""Words for numbers and names, as sentences need them."""

import difflib
from collections.abc import Iterable
from typing import Final

_MOST_NAMES: Final = 12
_MOST_CHARACTERS: Final = 60
_MOST_PATH: Final = 255


NONE: Final = "·"
"""How a count of nothing is written."""


def count_or_dot(number: int) -> str:
    """Write how many there are: a dot where there are none."""
    return str(number) if number else NONE


def counted(number: int, noun: str) -> str:
    """Write how many there are of something: `1 message`, `2 messages`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Find the one among known names that may have been meant."""
    found = difflib.get_close_matches(name[:_MOST_CHARACTERS].lower().replace("_", "-"), list(known), n=1, cutoff=0.5)
    return found[0] if found else None


def unknown(kind: str, name: str, known: Iterable[str]) -> str:
    """Say that a name is none of those that are known, and which may have been meant."""
    known = list(known)
    near = nearest(name, known)
    hint = f"did you mean {near!r}? " if near else ""
    return f"unknown {kind} {quoted(name)}: {hint}the {kind}s are {listed(known)}"


def listed(names: Iterable[str]) -> str:
    """Write names one after the other; of many the first dozen."""
    names = list(names)
    more = [f"{len(names) - _MOST_NAMES} more"] if len(names) > _MOST_NAMES else []
    return ", ".join([*names[:_MOST_NAMES], *more]) or "none yet"


def shortened(path: str) -> str:
    """Write a file's name so that it stays one line; of one that is longer than files have it, the beginning."""
    path = path.replace("\n", "\\n")
    return path if len(path) <= _MOST_PATH else f"{path[:_MOST_CHARACTERS]}… ({len(path)} characters)"


def quoted(text: str) -> str:
    """Put what somebody typed into quotes, so that it stays one line; of a long text its beginning."""
    if len(text) <= _MOST_CHARACTERS:
        return repr(text)
    return f"{text[:_MOST_CHARACTERS]!r}… ({len(text)} characters)"
