"""One emulator for the lane's tests."""

from collections.abc import Iterator

import pytest

from tapstack.console.progress import step
from tapstack.lane.background import Running
from tapstack.lane.emulator import Emulator


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A running emulator with nothing in it."""
    server = Emulator(tmp_path_factory.mktemp("emulator"))
    with step("emulator", "starting") as current:
        running = server.start(current)
    yield running
    server.stop()
