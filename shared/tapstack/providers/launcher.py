"""What an engine starts as `pulumi-resource-aws` or `pulumi-resource-random` in a lane.

It asks the lane's server of stand-ins for a port and hands that to the engine, so that neither the SDK's modules nor
the clients are loaded anew for every run. Where there is no server, or the sources have changed since it started, the
plugin becomes a process of its own: slower, and the same in all else.

It runs by its path, with `-I -S`, in some 20 ms: it imports nothing but these few modules of the standard library.
"""

import json
import os
import socket
import sys
import time
from pathlib import Path
from typing import Any, Final

SOCKET: Final = "providers.sock"
"""The server's socket in the lane's folder. It is bound and connected to from within, for its path may be too long."""

ALONE: Final = "TAPSTACK_CALLS"
"""The plugin is a process of its own where this variable is set: it writes down the calls of one engine."""

_ANSWER_SECONDS: Final = 60.0
_PARENT_SECONDS: Final = 1.0


def fingerprint(settings: str) -> str:
    """Tell one state of all that a provider is made of from another: its sources, the lane's settings, the SDKs.

    Args:
        settings: the path of the lane's settings for the stand-ins; the file need not be there.
    """
    room = Path(__file__).parent
    found = [f"{sys.version_info[:3]}"]
    # Installing an SDK changes the folder it is installed in.
    for path in (*sorted(room.rglob("*.py")), *sorted(room.rglob("*.json")), _site_packages(), Path(settings)):
        try:
            status = path.stat()
        except OSError:
            continue
        found.append(f"{path} {status.st_mtime_ns} {status.st_size if path.is_file() else 0}")
    return "\n".join(found)


def _site_packages() -> Path:
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    return Path(sys.executable).parent.parent / "lib" / version / "site-packages"


def ask(lane: str, **question: str) -> dict[str, Any] | None:
    """Ask the server in a lane's folder; None where there is none."""
    here = Path.cwd()
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(_ANSWER_SECONDS)
        try:
            os.chdir(lane)
            connection.connect(SOCKET)
        except OSError:
            return None
        finally:
            os.chdir(here)
        try:
            connection.sendall(json.dumps(question).encode() + b"\n")
            with connection.makefile("rb") as answers:
                answer: dict[str, Any] = json.loads(answers.readline())
        except (OSError, ValueError):
            return None
        return answer


def main() -> None:
    """Print the server's port for a package and stay until the engine is done; or become the package's plugin."""
    parent = os.getppid()
    package, lane, settings, *rest = sys.argv[1:]
    question = {"package": package, "folder": str(Path.cwd()), "fingerprint": fingerprint(settings)}
    answer = None if os.environ.get(ALONE) else ask(lane, **question)
    if not answer or "port" not in answer:
        plugin = ["-P", "-m", "tapstack.providers", package, "--settings", settings]
        os.execv(sys.executable, [sys.executable, *plugin, *rest])  # noqa: S606 - no shell is meant
    print(answer["port"], flush=True)
    while os.getppid() == parent:
        time.sleep(_PARENT_SECONDS)


if __name__ == "__main__":
    import signal

    signal.signal(signal.SIGINT, signal.SIG_DFL)
    main()
