"""The provider as the process that the engine starts."""

import importlib.metadata
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import grpc  # type: ignore[import-untyped]
import pytest
from google.protobuf import empty_pb2  # type: ignore[import-untyped]
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from tapstack.providers.values import marshal

ENDING_SECONDS = 20


@pytest.fixture
def plugin() -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "tapstack.providers", "random", "127.0.0.1:1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


@pytest.fixture
def stub(plugin: "subprocess.Popen[str]") -> Iterator[Any]:
    assert plugin.stdout
    with grpc.insecure_channel(f"127.0.0.1:{int(plugin.stdout.readline())}") as channel:
        yield provider_pb2_grpc.ResourceProviderStub(channel)


def test_it_prints_its_port_and_answers_with_the_sdk_s_version(stub: Any) -> None:
    assert stub.GetPluginInfo(empty_pb2.Empty()).version == importlib.metadata.version("pulumi-random")


def test_a_refusal_reaches_the_engine_as_its_one_line(stub: Any) -> None:
    urn = "urn:pulumi:stack::project::random:index/randomBites:RandomBites::x"
    with pytest.raises(grpc.RpcError) as caught:
        stub.Check(provider_pb2.CheckRequest(urn=urn, news=marshal({})))
    assert caught.value.details().startswith(
        "random:index/randomBites:RandomBites: the stand-in provider does not know"
    )


def test_a_failed_check_carries_path_and_reason(stub: Any) -> None:
    urn = "urn:pulumi:stack::project::parent:type:T$random:index/randomBytes:RandomBytes::x"
    answer = stub.Check(provider_pb2.CheckRequest(urn=urn, news=marshal({"lenght": 3})))
    assert [failure.reason for failure in answer.failures] == [
        "lenght: unknown property; did you mean `length`?",
        "length: required property is missing",
    ]


@pytest.mark.parametrize(
    "end",
    [
        lambda plugin, stub: stub.Cancel(empty_pb2.Empty()),
        lambda plugin, stub: plugin.send_signal(signal.SIGINT),
        lambda plugin, stub: plugin.terminate(),
    ],
    ids=["Cancel", "SIGINT", "SIGTERM"],
)
def test_it_ends_when_it_is_told_to(
    plugin: "subprocess.Popen[str]", stub: Any, end: Callable[[Any, Any], None]
) -> None:
    stub.GetPluginInfo(empty_pb2.Empty())
    end(plugin, stub)
    assert plugin.wait(ENDING_SECONDS) == 0


def test_it_ends_when_its_parent_is_gone() -> None:
    """A parent starts the plugin, tells its pid, and is killed; the plugin's end closes the pipe it inherited."""
    program = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-m', 'tapstack.providers', 'random'])\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        assert parent.stdout.readline().strip().isdigit()
        parent.kill()
        rest, _ = parent.communicate(timeout=ENDING_SECONDS)
    assert rest == ""
