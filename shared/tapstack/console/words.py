"""Words for numbers and names, as sentences need them."""

import difflib
from collections.abc import Iterable


def counted(number: int, noun: str) -> str:
    """Write how many there are of something: `1 message`, `2 messages`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Find the one among known names that may have been meant."""
    found = difflib.get_close_matches(name.lower().replace("_", "-"), list(known), n=1, cutoff=0.5)
    return found[0] if found else None


def unknown(kind: str, name: str, known: Iterable[str]) -> str:
    """Say that a name is none of those that are known, and which may have been meant."""
    known = list(known)
    near = nearest(name, known)
    hint = f"did you mean {near!r}? " if near else ""
    return f"unknown {kind} {name!r}: {hint}the {kind}s are {', '.join(known)}"
