"""The emulator as a background process: start, find, check, stop."""

import os
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import ClassVar, Final
from urllib.parse import urlsplit

import tapstack
from tapstack.console.errors import UserError
from tapstack.console.hints import command
from tapstack.console.progress import Step
from tapstack.engine.environment import AwsEndpoint
from tapstack.lane.background import BackgroundProcess, Running
from tapstack.lane.emulator.environment import emulator_python
from tapstack.lane.emulator.scratch import new_scratch, remove_scratch
from tapstack.lane.ports import LOOPBACK, free_port, is_free

ACCOUNT: Final = "000000000000"
REGION: Final = "eu-central-1"

_START_SECONDS: Final = 30.0
# Between choosing a free port and binding it another process may take it.
_PORT_ATTEMPTS: Final = 5

# The caller's account, engine, interpreter and Docker daemon are none of the emulator's business.
_NOT_INHERITED: Final = ("AWS_", "PULUMI_", "PYTHON", "DOCKER_", "MINISTACK_", "LAMBDA_", "VIRTUAL_ENV", "EDGE_PORT")


class Emulator:
    """The ministack server of one lane, with the lane's patches.

    Attributes:
        group: the dependency group that it is installed from.
        health: a path that answers once it serves.
    """

    group: ClassVar = "emulator"
    health: ClassVar = "/_ministack/health"

    def __init__(self, folder: Path) -> None:
        """Describe the emulator of the lane in `folder`; nothing is started."""
        self._folder = folder
        self._process = BackgroundProcess(folder, "emulator")

    @property
    def log(self) -> Path:
        """The file that holds everything the server and its Lambda workers print."""
        return self._process.log

    def running(self) -> Running | None:
        """Return the live server, or None when it is not running or no longer answers."""
        running = self._process.running()
        return running if running and is_healthy(f"{running.url}{self.health}", seconds=10) else None

    def start(self, step: Step, port: int | None = None) -> Running:
        """Start the server, or return the one that is running.

        Args:
            step: told what goes on.
            port: the port to listen on; any free one when None.

        Raises:
            UserError: the port is taken, or the server does not come up.
        """
        if running := self.running():
            if port and not running.url.endswith(f":{port}"):
                raise UserError(
                    f"this lane's emulator is up at {running.url}; to move it, run first: {command('down')}"
                )
            return running
        self.stop()
        step.note("preparing the emulator's environment")
        python = emulator_python(self.group)
        if port:
            if not is_free(port):
                raise UserError(f"port {port} is taken; leave --port out and the lane picks a free one")
            return self._launch(python, port, step)
        for attempt in range(1, _PORT_ATTEMPTS + 1):
            try:
                return self._launch(python, free_port(), step)
            except UserError:
                if attempt == _PORT_ATTEMPTS:
                    raise
        raise AssertionError("unreachable: the last attempt returns or raises")

    def stop(self) -> bool:
        """Stop the server with its Lambda workers; return whether one was running."""
        was_running = self._process.stop()
        remove_scratch(self._folder)
        return was_running

    def command(self, python: Path, port: int) -> list[str | Path]:  # noqa: ARG002 - its environment has the port
        """Give the command that serves, in the emulator's environment."""
        return [python, "-P", "-m", "tapstack.lane.patches"]

    def environment(self, port: int, scratch: Path) -> dict[str, str]:
        """Give the whole environment of a server on `port` that keeps its files in `scratch`."""
        return server_environment(port, scratch)

    def _launch(self, python: Path, port: int, step: Step) -> Running:
        url = f"http://{LOOPBACK}:{port}"
        step.note(f"starting ministack at {url}")
        with new_scratch(self._folder) as scratch:
            self._process.start(self.command(python, port), url, self.environment(port, scratch))
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if not (running := self._process.running()):
                raise UserError(f"the emulator ended at once: {self._process.last_log_line()} ({self.log})")
            if is_healthy(f"{url}{self.health}", seconds=2):
                return running
            time.sleep(0.05)
        self._process.stop()
        raise UserError(
            f"the emulator did not answer at {url}{self.health} within {_START_SECONDS:.0f} s; see {self.log}"
        )


def emulated_aws(url: str) -> AwsEndpoint:
    """Describe the AWS of an emulator that answers at `url`."""
    return AwsEndpoint(url=url, region=REGION, access_key="test", secret_key="test")  # noqa: S106 - it takes any


def server_environment(port: int, scratch: Path) -> dict[str, str]:
    """The whole environment of a server on `port` that keeps its files in `scratch`."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_INHERITED)}
    return inherited | {
        "GATEWAY_PORT": str(port),
        "BIND_HOST": LOOPBACK,
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "MINISTACK_REGION": REGION,
        # Functions are allowed what their roles allow.
        "AUTH": "true",
        # Its memory is the lane's account: it ends with the process, and the lane drops the state with it.
        "PERSIST_STATE": "0",
        "S3_PERSIST": "0",
        "LAMBDA_EXECUTOR": "local",
        # Listeners the lane has no use for.
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        # It would look for containers of earlier runs to remove.
        "DOCKER_HOST": f"unix://{scratch / 'no-docker.sock'}",
        # Function code is unpacked there: it goes when the lane goes.
        "TMPDIR": str(scratch),
        # To the patches; they take it out again.
        "PYTHONPATH": f"{Path(tapstack.__file__).parents[1]}",
        "PYTHONUNBUFFERED": "1",
    }


def is_healthy(url: str, *, seconds: float) -> bool:
    """Tell whether there is an answer at `url` within so many seconds."""
    place = urlsplit(url)
    connection = HTTPConnection(place.netloc, timeout=seconds)
    try:
        connection.request("GET", place.path)
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
