"""A Pulumi resource plugin: `python -m tapstack.providers aws` or `random`.

It prints the port it serves on, and ends when the engine asks it to or is gone.
"""

import argparse
import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

# The engine works on many resources at once, and each call waits for the emulator.
_THREADS: Final = 32
_PARENT_SECONDS: Final = 1.0
_FINISH_SECONDS: Final = 10.0
# A function's package, when it is sent within a message.
_MESSAGE_BYTES: Final = 400 * 1024 * 1024


def main() -> int:
    """Serve until a signal to end, or until the parent process is gone."""
    # First of all: an engine that ends while the rest is imported would never be missed.
    parent = os.getppid()
    parser = argparse.ArgumentParser(prog="python -m tapstack.providers", description="A stand-in provider.")
    parser.add_argument("package", choices=("aws", "random"))
    # The engine adds its own address and may add flags for logging.
    options, _ = parser.parse_known_args()
    stopped = threading.Event()
    # The engine keeps its plugins in process groups of their own, away from a Ctrl-C, and ends them by SIGINT.
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, lambda *_: stopped.set())
    server, port = _serve(options.package)
    print(port, flush=True)
    while not stopped.wait(_PARENT_SECONDS) and os.getppid() == parent:
        continue
    server.stop(_FINISH_SECONDS).wait()
    return 0


def _serve(package: str) -> tuple[Any, int]:
    """Start the server on a free port; the engine's libraries take a second to import."""
    import grpc  # type: ignore[import-untyped]  # noqa: PLC0415
    from pulumi.runtime.proto import provider_pb2_grpc  # noqa: PLC0415

    from tapstack.providers.provider import Provider  # noqa: PLC0415
    from tapstack.providers.servicer import Servicer  # noqa: PLC0415

    server = grpc.server(
        ThreadPoolExecutor(_THREADS),
        options=[("grpc.max_receive_message_length", _MESSAGE_BYTES), ("grpc.max_send_message_length", _MESSAGE_BYTES)],
    )
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Servicer(Provider(package)), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


if __name__ == "__main__":
    sys.exit(main())
