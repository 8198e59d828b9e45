"""Sends a life of every resource to an emulator, and tells what a genuine provider would stumble over."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import botocore.session
import jmespath  # type: ignore[import-untyped]
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.loaders import Loader

from emulator.decoding import UndecodableError, read_strictly
from emulator.requests import RESOURCES, Call, Resource
from emulator.requests.domain import ZONE
from support.provider_calls import SEEN

PHASES: Final = ("create", "read", "update", "delete")


@dataclass(frozen=True)
class Sent:
    """A call that was sent.

    Attributes:
        type: the resource type it was sent for, in the provider's words.
        phase: create, read, update or delete.
        operation: `service:Operation`.
        fault: what was wrong with the answer; empty when nothing was.
    """

    type: str
    phase: str
    operation: str
    fault: str = ""

    def __str__(self) -> str:
        return f"{self.phase} {self.type}: {self.operation}: {self.fault}"


class _OneProtocol(Loader):
    """Service models as if each service knew one protocol alone."""

    def __init__(self, protocol: str) -> None:
        super().__init__()
        self._protocol = protocol

    def load_service_model(self, *arguments: Any, **named: Any) -> Any:
        model = super().load_service_model(*arguments, **named)
        if self._protocol not in model.get("metadata", {}).get("protocols", ()):
            return model
        return {**model, "metadata": {**model["metadata"], "protocols": [self._protocol]}}


class Replay:
    """Clients of one emulator, and what earlier answers gave for later requests.

    Attributes:
        kept: that, by the names that calls give it.
    """

    def __init__(self, url: str, protocol: str = "", *, strict: bool = True) -> None:
        """Describe it; nothing is sent.

        Args:
            url: where the emulator answers.
            protocol: the one to speak with services that know it, instead of the one that botocore chooses.
            strict: whether to read as a typed client does.
        """
        self.kept: dict[str, str] = {}
        self._url = url
        self._protocol = protocol
        self._strict = strict
        self._clients: dict[str, Any] = {}

    @cached_property
    def _session(self) -> Any:
        session = botocore.session.Session()
        if self._protocol:
            session.register_component("data_loader", _OneProtocol(self._protocol))
        return session

    def send(self, call: Call) -> str:
        """Send a call; give what is wrong with the answer, or an empty text."""
        try:
            answer = self.ask(call)
        except ClientError as error:
            code = error.response["Error"].get("Code")
            return "" if code == call.error else f"{error}{f' where {call.error} is waited for' if call.error else ''}"
        except (BotoCoreError, UndecodableError) as error:
            return f"{error}"
        if call.error:
            return f"answered where {call.error} is waited for"
        missing = [path for path in call.keep.values() if not jmespath.search(path, answer)]
        return f"the answer has no {missing[0]}" if missing else ""

    def ask(self, call: Call) -> Mapping[str, Any]:
        """Send a call; give the answer, and keep of it what later calls need.

        Raises:
            ClientError: it was refused.
            UndecodableError: it was answered in a form that a typed client does not take.
        """
        service, _, operation = call.operation.partition(":")
        method = getattr(self._client(service), xform_name(operation))
        answer: Mapping[str, Any] = method(**self._filled(call.parameters))
        for name, path in call.keep.items():
            if value := jmespath.search(path, answer):
                self.kept[name] = value
        return answer

    def _client(self, service: str) -> Any:
        if service not in self._clients:
            client = self._session.create_client(
                service,
                endpoint_url=self._url,
                region_name="eu-central-1",
                aws_access_key_id="test",
                aws_secret_access_key="test",
                config=Config(retries={"total_max_attempts": 1}),
            )
            if self._strict:
                read_strictly(client)
            self._clients[service] = client
        return self._clients[service]

    def _filled(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: self._filled(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._filled(item) for item in value]
        if isinstance(value, str):
            return re.sub(r"\$([a-z_]+)", lambda name: self.kept.get(name[1], name[0]), value)
        return value


def calls(resource: Resource, phase: str) -> list[Call]:
    """List what is sent for a resource in a phase: what changes it, then the looks that the phase was seen to take."""
    changing: list[Call] = list(getattr(resource, phase))
    if phase not in {"create", "update"} or not changing:
        return changing
    seen = SEEN.get(resource.type, {}).get(phase)
    return changing + [call for call in resource.read if seen is None or call.operation in seen]


def life(resources: Iterable[Resource] = RESOURCES) -> Iterator[tuple[str, Resource, Call]]:
    """List all calls, each with its phase: creates, reads, updates, then deletes the other way round."""
    resources = list(resources)
    for phase in PHASES:
        for resource in reversed(resources) if phase == "delete" else resources:
            for call in calls(resource, phase):
                yield phase, resource, call


def replay(url: str, resources: Iterable[Resource] = RESOURCES, protocol: str = "") -> Iterator[Sent]:
    """Send everything."""
    elsewhere, replaying = Replay(url, strict=False), Replay(url, protocol)
    elsewhere.ask(ZONE)
    replaying.kept |= elsewhere.kept
    for phase, resource, call in life(resources):
        yield Sent(resource.type, phase, call.operation, replaying.send(call))
