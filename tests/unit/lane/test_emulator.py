"""The emulator's life."""

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tapstack.console.errors import UserError
from tapstack.console.progress import Step
from tapstack.lane.background import Running
from tapstack.lane.emulator import Emulator
from tapstack.lane.emulator.server import server_environment


@pytest.fixture
def step() -> Step:
    return Step("emulator", None)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Emulator]:
    emulator = Emulator(tmp_path)
    yield emulator
    emulator.stop()


def test_a_second_start_finds_the_first(server: Emulator, tmp_path: Path, step: Step) -> None:
    first = server.start(step)

    assert Emulator(tmp_path).start(step) == first


def test_two_lanes_have_an_emulator_each(server: Emulator, emulator: Running, step: Step) -> None:
    mine = server.start(step)

    assert mine.url != emulator.url
    assert mine.pid != emulator.pid


def test_one_that_was_killed_is_started_anew(server: Emulator, step: Step) -> None:
    first = server.start(step)
    os.kill(first.pid, signal.SIGKILL)
    os.waitpid(first.pid, 0)
    assert server.running() is None

    assert server.start(step).pid != first.pid


def test_after_a_stop_nothing_runs(server: Emulator, step: Step) -> None:
    server.start(step)

    assert server.stop()
    assert server.running() is None
    assert not server.stop()


def test_a_port_that_is_taken_is_refused_by_its_number(server: Emulator, step: Step) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(UserError, match=f"port {port} is taken; leave --port out"):
            server.start(step, port=port)
    assert server.running() is None


def test_a_running_one_does_not_move_to_another_port(server: Emulator, step: Step) -> None:
    url = server.start(step).url

    with pytest.raises(UserError, match=f"is up at {url}; to move it, run first: .venv/bin/tapstack down"):
        server.start(step, port=1)


def test_it_sees_none_of_the_users_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "the user's")

    assert "the user's" not in server_environment(4242, tmp_path).values()
