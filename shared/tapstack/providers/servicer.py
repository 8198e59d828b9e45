"""Pulumi's plugin protocol: messages in, messages out; what they mean is `provider`'s business."""

# ruff: noqa: ARG002, D102, N802 -- the methods and their arguments are the protocol's

import importlib.metadata
import json
import logging
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

import grpc  # type: ignore[import-untyped]
from google.protobuf import empty_pb2  # type: ignore[import-untyped]
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from tapstack.providers.check import Problem
from tapstack.providers.clients import ProviderError
from tapstack.providers.provider import Provider
from tapstack.providers.table import Row
from tapstack.providers.values import marshal, plain, unmarshal

Answer = TypeVar("Answer")

_LOG: Final = logging.getLogger(__name__)
_CONNECTIONS: Final = 1024
_KINDS: Final = {
    "add": (provider_pb2.PropertyDiff.ADD, provider_pb2.PropertyDiff.ADD_REPLACE),
    "delete": (provider_pb2.PropertyDiff.DELETE, provider_pb2.PropertyDiff.DELETE_REPLACE),
    "update": (provider_pb2.PropertyDiff.UPDATE, provider_pb2.PropertyDiff.UPDATE_REPLACE),
}


class Servicer(provider_pb2_grpc.ResourceProviderServicer):
    """Serves one package to engines; methods not written here answer "unimplemented".

    An engine opens a connection for each of its providers. What it configures there holds for that connection alone.
    """

    def __init__(self, package: str, rows: Mapping[str, Row], folder: Path, cancelled: Callable[[], None]) -> None:
        """Serve a package.

        Args:
            package: `aws` or `random`.
            rows: the resource types by token.
            folder: where the engines run; the relative path of an archive starts there.
            cancelled: called when an engine wants no more; the calls under way are finished all the same, for each is
                short, and its resource would be lost from the state.
        """
        self._package, self._rows, self._folder, self._cancelled = package, rows, folder, cancelled
        # The engine warns of a plugin older than the SDK that asks for it; this one is made from that very SDK.
        self._version = importlib.metadata.version(f"pulumi_{package}")
        self._providers: dict[str, Provider] = {}
        self._connecting = threading.Lock()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        return plugin_pb2.PluginInfo(version=self._version)

    def Handshake(self, request: Any, context: Any) -> Any:
        # The first call on a connection: what another one from the same port has configured is over.
        with self._connecting:
            self._providers.pop(context.peer(), None)
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True, accept_resources=False, accept_outputs=False)

    def GetSchema(self, request: Any, context: Any) -> Any:
        return provider_pb2.GetSchemaResponse(schema=json.dumps({"name": self._package, "version": self._version}))

    def CheckConfig(self, request: Any, context: Any) -> Any:
        problems = self._provider(context).check_config(unmarshal(request.news))
        return provider_pb2.CheckResponse(inputs=request.news, failures=_failures(problems))

    def DiffConfig(self, request: Any, context: Any) -> Any:
        # Another emulator address, or another region, changes nothing about the resources that are there.
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    def Configure(self, request: Any, context: Any) -> Any:
        def configure() -> Any:
            self._provider(context).configure(unmarshal(request.args))
            return provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

        return _answer(context, "", configure)

    def Check(self, request: Any, context: Any) -> Any:
        token, name = _of_urn(request.urn)

        def check() -> Any:
            inputs, problems = self._provider(context).check(
                token, name, unmarshal(request.olds), unmarshal(request.news), request.randomSeed
            )
            return provider_pb2.CheckResponse(inputs=marshal(inputs), failures=_failures(problems))

        return _answer(context, "", check)

    def Diff(self, request: Any, context: Any) -> Any:
        token, name = _of_urn(request.urn)

        def diff() -> Any:
            found = self._provider(context).diff(token, name, unmarshal(request.old_inputs), unmarshal(request.news))
            kind = provider_pb2.DiffResponse.DIFF_SOME if found.changes else provider_pb2.DiffResponse.DIFF_NONE
            return provider_pb2.DiffResponse(
                changes=kind,
                diffs=sorted({change.key for change in found.changes}),
                replaces=sorted(found.replaces),
                deleteBeforeReplace=found.delete_before_replace,
                hasDetailedDiff=True,
                detailedDiff={
                    change.path: provider_pb2.PropertyDiff(
                        kind=_KINDS[change.kind][change.key in found.replaces], inputDiff=True
                    )
                    for change in found.changes
                },
            )

        return _answer(context, "", diff)

    def Create(self, request: Any, context: Any) -> Any:
        token, name = _of_urn(request.urn)

        def create() -> Any:
            new_id, outputs, secrets = self._provider(context).create(
                token, name, unmarshal(request.properties), preview=request.preview
            )
            return provider_pb2.CreateResponse(id=new_id, properties=marshal(outputs, secrets))

        return _answer(context, f"creating {name}", create)

    def Read(self, request: Any, context: Any) -> Any:
        token, name = _of_urn(request.urn)

        def read() -> Any:
            inputs, state = unmarshal(request.inputs), unmarshal(request.properties)
            if (found := self._provider(context).read(token, request.id, inputs, state)) is None:
                return provider_pb2.ReadResponse()
            found_id, found_inputs, outputs, secrets = found
            hidden = secrets & found_inputs.keys()
            return provider_pb2.ReadResponse(
                id=found_id, inputs=marshal(found_inputs, hidden), properties=marshal(outputs, secrets)
            )

        return _answer(context, f"reading {name}", read)

    def Update(self, request: Any, context: Any) -> Any:
        token, name = _of_urn(request.urn)

        def update() -> Any:
            outputs, secrets = self._provider(context).update(
                token,
                request.id,
                unmarshal(request.old_inputs),
                unmarshal(request.news),
                unmarshal(request.olds),
                preview=request.preview,
            )
            return provider_pb2.UpdateResponse(properties=marshal(outputs, secrets))

        return _answer(context, f"updating {name}", update)

    def Delete(self, request: Any, context: Any) -> Any:
        token, name = _of_urn(request.urn)

        def delete() -> Any:
            inputs, state = unmarshal(request.old_inputs), unmarshal(request.properties)
            self._provider(context).delete(token, request.id, inputs or plain(state), state)
            return empty_pb2.Empty()

        return _answer(context, f"deleting {name}", delete)

    def Invoke(self, request: Any, context: Any) -> Any:
        def invoke() -> Any:
            return provider_pb2.InvokeResponse(
                **{"return": marshal(self._provider(context).invoke(request.tok, unmarshal(request.args)))}
            )

        return _answer(context, "", invoke)

    def Cancel(self, request: Any, context: Any) -> Any:
        self._cancelled()
        return empty_pb2.Empty()

    def _provider(self, context: Any) -> Provider:
        """Return the provider of a connection; the oldest of very many is forgotten."""
        with self._connecting:
            provider = self._providers.pop(context.peer(), None) or Provider(self._package, self._rows, self._folder)
            self._providers[context.peer()] = provider
            while len(self._providers) > _CONNECTIONS:
                del self._providers[next(iter(self._providers))]
            return provider


def _answer(context: Any, doing: str, work: Callable[[], Answer]) -> Answer:
    """Do the work; an expected failure goes to the user as its one line, any other with its traceback."""
    try:
        return work()
    except ProviderError as error:
        context.abort(grpc.StatusCode.UNKNOWN, f"{doing}: {error}" if doing else f"{error}")
        raise AssertionError("unreachable: abort raises") from error
    except Exception:
        _LOG.exception("the stand-in provider failed %s", doing)
        raise


def _of_urn(urn: str) -> tuple[str, str]:
    """Take type and logical name from `urn:pulumi:<stack>::<project>::<parent types$type>::<name>`."""
    _, _, types, name = urn.split("::", 3)
    return types.rpartition("$")[2], name


def _failures(problems: list[Problem]) -> list[Any]:
    # The engine prints a failure's property with the value at the top level of that name: for a path below it shows
    # nothing, and for a long value too much. The reason holds the path instead.
    return [provider_pb2.CheckFailure(reason=f"{problem}") for problem in problems]
