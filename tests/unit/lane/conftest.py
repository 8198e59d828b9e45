"""What the lane's tests share: programs that pretend to be others, and one emulator."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tapstack.console.progress import step
from tapstack.lane.background import Running
from tapstack.lane.emulator import Emulator

Script = Callable[[Path, str], Path]


@pytest.fixture
def script() -> Script:
    """Write an executable shell script."""

    def write(path: Path, body: str) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        path.chmod(0o755)
        return path

    return write


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A running emulator with nothing in it."""
    server = Emulator(tmp_path_factory.mktemp("emulator"))
    with step("emulator", "starting") as current:
        running = server.start(current)
    yield running
    server.stop()
