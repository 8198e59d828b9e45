"""A layer that is up and no longer declared: destroy, plan, contracts and the picture go on knowing it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tapstack.cli.main import main
from tapstack.deploy.forgotten import forgotten_in, stacks_in
from tapstack.engine.events import Report
from tapstack.engine.stack import LayerStack
from tapstack.engine.state import states_of

from .conftest import RunCommand, Script, state

Captured = pytest.CaptureFixture[str]
DESTROY = "destroy it: .venv/bin/tapstack --stack dev destroy audit"


@pytest.fixture
def forgotten(all_up: Script) -> Script:
    """All layers are up, and audit, which reads data and is in no table."""
    all_up.states["audit"] = state("audit", {}, {"data": {"key_arn": "arn:1"}})
    all_up.lists = [
        *(f"organization/tapstack-{layer}/dev" for layer in ("network", "data", "compute", "api-edge")),
        *("organization/tapstack-audit/dev", "organization/tapstack-audit/prod", "organization/other-audit/dev"),
        "organization/tapstack-bootstrap/dev",
    ]
    return all_up


def test_it_is_found_among_the_stacks_of_the_backend(forgotten: Script) -> None:
    found = forgotten_in(forgotten)

    assert list(found.states) == ["audit"]
    assert found.stacks == {"audit": "organization/tapstack-audit/dev"}
    assert found.states["audit"].may_read("data")


def test_one_that_holds_nothing_any_more_is_none(forgotten: Script) -> None:
    forgotten.states["audit"] = {"resources": []}
    assert forgotten_in(forgotten).states == {}

    listing = json.dumps([{"name": "o/tapstack-a/dev", "resourceCount": 0}, {"name": "o/tapstack-b/dev"}])
    assert [stack.full_name for stack in stacks_in(listing)] == ["o/tapstack-b/dev"]


def test_what_it_reads_is_not_destroyed(forgotten: Script, run_command: RunCommand, capsys: Captured) -> None:
    assert run_command("destroy", "--yes", "data", "compute", "api-edge") == 1

    assert capsys.readouterr().err == (
        "error: data is still read by audit@dev (1 output); nothing was destroyed. Destroy those first: "
        ".venv/bin/tapstack --stack dev destroy audit\n"
    )
    assert forgotten.done("destroy") == []


def test_it_is_destroyed_by_its_name_or_with_all_before_what_it_reads(
    forgotten: Script, run_command: RunCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    destroyed: list[list[str]] = []
    # The stack of a forgotten layer is the engine's alone, and none is at hand.
    monkeypatch.setattr(LayerStack, "preview_destroy", lambda _: Report())
    monkeypatch.setattr(
        "tapstack.cli.actions.destroy.destroy_waves", lambda _, order: destroyed.extend(list(wave) for wave in order)
    )

    assert run_command("destroy", "--yes", "audit") == 0
    assert destroyed == [["audit"]]

    destroyed.clear()
    assert run_command("destroy", "--yes") == 0
    order = [layer for wave in destroyed for layer in wave]
    assert sorted(order) == ["api-edge", "audit", "compute", "data", "network"]
    assert order.index("audit") < order.index("data")
    assert order.index("api-edge") < order.index("compute") < order.index("network")


def test_a_name_that_is_neither_is_a_wrong_command_line(
    forgotten: Script, run_command: RunCommand, capsys: Captured
) -> None:
    assert run_command("destroy", "--yes", "audti") == 64

    assert "unknown layer 'audti': did you mean 'audit'?" in capsys.readouterr().err


def test_a_plan_tells_of_it_and_of_what_it_would_lose(
    forgotten: Script, run_command: RunCommand, capsys: Captured
) -> None:
    forgotten.states["audit"] = state("audit", {}, {"data": {"gone": "arn:1"}})

    assert run_command("plan", "data") == 2

    told = capsys.readouterr()
    assert (
        f"audit@dev is up (1 resource), and projects/layers.toml has no such layer; take its row back, or {DESTROY}"
        in (told.err)
    )
    assert "`data.gone` is read by audit@dev; " in told.out + told.err


def test_contracts_of_a_stack_protect_what_it_reads(
    forgotten: Script, run_command: RunCommand, capsys: Captured
) -> None:
    forgotten.states["audit"] = state("audit", {}, {"data": {"gone": "arn:1"}})

    assert run_command("contracts", "--quiet") == 2
    assert "`data.gone` is read by audit@dev; " in capsys.readouterr().err


def test_where_the_backends_stacks_cannot_be_listed_that_is_said(forgotten: Script, capsys: Captured) -> None:
    forgotten.lists = None

    assert forgotten_in(forgotten).states == {}
    assert (
        "whether a layer that projects/layers.toml no longer has is up cannot be seen with these credentials: "
        "network: AccessDenied"
    ) in capsys.readouterr().err
    assert states_of(forgotten)["data"].is_up


@pytest.mark.parametrize("verb", [["remove-layer", "api-edge"], ["rename-layer", "api-edge", "edge"]])
def test_a_layer_is_neither_taken_out_nor_renamed_while_it_is_up(
    verb: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Captured
) -> None:
    listed = json.dumps([{"name": "organization/tapstack-api-edge/prod", "resourceCount": 9}])
    monkeypatch.setenv("TAPSTACK_LANE", str(tmp_path / "lane"))
    monkeypatch.setenv("PULUMI_BACKEND_URL", "file:///nowhere")
    monkeypatch.setattr("tapstack.cli.up_nowhere._listed", lambda *_: listed)
    monkeypatch.setattr("tapstack.engine.environment.find_engine", _NoEngine)

    assert main(verb) == 1

    assert capsys.readouterr().err == (
        "error: api-edge@prod on file:///nowhere is up; nothing was changed. Destroy it first: "
        ".venv/bin/tapstack --stack prod destroy api-edge\n"
    )


def test_a_backend_that_cannot_be_read_is_a_refusal(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Captured, script: Any
) -> None:
    pulumi = tmp_path / "bin" / "pulumi"
    pulumi.parent.mkdir()
    pulumi.write_text("#!/bin/sh\necho 'error: no credentials' >&2\nexit 255\n", encoding="utf-8")
    pulumi.chmod(0o755)
    monkeypatch.setenv("TAPSTACK_LANE", str(tmp_path / "lane"))
    monkeypatch.setenv("PATH", f"{pulumi.parent}:/usr/bin:/bin")
    monkeypatch.setattr("tapstack.engine.environment.find_engine", _NoEngine)

    assert main(["remove-layer", "api-edge"]) == 1

    assert capsys.readouterr().err == (
        "error: whether 'api-edge' is up cannot be seen: no credentials; set PULUMI_BACKEND_URL or run `pulumi login "
        "<url>`, or say --lane-only where it was deployed to no other backend\n"
    )


def test_what_is_in_no_commit_is_not_removed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Captured) -> None:
    monkeypatch.setenv("TAPSTACK_LANE", str(tmp_path / "lane"))
    changed = ("projects/api-edge/alarms.py", "projects/data/key.py")
    monkeypatch.setattr("tapstack.cli.actions.remove_layer.changed_since", lambda _: changed)

    assert main(["remove-layer", "api-edge", "--lane-only"]) == 1

    assert capsys.readouterr().err == (
        "error: projects/api-edge/alarms.py is in no commit as it is, and would be lost; nothing was changed. Commit "
        "or drop it first\n"
    )


class _NoEngine:
    folders: tuple[Path, ...] = ()
