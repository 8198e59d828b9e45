"""What differs between a plan that was approved and the same layer now."""

from collections.abc import Iterator, Mapping
from typing import Final

from tapstack.deploy.approved.digests import fact_kind
from tapstack.deploy.approved.facts import SECTIONS, Facts

_ABSENT: Final = "nothing"
_IN_WORDS: Final = frozenset({"drift", "operations", "providers", "versions"})
"""The sections whose facts are no digests."""


def differences(approved: Facts, now: Facts) -> list[str]:
    """Tell what differs, a line for each section that has something, with its first difference and their number.

    Args:
        approved: all sections.
        now: those that are compared.
    """
    return [line for section in SECTIONS if section in now and (line := _told(section, approved, now))]


def _told(section: str, approved: Facts, now: Facts) -> str:
    first, *others = [*_differences(section, approved, now), ""]
    return f"{first} (and {len(others) - 1} more)" if len(others) > 1 else first


def _differences(section: str, approved: Facts, now: Facts) -> Iterator[str]:
    before, after = approved[section], now[section]
    if section == "state":
        if before != after:
            yield SECTIONS[section].format(name=_age(before, after))
        return
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name, _ABSENT), after.get(name, _ABSENT)
        if old != new:
            yield SECTIONS[section].format(name=name, kind=_change(section, old, new))


def _age(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    if before["written"] == after["written"]:
        return "somebody has rewritten that since, by hand"
    return f"this was deployed already, or something else was, at {after['written']}"


def _change(section: str, old: str, new: str) -> str:
    if section in _IN_WORDS:
        return f"{new} now, {old} approved"
    kinds = list(dict.fromkeys([fact_kind(old), fact_kind(new)]))
    return " before, now ".join(kinds)
