"""Which changed inputs make a new resource: the tables against what a real provider was seen to do."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from tapstack.providers.tables import ROWS

SEEN: Mapping[str, Mapping[str, list[str]]] = json.loads(
    Path(__file__).with_name("replacements.json").read_text(encoding="utf-8")
)["types"]


def inputs(paths: list[str]) -> set[str]:
    """Name the top-level inputs of some paths."""
    return {re.split(r"[.\[]", path)[0] for path in paths}


@pytest.mark.parametrize("token", sorted(SEEN))
def test_a_change_replaces_where_the_real_provider_replaces_and_nowhere_else(token: str) -> None:
    replaces = set(ROWS[token].replace_on)
    assert inputs(SEEN[token]["replace"]) <= replaces
    assert not inputs(SEEN[token]["update"]) & replaces


def test_every_type_that_was_seen_is_held() -> None:
    assert len(SEEN) == 46
    assert sum(len(paths) for kinds in SEEN.values() for paths in kinds.values()) > 150
