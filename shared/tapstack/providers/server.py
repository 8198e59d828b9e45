"""The stand-in providers as servers: as the plugin of one engine, or as one process for all engines of a lane.

The process of a lane answers launchers on a socket in its working directory: one line of JSON with `package`, `folder`
(where the engine runs: what an archive's relative path starts from) and `fingerprint` (of the sources as they are now)
gives `{"port": …}`, or `{"stale": true}` where it was started from other sources.
"""

import json
import os
import signal
import socketserver
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from tapstack.providers.launcher import SOCKET, fingerprint

# An engine works on many resources at once, and each call waits for the emulator.
_THREADS: Final = 32
_PARENT_SECONDS: Final = 1.0
_FINISH_SECONDS: Final = 10.0
# A function's package, when it is sent within a message.
_MESSAGE_BYTES: Final = 400 * 1024 * 1024


def serve_engine(package: str, settings: Path | None) -> None:
    """Be the plugin of one engine: print the port; end at a signal, at the engine's word, or when it is gone."""
    # First of all: an engine that ends while the rest is imported would never be missed.
    parent = os.getppid()
    stopped = _stopped_by_signals()
    server, port = _start(package, settings, Path.cwd(), stopped.set)
    print(port, flush=True)
    while not stopped.wait(_PARENT_SECONDS) and os.getppid() == parent:
        continue
    server.stop(_FINISH_SECONDS).wait()


def serve_lane(settings: Path | None) -> None:
    """Serve all engines of the lane in whose folder this process runs, until a signal."""
    stopped = _stopped_by_signals()
    Path(SOCKET).unlink(missing_ok=True)
    with _Launchers(settings) as launchers:
        threading.Thread(target=launchers.serve_forever, daemon=True).start()
        launchers.load()
        stopped.wait()
        launchers.shutdown()
        launchers.stop_plugins()
    Path(SOCKET).unlink(missing_ok=True)


def _stopped_by_signals() -> threading.Event:
    stopped = threading.Event()
    # The engine keeps its plugins in process groups of their own, away from a Ctrl-C, and ends them by SIGINT.
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, lambda *_: stopped.set())
    return stopped


def _start(package: str, settings: Path | None, folder: Path, cancelled: Callable[[], None]) -> tuple[Any, int]:
    """Start a package's server on a free port; the engine's libraries take a second to import."""
    import grpc  # type: ignore[import-untyped]  # noqa: PLC0415
    from pulumi.runtime.proto import provider_pb2_grpc  # noqa: PLC0415

    from tapstack.providers.servicer import Servicer  # noqa: PLC0415
    from tapstack.providers.state_only import rows_with_state_only  # noqa: PLC0415
    from tapstack.providers.tables import ROWS  # noqa: PLC0415

    server = grpc.server(
        ThreadPoolExecutor(_THREADS),
        options=[("grpc.max_receive_message_length", _MESSAGE_BYTES), ("grpc.max_send_message_length", _MESSAGE_BYTES)],
    )
    servicer = Servicer(package, rows_with_state_only(ROWS, settings), folder, cancelled)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


class _Launchers(socketserver.ThreadingUnixStreamServer):
    """Answers launchers: a package has one server per folder that engines run in."""

    daemon_threads = True

    def __init__(self, settings: Path | None) -> None:
        self._settings = settings
        self._fingerprint = fingerprint(f"{settings}")
        self._plugins: dict[tuple[str, str], tuple[Any, int]] = {}
        self._starting = threading.Lock()
        super().__init__(SOCKET, _Launcher)

    def load(self) -> None:
        """Import what every plugin needs, before the first engine waits for it."""
        with self._starting:
            import tapstack.providers.tables  # noqa: F401, PLC0415

    def answer(self, question: dict[str, str]) -> dict[str, Any]:
        """Say where a plugin is."""
        if question["fingerprint"] != self._fingerprint:
            return {"stale": True}
        wanted = question.get("package", ""), question.get("folder", "")
        if not all(wanted):
            return {}
        with self._starting:
            if wanted not in self._plugins:
                # Calls under way are finished when one engine is told to end; the others go on.
                package, folder = wanted
                self._plugins[wanted] = _start(package, self._settings, Path(folder), lambda: None)
            return {"port": self._plugins[wanted][1]}

    def stop_plugins(self) -> None:
        """End the servers, each after the calls that are under way."""
        for ended in [server.stop(_FINISH_SECONDS) for server, _ in self._plugins.values()]:
            ended.wait()


class _Launcher(socketserver.StreamRequestHandler):
    server: _Launchers

    def handle(self) -> None:
        if question := self.rfile.readline():
            self.wfile.write(json.dumps(self.server.answer(json.loads(question))).encode() + b"\n")
