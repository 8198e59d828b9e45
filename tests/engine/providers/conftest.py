"""The stand-in providers' servicer on an emulator of its own, and resources for others to stand on."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from google.protobuf import struct_pb2  # type: ignore[import-untyped]
from pulumi.runtime.proto import provider_pb2

from support.clients import emulator_client
from tapstack.console.progress import step
from tapstack.lane.emulator import Emulator
from tapstack.providers.servicer import Servicer
from tapstack.providers.tables import ROWS
from tapstack.providers.values import Blob, marshal, plain, unmarshal

Props = dict[str, Any]
SERVICES = (
    "acm apigateway cloudwatch dynamodb ec2 events iam kms lambda logs route53 s3 secretsmanager sns sqs sts wafv2"
)


class RefusedError(Exception):
    """What the servicer answered instead of a result."""


class Context:
    """A gRPC context of one connection that raises what is aborted."""

    def peer(self) -> str:
        return "ipv4:127.0.0.1:1"

    def abort(self, _: object, details: str) -> NoReturn:
        raise RefusedError(details)


class Made:
    """A resource that was created: type, name, id, inputs and outputs as the engine would keep them."""

    def __init__(self, token: str, name: str, inputs: struct_pb2.Struct, answer: Any) -> None:
        self.token, self.name, self.id = token, name, answer.id
        self.sent, self.state = inputs, answer.properties

    @property
    def inputs(self) -> Props:
        return dict(plain(unmarshal(self.sent)))

    @property
    def outputs(self) -> Props:
        return dict(plain(unmarshal(self.state)))


class Engine:
    """Asks the servicer what the engine asks, message by message."""

    def __init__(self, servicer: Servicer) -> None:
        self.servicer, self.context, self.count = servicer, Context(), 0

    def urn(self, token: str, name: str) -> str:
        return f"urn:pulumi:test::project::{token}::{name}"

    def check(self, token: str, name: str, inputs: Props, olds: struct_pb2.Struct | None = None) -> struct_pb2.Struct:
        request = provider_pb2.CheckRequest(
            urn=self.urn(token, name), news=marshal(inputs), olds=olds or marshal({}), randomSeed=name.encode()
        )
        answer = self.servicer.Check(request, self.context)
        if answer.failures:
            raise RefusedError("; ".join(failure.reason for failure in answer.failures))
        return answer.inputs

    def create(self, token: str, inputs: Props, name: str | None = None) -> Made:
        self.count += 1
        name = name or f"thing-{self.count}"
        checked = self.check(token, name, inputs)
        request = provider_pb2.CreateRequest(urn=self.urn(token, name), properties=checked)
        return Made(token, name, checked, self.servicer.Create(request, self.context))

    def preview(self, token: str, inputs: Props) -> Props:
        checked = self.check(token, "thing", inputs)
        request = provider_pb2.CreateRequest(urn=self.urn(token, "thing"), properties=checked, preview=True)
        return dict(plain(unmarshal(self.servicer.Create(request, self.context).properties)))

    def diff(self, made: Made, inputs: Props) -> Any:
        checked = self.check(made.token, made.name, inputs, made.sent)
        request = provider_pb2.DiffRequest(
            urn=self.urn(made.token, made.name), id=made.id, olds=made.state, old_inputs=made.sent, news=checked
        )
        return self.servicer.Diff(request, self.context)

    def update(self, made: Made, inputs: Props) -> None:
        checked = self.check(made.token, made.name, inputs, made.sent)
        request = provider_pb2.UpdateRequest(
            urn=self.urn(made.token, made.name), id=made.id, olds=made.state, old_inputs=made.sent, news=checked
        )
        made.state, made.sent = self.servicer.Update(request, self.context).properties, checked

    def read(self, made: Made) -> Made | None:
        request = provider_pb2.ReadRequest(
            urn=self.urn(made.token, made.name), id=made.id, properties=made.state, inputs=made.sent
        )
        answer = self.servicer.Read(request, self.context)
        return Made(made.token, made.name, answer.inputs, answer) if answer.id else None

    def adopt(self, token: str, resource_id: str) -> Made | None:
        answer = self.servicer.Read(
            provider_pb2.ReadRequest(urn=self.urn(token, "thing"), id=resource_id), self.context
        )
        return Made(token, "thing", answer.inputs, answer) if answer.id else None

    def delete(self, made: Made) -> None:
        request = provider_pb2.DeleteRequest(
            urn=self.urn(made.token, made.name), id=made.id, properties=made.state, old_inputs=made.sent
        )
        self.servicer.Delete(request, self.context)


@pytest.fixture(scope="session")
def emulator_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    emulator = Emulator(tmp_path_factory.mktemp("providers"))
    with step("emulator", "starting") as current:
        url = emulator.start(current).url
    yield url
    emulator.stop()


@pytest.fixture(scope="session")
def config(emulator_url: str) -> Props:
    return {"region": "eu-central-1", "endpoints": json.dumps([dict.fromkeys(SERVICES.split(), emulator_url)])}


def servicer_of(package: str) -> Servicer:
    return Servicer(package, ROWS, Path(), lambda: None)


@pytest.fixture(scope="session")
def engine(config: Props) -> Engine:
    servicer = servicer_of("aws")
    servicer.Configure(provider_pb2.ConfigureRequest(args=marshal(config)), Context())
    return Engine(servicer)


@pytest.fixture(scope="session")
def random_engine() -> Engine:
    return Engine(servicer_of("random"))


@pytest.fixture(scope="session")
def code(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Blob]:
    """Make the archive of a function that answers with a word."""
    folder: Path = tmp_path_factory.mktemp("code")

    def archive(word: str) -> Blob:
        source = folder / word
        source.mkdir(exist_ok=True)
        (source / "handler.py").write_text(f"def handler(event, context):\n    return {word!r}\n", encoding="utf-8")
        return Blob(is_archive=True, hash=word, fields=(("path", f"{source}"),))

    return archive


@pytest.fixture(scope="session")
def zone(emulator_url: str) -> str:
    """Make a hosted zone, which belongs to whoever owns a domain: the programs make none."""
    route53 = emulator_client(emulator_url, "route53")
    made = route53.create_hosted_zone(Name="example.com", CallerReference="once")["HostedZone"]
    return str(made["Id"].rpartition("/")[2])


@pytest.fixture(scope="session")
def refused() -> type[RefusedError]:
    return RefusedError
