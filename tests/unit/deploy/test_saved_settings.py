"""Settings that git ignores, saved since a layer was last deployed: a plan since a revision looks at the layer."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tapstack.deploy import planning
from tapstack.deploy.planning import Question, answer

SAVED = datetime(2026, 1, 2, tzinfo=UTC)
PATH = "projects/data/Pulumi.dev.yaml"


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Question:
    """A question about changes that touch no layer, in a checkout that ignores the settings of data."""
    file = tmp_path / PATH
    file.parent.mkdir(parents=True)
    file.write_text("config: {}\n", encoding="utf-8")
    os.utime(file, (SAVED.timestamp(), SAVED.timestamp()))
    monkeypatch.setattr(planning, "CHECKOUT", tmp_path)
    monkeypatch.setattr(planning, "ignored_settings", lambda: (PATH, "projects/data/Pulumi.prod.yaml"))
    return Question([], ["network", "data"], {"network": [], "data": []}, "main")


@pytest.mark.parametrize(("days", "planned"), [(-1, ["data"]), (1, [])])
def test_a_layer_whose_settings_were_saved_since_it_was_deployed_is_planned(
    days: int, planned: list[str], asked: Question, all_up: Any
) -> None:
    all_up.states["data"]["manifest"] = {"time": (SAVED + timedelta(days=days)).isoformat()}

    plan = answer(all_up, asked)

    assert [layer.layer for layer in plan.layers] == planned
    assert [list(layer.because) for layer in plan.layers] == [[PATH] for _ in planned]


def test_one_that_was_never_deployed_is_as_it_was(asked: Question, all_up: Any) -> None:
    assert answer(all_up, asked).layers == []
