"""The plugins of a lane: scripts on the engines' `PATH`, and the process behind them."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tapstack.console.errors import UserError
from tapstack.lane.background import BackgroundProcess
from tapstack.lane.plugins import Plugins
from tapstack.providers import SOCKET


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    return tmp_path / "lane.toml"


@pytest.fixture
def plugins(tmp_path: Path, settings: Path) -> Iterator[Plugins]:
    plugins = Plugins(tmp_path / "lane", settings)
    yield plugins
    plugins.stop()


@pytest.fixture
def server(tmp_path: Path) -> BackgroundProcess:
    return BackgroundProcess(tmp_path / "lane", "providers")


def pid(server: BackgroundProcess) -> int:
    running = server.running()
    assert running
    return running.pid


def test_a_second_start_finds_the_first(plugins: Plugins, server: BackgroundProcess) -> None:
    plugins.start()
    first = pid(server)
    plugins.start()
    assert pid(server) == first


def test_one_that_was_killed_is_started_anew(plugins: Plugins, server: BackgroundProcess) -> None:
    plugins.start()
    first = pid(server)
    os.kill(first, signal.SIGKILL)
    os.waitpid(first, 0)
    plugins.start()
    assert pid(server) != first


def test_one_from_other_sources_is_started_anew(plugins: Plugins, server: BackgroundProcess, settings: Path) -> None:
    plugins.start()
    first = pid(server)
    settings.write_text("[state_only]\n", encoding="utf-8")
    plugins.start()
    assert pid(server) != first


def test_after_a_stop_nothing_runs_and_the_socket_is_gone(plugins: Plugins, tmp_path: Path) -> None:
    plugins.start()
    assert plugins.stop()
    assert not plugins.stop()
    assert not (tmp_path / "lane" / SOCKET).exists()


def test_bad_settings_are_said_in_one_line_before_anything_starts(plugins: Plugins, settings: Path) -> None:
    settings.write_text("[wrong]\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"lane.toml: unknown key 'wrong'; there is the table \[state_only\]"):
        plugins.start()
    assert not plugins.stop()


def test_a_server_that_does_not_come_up_is_said_in_one_line(plugins: Plugins, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tapstack.providers.server", lambda _: ["sh", "-c", "echo no room >&2; exit 3"])
    with pytest.raises(UserError, match=r"the stand-in providers did not come up: no room .*; run the command again"):
        plugins.start()


def test_what_is_written_again_and_has_not_changed_is_left_alone(plugins: Plugins) -> None:
    plugins.write(["aws", "random"])
    script = plugins.path / "pulumi-resource-aws"
    before = script.stat()
    time.sleep(0.02)
    plugins.write(["aws", "random"])
    assert script.stat().st_mtime_ns == before.st_mtime_ns
    plugins.write(["random"])
    assert [file.name for file in plugins.path.iterdir()] == ["pulumi-resource-random"]
