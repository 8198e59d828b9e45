"""Two emulators: the lane's, and the same one without the lane's patches."""

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tapstack.console.progress import step
from tapstack.lane.emulator import Emulator
from tapstack.lane.emulator.environment import emulator_python
from tapstack.lane.emulator.server import is_healthy, server_environment
from tapstack.lane.ports import LOOPBACK, free_port


@pytest.fixture(scope="session")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the lane's emulator answers."""
    server = Emulator(tmp_path_factory.mktemp("patched"))
    with step("emulator", "starting") as current:
        running = server.start(current)
    yield running.url
    server.stop()


@pytest.fixture(scope="session")
def unpatched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the emulator answers as its own project releases it."""
    folder: Path = tmp_path_factory.mktemp("unpatched")
    port = free_port()
    address = f"http://{LOOPBACK}:{port}"
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [emulator_python(), "-m", "ministack"],
            cwd=folder,
            env={**os.environ, **server_environment(port, folder)},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        while not is_healthy(f"{address}{Emulator.health}", seconds=2):
            assert server.poll() is None, (folder / "log").read_text("utf-8")
            time.sleep(0.05)
        yield address
    finally:
        server.terminate()
        server.wait()
