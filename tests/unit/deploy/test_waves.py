"""Deploying and destroying wave by wave, without a plan: what `local` and `down` do."""

import threading
from typing import Any

import pytest

from tapstack.console.errors import UserError
from tapstack.deploy.deployment import deploy_all, destroy_waves
from tapstack.engine.events import Report
from tapstack.layers import LAYERS, waves

Captured = pytest.CaptureFixture[str]


def test_all_layers_deploy_in_waves_and_the_reports_come_in_order(script: Any) -> None:
    reports = deploy_all(script)

    assert list(reports) == list(LAYERS)
    assert [set(script.done("up")[:2]), *script.done("up")[2:]] == [{"network", "data"}, "compute", "api-edge"]


def test_the_layers_of_a_wave_are_under_way_at_once(script: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each waits for the other; one by one they would wait in vain."""
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    together = threading.Barrier(2, timeout=10)
    stack = type(script.stack("network"))
    plain = stack.up

    def up(self: Any, *options: str, listener: Any = None) -> Report:
        if self.layer in {"network", "data"}:
            together.wait()
        report: Report = plain(self, *options, listener=listener)
        return report

    monkeypatch.setattr(stack, "up", up)

    assert list(deploy_all(script)) == list(LAYERS)


def test_a_layer_that_fails_keeps_those_after_it_from_beginning(script: Any) -> None:
    script.reports["up", "data"] = "AccessDenied"

    with pytest.raises(UserError, match=r"^data: AccessDenied$"):
        deploy_all(script)

    assert sorted(script.done("up")) == ["data", "network"]


def test_each_layer_gets_a_closing_line(script: Any, capsys: Captured) -> None:
    script.reports |= {("up", layer): Report(counts={"create": 5}) for layer in LAYERS}

    deploy_all(script)

    told = [line.split() for line in capsys.readouterr().err.splitlines()]
    assert sorted(line[0] for line in told) == sorted(LAYERS)
    assert {" ".join(line[1:3]) for line in told} == {"create 5"}


def test_a_layer_that_holds_nothing_is_not_destroyed(all_up: Any, capsys: Captured) -> None:
    all_up.states["api-edge"] = {}

    destroy_waves(all_up, list(reversed(waves())))

    gone = all_up.done("destroy")
    assert [gone[0], set(gone[1:])] == ["compute", {"network", "data"}]
    assert "nothing to do" in capsys.readouterr().err
