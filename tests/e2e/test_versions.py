"""Published versions on the deployed lane: those that nobody needs go, and neither callers nor drift notice."""

import json
from typing import Any

import pytest

from tapstack.cli.main import main


@pytest.fixture
def function(deployed: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """The notifier, with three more versions than its alias is at."""
    monkeypatch.setenv("TAPSTACK_LANE", str(deployed.lane.folder))
    name: str = deployed.outputs["compute"]["notifier_function_name"]
    client = deployed.client("lambda")
    for text in ("one", "two", ""):
        client.update_function_configuration(FunctionName=name, Description=text)
        client.publish_version(FunctionName=name)
    return name


def published(deployed: Any, function: str) -> list[int]:
    pages = deployed.client("lambda").get_paginator("list_versions_by_function").paginate(FunctionName=function)
    return sorted(int(item["Version"]) for page in pages for item in page["Versions"] if item["Version"].isdigit())


def test_versions_that_nobody_needs_are_shown_deleted_and_missed_by_nobody(
    deployed: Any, function: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = published(deployed, function)
    live = int(deployed.client("lambda").get_alias(FunctionName=function, Name="live")["FunctionVersion"])

    assert main(["prune-versions", "compute", "--dry-run", "--json"]) == 0
    told = capsys.readouterr()
    shown = {item["number"]: item["kept"] for item in json.loads(told.out) if item["function"] == function}
    assert [*shown] == before == published(deployed, function)
    assert (shown[live], shown[before[-1]]) == ("live", "newest")
    assert "nothing was changed" in told.err

    for _ in range(2):
        assert main(["prune-versions", "compute"]) == 0
        left = published(deployed, function)
        assert {live, before[-1]} <= set(left)
        assert left == [number for number in before if shown[number]]
    assert len(left) < len(before)

    # The newest was made past the engine, which drift tells; without it there is nothing to tell.
    deployed.client("lambda").delete_function(FunctionName=function, Qualifier=f"{before[-1]}")
    capsys.readouterr()
    assert main(["drift", "compute"]) == 0, capsys.readouterr().out
