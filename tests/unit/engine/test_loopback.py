"""Traffic on this machine: through no proxy, and with nothing of the user's AWS settings."""

import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tapstack.engine.environment import AwsEndpoint
from tapstack.engine.loopback import without_proxy

PROXIES = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY")
# Nobody listens there.
NOWHERE = "http://127.0.0.1:9"


class _Sts(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        answer = (
            b"<GetCallerIdentityResponse><GetCallerIdentityResult><Account>000000000000</Account>"
            b"</GetCallerIdentityResult></GetCallerIdentityResponse>"
        )
        self.send_response(200)
        self.send_header("content-length", f"{len(answer)}")
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def sts() -> Iterator[str]:
    """The address of an STS on this machine."""
    with HTTPServer(("127.0.0.1", 0), _Sts) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def account(url: str) -> str:
    endpoint = AwsEndpoint(url=url, region="eu-central-1", access_key="test", secret_key="test")
    identity: dict[str, str] = endpoint.client("sts").get_caller_identity()
    return identity["Account"]


@pytest.mark.parametrize("given", ["", "intranet.example", "intranet.example, localhost"])
def test_loopback_is_added_to_what_the_user_keeps_from_the_proxy(given: str) -> None:
    found = without_proxy({"NO_PROXY": given})

    assert found.keys() == {"NO_PROXY", "no_proxy"}
    hosts = found["NO_PROXY"].split(",")
    assert {"127.0.0.1", "localhost", "::1", *filter(None, map(str.strip, given.split(",")))} == set(hosts)
    assert len(hosts) == len(set(hosts))
    assert without_proxy(found) == found


def test_python_itself_takes_the_direct_way_then(sts: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXIES:
        monkeypatch.setenv(name, NOWHERE)
    for name, hosts in without_proxy({}).items():
        monkeypatch.setenv(name, hosts)

    assert urllib.request.urlopen(urllib.request.Request(sts, data=b"", method="POST"), timeout=5).status == 200


def test_a_client_of_the_emulator_takes_no_proxy(sts: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXIES:
        monkeypatch.setenv(name, NOWHERE)

    assert account(sts) == "000000000000"


@pytest.mark.parametrize("settings", [None, "[profile", "[profile mine]\nendpoint_url = http://127.0.0.1:9\n"])
def test_a_client_of_the_emulator_takes_no_profile(
    sts: str, settings: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "mine")
    monkeypatch.setenv("AWS_CONFIG_FILE", f"{tmp_path / 'config'}")
    if settings is not None:
        (tmp_path / "config").write_text(settings, encoding="utf-8")

    assert account(sts) == "000000000000"
