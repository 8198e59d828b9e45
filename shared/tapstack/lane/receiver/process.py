"""The receiver as a background process of a lane."""

import os
import sys
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from tapstack.console.errors import UserError
from tapstack.lane.background import BackgroundProcess, Running
from tapstack.lane.ports import LOOPBACK, free_port
from tapstack.lane.receiver import deliveries
from tapstack.lane.receiver.deliveries import Delivery

SERVER_NAME: Final = "tapstack-receiver"
"""How the receiver's answers begin their header `server`."""

_START_SECONDS: Final = 20.0


class Receiver:
    """The webhook receiver of one lane."""

    def __init__(self, folder: Path) -> None:
        """Describe the receiver of the lane in `folder`; nothing is started."""
        self._process = BackgroundProcess(folder, "receiver")
        self._deliveries = folder / "deliveries.jsonl"

    def running(self) -> Running | None:
        """Return the live receiver, or None."""
        return self._process.running()

    def start(self, endpoint: str, merchants_table: str) -> Running:
        """Start the receiver, or return the one that is running.

        Args:
            endpoint: the emulator, where the merchants' secrets are.
            merchants_table: the name of the table that has them.

        Raises:
            UserError: it does not come up.
        """
        if running := self._process.running():
            return running
        port = free_port()
        arguments = ["--port", str(port), "--endpoint", endpoint, "--merchants-table", merchants_table]
        self._process.start(
            [sys.executable, "-P", "-m", "tapstack.lane.receiver", *arguments, "--deliveries", self._deliveries],
            f"http://{LOOPBACK}:{port}",
            {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTHON"))},
        )
        deadline = time.monotonic() + _START_SECONDS
        while running := self._process.running():
            if _answers(running.url):
                return running
            if time.monotonic() > deadline:
                self._process.stop()
                break
            time.sleep(0.05)
        raise UserError(
            f"the webhook receiver did not come up: {self._process.last_log_line()} ({self._process.log}); "
            "run the command again"
        )

    def stop(self) -> bool:
        """Stop the receiver and forget the deliveries; return whether it was running."""
        was_running = self._process.stop()
        self._deliveries.unlink(missing_ok=True)
        return was_running

    def deliveries(self) -> list[Delivery]:
        """The webhooks that arrived, oldest first."""
        return deliveries.read(self._deliveries)


def _answers(url: str) -> bool:
    """Tell whether a receiver answers, and not a stranger that has taken the port first."""
    connection = HTTPConnection(urlsplit(url).netloc, timeout=2)
    try:
        connection.request("GET", "/")
        return (connection.getresponse().getheader("server") or "").startswith(SERVER_NAME)
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
