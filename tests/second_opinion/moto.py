"""moto as the emulator of a lane."""

from pathlib import Path
from typing import ClassVar, Final

from tapstack.lane.emulator import Emulator
from tapstack.lane.emulator.server import ACCOUNT

SERVING: Final = Path(__file__).with_name("serving.py")


class Moto(Emulator):
    """The moto server of one lane, with its ways round."""

    group: ClassVar = "second-opinion"
    health: ClassVar = "/moto-api/"

    def command(self, python: Path, port: int) -> list[str | Path]:
        """Give the command that serves, in moto's environment."""
        return [python, "-P", SERVING, f"{port}"]

    def environment(self, port: int, scratch: Path) -> dict[str, str]:
        """Give the whole environment of a server on `port` that keeps its files in `scratch`."""
        return super().environment(port, scratch) | {"MOTO_ACCOUNT_ID": ACCOUNT}
