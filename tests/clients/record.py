"""Records what real clients send: `PYTHONPATH=tests python -m clients.record`, where they are installed.

Each client posts one transaction to a socket on this machine, and what arrives is written to `recorded.json`, byte for
byte but for the host. A client that is not installed keeps the row it has.

Python's clients and tracers are taken from the environment that runs this: requests, httpx, aiohttp, ddtrace,
sentry-sdk, opentelemetry-instrumentation-requests and the propagators for B3, Jaeger, Google Cloud and AWS X-Ray. PHP
and Guzzle are Debian's `php-cli`, `php-curl` and `php-guzzlehttp-guzzle`.
"""

import json
import re
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, TypedDict

RECORDED: Final = Path(__file__).with_name("recorded.json")
PROGRAMS: Final = Path(__file__).with_name("programs")
API_KEY: Final = "api-key-of-the-recording"
IDEMPOTENCY_KEY: Final = "idempotency-key-of-the-recording"
HOST: Final = "api.example.com"
BODY: Final = json.dumps(
    {
        "amount": 1250,
        "currency": "EUR",
        "card": {"token": "tok_recorded_1", "bin": "424242", "country": "DE", "expires": "2099-12"},
        "reference": "Bestellung 7/ü",
    }
)
TRACERS: Final = {
    "ddtrace": "ddtrace",
    "sentry": "sentry-sdk",
    "tracecontext": "opentelemetry-sdk",
    "b3": "opentelemetry-propagator-b3",
    "b3multi": "opentelemetry-propagator-b3",
    "jaeger": "opentelemetry-propagator-jaeger",
    "gcp_trace": "opentelemetry-propagator-gcp",
    "xray": "opentelemetry-propagator-aws-xray",
}


class Row(TypedDict):
    """One client: its name with its version, where the row is from, and its request in Latin-1."""

    client: str
    source: str
    request: str


def _clients() -> dict[str, tuple[Sequence[str], Sequence[str]]]:
    """Name each client, with the command that tells its version and the one that posts."""
    python, end = sys.executable, ["URL", API_KEY, IDEMPOTENCY_KEY, BODY]
    traced = [python, f"{PROGRAMS / 'traced.py'}"]
    headers = [f"x-api-key: {API_KEY}", f"Idempotency-Key: {IDEMPOTENCY_KEY}"]
    sent = [part for header in headers for part in ("-H", header)]
    return {
        **{name: (_version_of(name), [python, f"{PROGRAMS / 'plain.py'}", name, *end])
           for name in ("requests", "httpx", "aiohttp")},
        "urllib of Python": ([python, "--version"], [python, f"{PROGRAMS / 'plain.py'}", "urllib", *end]),
        **{f"requests with {name} of {package}": (_version_of(package), [*traced, name, *end])
           for name, package in TRACERS.items()},
        "curl --json": (["curl", "--version"], ["curl", "-sS", *sent, "--json", BODY, "URL"]),
        "curl -d": (
            ["curl", "--version"], ["curl", "-sS", *sent, "-H", "Content-Type: application/json", "-d", BODY, "URL"]
        ),
        "fetch of Node.js": (["node", "--version"], ["node", f"{PROGRAMS / 'fetch.mjs'}", *end]),
        "http of Node.js, in chunks": (["node", "--version"], ["node", f"{PROGRAMS / 'chunked.mjs'}", *end]),
        "net/http of Go": (["go", "version"], ["go", "run", f"{PROGRAMS / 'post.go'}", *end]),
        "HttpClient of Java": (["java", "--version"], ["java", f"{PROGRAMS / 'Post.java'}", *end]),
        "curl of PHP": (["php", "--version"], ["php", f"{PROGRAMS / 'curl.php'}", *end]),
        "Guzzle of PHP": (["php", "--version"], ["php", f"{PROGRAMS / 'guzzle.php'}", *end]),
    }  # fmt: skip


def _version_of(package: str) -> Sequence[str]:
    return [sys.executable, "-c", f"import importlib.metadata as m; print(m.version({package!r}))"]


def record(command: Sequence[str]) -> bytes:
    """Run a client and return the bytes of its request."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(120)
        host = f"127.0.0.1:{server.getsockname()[1]}"
        url = f"http://{host}/v1/transactions"
        running = subprocess.Popen([url if part == "URL" else part for part in command])
        connection, _ = server.accept()
        with connection:
            connection.settimeout(120)
            request = b""
            while not _is_whole(request):
                request += connection.recv(65536)
            connection.sendall(b"HTTP/1.1 202 Accepted\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}")
        if running.wait(60):
            raise ChildProcessError(f"{command[0]} ended with status {running.returncode}")
    return request.replace(host.encode(), HOST.encode())


def _is_whole(request: bytes) -> bool:
    head, ended, body = request.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    return bool(ended) and (len(body) >= int(length[1]) if length else body.endswith(b"0\r\n\r\n"))


def main() -> None:
    """Record every client that is here."""
    held: list[Row] = json.loads(RECORDED.read_text(encoding="utf-8")) if RECORDED.exists() else []
    rows = {row["client"].rpartition(" ")[0]: row for row in held}
    for name, (asks, posts) in _clients().items():
        try:
            told = subprocess.run(asks, capture_output=True, text=True, check=True).stdout
            request = record(posts)
        except (OSError, subprocess.CalledProcessError, ChildProcessError) as error:
            print(f"{name}: {error}", file=sys.stderr)
            continue
        number = re.search(r"\d+(\.\d+)+", told)
        assert number, told
        client = f"{name} {number[0]}"
        rows[name] = Row(client=client, source="recorded", request=request.decode("latin-1"))
    RECORDED.write_text(json.dumps(list(rows.values()), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
