"""The plugins of a lane: what its engines find on their `PATH`, and the process that serves them all."""

import os
import shutil
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from tapstack import providers
from tapstack.console.errors import UserError
from tapstack.lane.background import BackgroundProcess

_START_SECONDS: Final = 20.0


class Plugins:
    """The stand-in providers of one lane.

    The server keeps the SDK's modules and the clients loaded from one engine's run to the next. Without it each run
    loads them anew; nothing else changes.
    """

    def __init__(self, folder: Path, settings: Path) -> None:
        """Describe the plugins; nothing is started or written.

        Args:
            folder: the lane's folder.
            settings: the checkout's settings for the stand-ins; the file need not be there.
        """
        self.path = folder / "bin"
        self._folder = folder
        self._settings = settings
        self._server = BackgroundProcess(folder, "providers")

    def write(self, packages: Iterable[str]) -> None:
        """Write the plugins of some packages, and no others, to the folder for the engines' `PATH`."""
        self.path.mkdir(parents=True, exist_ok=True)
        wanted = {f"pulumi-resource-{name}": providers.plugin(name, self._folder, self._settings) for name in packages}
        for file in self.path.iterdir():
            if file.name not in wanted:
                shutil.rmtree(file) if file.is_dir() else file.unlink()
        for name, script in wanted.items():
            file = self.path / name
            # An engine may be about to start it.
            if not file.exists() or file.read_text(encoding="utf-8") != script:
                unfinished = file.with_suffix(".unfinished")
                unfinished.write_text(script, encoding="utf-8")
                unfinished.chmod(0o755)
                unfinished.replace(file)

    def start(self) -> None:
        """Start the server, or start it anew where it does not answer or its sources have changed.

        Raises:
            UserError: the settings are not as they must be, or the server does not come up.
        """
        self.state_only_types()
        if self._server.running() and providers.is_current(self._folder, self._settings):
            return
        self._server.stop()
        socket = self._folder / providers.SOCKET
        socket.unlink(missing_ok=True)
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTHON"))}
        self._server.start(providers.server(self._settings), socket.as_uri(), environment)
        deadline = time.monotonic() + _START_SECONDS
        while not providers.answers(self._folder):
            if not self._server.running() or time.monotonic() > deadline:
                self._server.stop()
                raise UserError(
                    f"the stand-in providers did not come up: {self._server.last_log_line()} ({self._server.log}); "
                    "run the command again"
                )
            time.sleep(0.02)

    def state_only_types(self) -> Mapping[str, str]:
        """Tell which resource types the state alone holds, wholly or in part, each with the reason.

        Raises:
            UserError: the settings are not as they must be.
        """
        try:
            return providers.state_only_types(self._settings)
        except providers.SettingsError as error:
            raise UserError(f"{error}") from error

    def stop(self) -> bool:
        """End the server; return whether there was one to end."""
        return self._server.stop()
