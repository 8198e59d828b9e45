"""One process for all engines of a lane, and the launchers that engines start."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc  # type: ignore[import-untyped]
import pytest
from google.protobuf import empty_pb2  # type: ignore[import-untyped]
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from tapstack import providers
from tapstack.providers import launcher
from tapstack.providers.values import marshal

SECONDS = 30
QUEUE_URN = "urn:pulumi:local::project::aws:sqs/queue:Queue::jobs"


@contextmanager
def serving(lane: Path, settings: Path) -> Iterator["subprocess.Popen[bytes]"]:
    lane.mkdir(exist_ok=True)
    with subprocess.Popen(providers.server(settings), cwd=lane) as process:
        try:
            deadline = time.monotonic() + SECONDS
            while not providers.answers(lane):
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.02)
            yield process
            process.terminate()
            assert process.wait(SECONDS) == 0
        finally:
            process.kill()


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    return tmp_path / "lane.toml"


@pytest.fixture
def lane(tmp_path: Path) -> Path:
    return tmp_path / "lane"


@contextmanager
def launched(package: str, lane: Path, settings: Path, **more: Any) -> Iterator["subprocess.Popen[str]"]:
    """Start what an engine starts, in a shell as an engine does."""
    script = providers.plugin(package, lane, settings)
    with subprocess.Popen(
        ["sh", "-c", script, "sh", "127.0.0.1:1"],
        stdout=subprocess.PIPE,
        text=True,
        **more,
    ) as process:
        try:
            yield process
            process.send_signal(signal.SIGINT)
            process.wait(SECONDS)
        finally:
            process.kill()


def port_of(process: "subprocess.Popen[str]") -> int:
    assert process.stdout
    return int(process.stdout.readline())


@contextmanager
def connected(port: int) -> Iterator[Any]:
    # Without it, two channels to one port share a connection, as two engines never do.
    with grpc.insecure_channel(f"127.0.0.1:{port}", options=[("grpc.use_local_subchannel_pool", 1)]) as channel:
        stub = provider_pb2_grpc.ResourceProviderStub(channel)
        stub.Handshake(provider_pb2.ProviderHandshakeRequest(engine_address="127.0.0.1:1"))
        yield stub


def configure(stub: Any, url: str) -> None:
    endpoints = json.dumps([{"sqs": url, "sts": url}])
    stub.Configure(provider_pb2.ConfigureRequest(args=marshal({"region": "eu-central-1", "endpoints": endpoints})))


def refusal(stub: Any) -> str:
    with pytest.raises(grpc.RpcError) as caught:
        stub.Create(provider_pb2.CreateRequest(urn=QUEUE_URN, properties=marshal({"name": "jobs"})))
    return str(caught.value.details())


def test_engines_in_one_folder_are_given_the_same_server_and_other_folders_another(lane: Path, settings: Path) -> None:
    (lane / "a").mkdir(parents=True)
    (lane / "b").mkdir()
    with (
        serving(lane, settings),
        launched("aws", lane, settings, cwd=lane / "a") as one,
        launched("aws", lane, settings, cwd=lane / "a") as same,
        launched("aws", lane, settings, cwd=lane / "b") as other,
        launched("random", lane, settings, cwd=lane / "a") as another,
    ):
        ports = [port_of(process) for process in (one, same, other, another)]
    assert ports[0] == ports[1]
    assert len(set(ports)) == 3


def test_what_one_engine_configures_holds_for_its_connection_alone(lane: Path, settings: Path) -> None:
    with serving(lane, settings), launched("aws", lane, settings) as process:
        port = port_of(process)
        with connected(port) as one, connected(port) as other, connected(port) as silent:
            configure(one, "http://127.0.0.1:9")
            configure(other, "http://127.0.0.1:10")
            assert "does not answer at http://127.0.0.1:9;" in refusal(one)
            assert "does not answer at http://127.0.0.1:10;" in refusal(other)
            assert "the provider aws is not configured" in refusal(silent)
            assert "does not answer at http://127.0.0.1:9;" in refusal(one)


def test_an_engine_that_cancels_ends_nobody_else_s_provider(lane: Path, settings: Path) -> None:
    with serving(lane, settings) as server, launched("random", lane, settings) as process:
        port = port_of(process)
        with connected(port) as one, connected(port) as other:
            one.Cancel(empty_pb2.Empty())
            with pytest.raises(subprocess.TimeoutExpired):
                server.wait(1)
            assert other.GetPluginInfo(empty_pb2.Empty()).version
            assert providers.answers(lane)


def test_without_a_server_the_plugin_is_a_process_of_its_own(lane: Path, settings: Path) -> None:
    lane.mkdir()
    with launched("random", lane, settings) as process, connected(port_of(process)) as stub:
        assert stub.GetPluginInfo(empty_pb2.Empty()).version
    assert process.returncode == 0, "it was the plugin, which ends in good order"


def test_a_server_from_other_sources_serves_nobody(lane: Path, settings: Path) -> None:
    with serving(lane, settings):
        assert providers.is_current(lane, settings)
        settings.write_text("[state_only]\n", encoding="utf-8")
        assert not providers.is_current(lane, settings)
        with launched("random", lane, settings) as process, connected(port_of(process)) as stub:
            assert stub.GetPluginInfo(empty_pb2.Empty()).version
        assert process.returncode == 0, "it was the plugin"


def test_a_changed_source_is_another_fingerprint(tmp_path: Path) -> None:
    room = tmp_path / "providers"
    shutil.copytree(Path(launcher.__file__).parent, room)
    program = "import sys; sys.path.insert(0, sys.argv[1]); import launcher; print(launcher.fingerprint('none'))"

    def fingerprint() -> str:
        return subprocess.check_output([sys.executable, "-S", "-c", program, room], text=True)

    first = fingerprint()
    assert fingerprint() == first
    (room / "tables" / "sqs.py").write_text("ROWS = {}\n", encoding="utf-8")
    second = fingerprint()
    assert second != first
    (room / "tables" / "ses.py").write_text("ROWS = {}\n", encoding="utf-8")
    assert fingerprint() != second


def test_where_calls_are_recorded_the_plugin_is_a_process_of_its_own(lane: Path, settings: Path) -> None:
    environment = {**os.environ, launcher.ALONE: os.devnull}
    with serving(lane, settings), launched("random", lane, settings, env=environment) as process:
        assert port_of(process)
    assert process.returncode == 0, "it was the plugin"


def test_the_launcher_ends_with_the_engine_that_started_it(lane: Path, settings: Path) -> None:
    """An engine starts the plugin and is killed; the launcher's end closes the pipe it inherited."""
    script = providers.plugin("random", lane, settings).partition("\n")[2].replace(' "$@"', "").strip()
    engine = f"import subprocess, time; subprocess.Popen({script!r}, shell=True); time.sleep(600)"
    with (
        serving(lane, settings),
        subprocess.Popen([sys.executable, "-c", engine], stdout=subprocess.PIPE, text=True) as parent,
    ):
        assert parent.stdout
        assert parent.stdout.readline().strip().isdigit()
        parent.kill()
        assert parent.communicate(timeout=SECONDS)[0] == ""


def test_a_server_whose_folder_has_a_long_name_is_found(tmp_path: Path, settings: Path) -> None:
    lane = tmp_path / ("long" * 40)
    with serving(lane, settings), launched("random", lane, settings) as process:
        port_of(process)
        assert providers.is_current(lane, settings)


def test_the_launcher_needs_no_installed_package() -> None:
    program = f"import sys; sys.argv = ['x']; exec(open({launcher.__file__!r}).read().replace('__main__', 'no'))"
    subprocess.run([sys.executable, "-I", "-S", "-c", program.replace("exec(", "__file__ = ''; exec(")], check=True)
