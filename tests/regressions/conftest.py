"""Ways to break a copy of the projects."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tapstack.engine.failures import EngineError
from tapstack.lane.lane import Lane

Break = Callable[[str, str, str], Path]


@pytest.fixture
def replace(lane: Lane) -> Break:
    """Replace a text in a file of the copied projects; the text has to be there."""

    def replace_text(file: str, old: str, new: str) -> Path:
        path = lane.projects / file
        source = path.read_text(encoding="utf-8")
        assert old in source, f"{file} no longer holds {old!r}"
        path.write_text(source.replace(old, new), encoding="utf-8")
        return path

    return replace_text


@pytest.fixture
def fails(lane: Lane) -> Callable[[str], str]:
    """Deploy a layer that has to fail, and return all that the engine reported."""

    def deploy(layer: str) -> str:
        with pytest.raises(EngineError) as caught:
            lane.stack(layer).up()
        report: Any = caught.value.report
        return "\n".join([f"{caught.value}", *report.errors])

    return deploy


@pytest.fixture
def up_to_compute(lane: Lane) -> Lane:
    """The three layers before the edge, deployed as they are."""
    for layer in ("network", "data", "compute"):
        lane.stack(layer).up()
    return lane
