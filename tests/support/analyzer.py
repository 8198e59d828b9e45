"""A policy pack as the engine runs it: a process, asked over the engine's protocol for policy packs."""

import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc  # type: ignore[import-untyped]
from google.protobuf import empty_pb2, json_format, struct_pb2  # type: ignore[import-untyped]
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""A text that is known only once its resource is made."""
_SECONDS = 60.0


@dataclass(frozen=True)
class Given:
    """A resource that the engine would hand to the pack.

    Attributes:
        type: its type.
        name: its logical name.
        inputs: its inputs.
        uses: property to the resources whose outputs are in it, by name, or as `type::name` where names repeat.
    """

    type: str
    name: str
    inputs: Mapping[str, Any] = field(default_factory=dict)
    uses: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """What the pack answered."""

    policy: str
    resource: str
    """The logical name; empty where the finding is of the stack."""
    message: str
    is_mandatory: bool


class Pack:
    """A pack that is running."""

    def __init__(self, stub: Any) -> None:
        self._stub = stub

    def info(self) -> Any:
        return self._stub.GetAnalyzerInfo(empty_pb2.Empty())

    def judge(self, resources: Sequence[Given], project: str = "tapstack-test", stack: str = "prod") -> list[Finding]:
        """Hand over each resource, and then all together, as the engine does."""
        urns: dict[str, str] = {}
        for each in resources:
            urn = f"urn:pulumi:{stack}::{project}::{each.type}::{each.name}"
            urns |= {each.name: urn, f"{each.type}::{each.name}": urn}
        answers = []
        together = []
        for each in resources:
            properties = json_format.ParseDict(dict(each.inputs), struct_pb2.Struct())
            urn = urns[f"{each.type}::{each.name}"]
            common = {"type": each.type, "properties": properties, "urn": urn, "name": each.name}
            answers.append((each.name, self._stub.Analyze(analyzer_pb2.AnalyzeRequest(**common))))
            by = {
                name: analyzer_pb2.AnalyzerPropertyDependencies(urns=[urns[used] for used in found if used in urns])
                for name, found in each.uses.items()
            }
            together.append(analyzer_pb2.AnalyzerResource(**common, propertyDependencies=by))
        answers.append(("", self._stub.AnalyzeStack(analyzer_pb2.AnalyzeStackRequest(resources=together))))
        return [*_findings(answers)]


def _findings(answers: Iterable[tuple[str, Any]]) -> Iterator[Finding]:
    for name, answer in answers:
        for found in answer.diagnostics:
            yield Finding(
                found.policyName,
                found.urn.rpartition("::")[2] or name,
                found.message,
                found.enforcementLevel == analyzer_pb2.MANDATORY,
            )


@contextmanager
def running(folder: Path, config: str = "{}") -> Iterator[Pack]:
    """Run the pack in a folder for a stack with settings (JSON: key to text), as the engine's own script does."""
    command = [sys.executable, "-u", "-m", "pulumi.policy", "127.0.0.1:0", str(folder)]
    settings = {
        "PULUMI_PROJECT": "tapstack-test",
        "PULUMI_STACK": "prod",
        "PULUMI_DRY_RUN": "true",
        "PULUMI_CONFIG": config,
    }
    with subprocess.Popen(command, env=settings, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            port = process.stdout.readline().strip()
            assert port.isdigit(), f"the pack did not start: {port}"
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                grpc.channel_ready_future(channel).result(timeout=_SECONDS)
                yield Pack(analyzer_pb2_grpc.AnalyzerStub(channel))
        finally:
            process.kill()
