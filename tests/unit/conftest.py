"""Runs a layer's program against Pulumi's mocks and says what it registered and exported."""

import asyncio
import contextlib
import dataclasses
import json
import multiprocessing
import os
import runpy
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, get_origin, get_type_hints

import pulumi
import pytest
from pulumi import Output
from pulumi.runtime import stack as program

from tapstack.contracts import ComputeContract, Contract, DataContract, NetworkContract, contract_of
from tapstack.layers import project_name
from tapstack_local.checkout import CHECKOUT

ACCOUNT = "123456789012"
REGION = "eu-central-1"


_FORK = multiprocessing.get_context("fork")


class ProgramError(Exception):
    """The program ended with an error."""


@dataclass(frozen=True)
class Registered:
    """A resource the program registered."""

    type: str
    name: str
    inputs: Mapping[str, Any]


@dataclass
class Program:
    """What a run of a layer's program came to."""

    resources: list[Registered] = field(default_factory=list)
    outputs: dict[str, Any] = field(default_factory=dict)

    def all(self, kind: str) -> list[Registered]:
        return [resource for resource in self.resources if resource.type.endswith(f":{kind}")]

    def one(self, kind: str, name: str | None = None) -> Mapping[str, Any]:
        found = [resource for resource in self.all(kind) if name in (None, resource.name)]
        assert len(found) == 1, f"{len(found)} resources {kind} {name or ''}"
        return found[0].inputs


class _Cloud(pulumi.runtime.Mocks):
    def __init__(self, upstream: Mapping[str, Mapping[str, Any]]) -> None:
        self.upstream = upstream
        self.registered: list[Registered] = []

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        if args.typ == "pulumi:pulumi:StackReference":
            name = args.inputs["name"]
            return name, {"name": name, "outputs": dict(self.upstream[name]), "secretOutputNames": []}
        self.registered.append(Registered(args.typ, args.name, args.inputs))
        made = {
            "arn": f"arn:aws:mock:{REGION}:{ACCOUNT}:{args.name}",
            "invokeArn": f"invoke:{args.name}",
            "streamArn": f"arn:stream:{args.name}",
            "url": f"https://sqs/{args.name}",
            "version": "1",
            "invokeUrl": f"https://api/{args.inputs.get('stageName')}",
            "rootResourceId": "root",
            "executionArn": "arn:execute",
            "publicIp": "203.0.113.1",
            "base64": "c2VjcmV0",
            "path": f"/{args.inputs.get('pathPart')}",
        }
        if args.typ == "aws:apigateway/apiKey:ApiKey":
            made["value"] = f"key-of-{args.name}"
        return f"{args.name}-id", {**made, **args.inputs}

    def call(self, args: pulumi.runtime.MockCallArgs) -> Any:
        if args.token == "pulumi:pulumi:readStackOutputs":
            name = args.args["name"]
            if name not in self.upstream:
                raise RuntimeError(f"unknown stack {name!r}")
            return {"name": name, "outputs": dict(self.upstream[name])}
        return {
            "aws:index/getCallerIdentity:getCallerIdentity": {"accountId": ACCOUNT},
            "aws:index/getRegion:getRegion": {"region": REGION},
            "aws:index/getPartition:getPartition": {"partition": "aws"},
            "aws:index/getAvailabilityZones:getAvailabilityZones": {"names": [f"{REGION}{zone}" for zone in "abc"]},
        }[args.token]


def exported_by(contract: type[Contract], **known: Any) -> dict[str, Any]:
    """Make up what a layer exports: a text for each field, but for those that are named."""
    types = get_type_hints(contract)
    made_up: dict[str, Any] = {"contract_version": contract.VERSION, "environment_suffix": "dev"}
    for item in dataclasses.fields(contract):
        kind = f"{types[item.name]}"
        value: Any = f"{contract.LAYER}-{item.name}"
        if "list" in kind:
            value = [value]
        elif "Mapping" in kind:
            value = {"acme": value}
        made_up[item.name] = value if get_origin(types[item.name]) is Output else known.get(item.name)
    return made_up | known


UPSTREAM: dict[str, Callable[[], dict[str, Any]]] = {
    "network": lambda: exported_by(NetworkContract, has_egress=False),
    "data": lambda: exported_by(DataContract, merchant_ids=["acme", "globex"]),
    "compute": lambda: exported_by(ComputeContract),
}

RunLayer = Callable[..., Program]


@contextlib.contextmanager
def _modules_of(layer: str) -> Iterator[str]:
    """The projects' modules have the same names: each run begins and ends without any."""
    folder = CHECKOUT / "projects" / layer
    names = {path.stem for path in folder.glob("*.py")}
    before = {name: sys.modules.pop(name) for name in names if name in sys.modules and name != "__main__"}
    sys.path.insert(0, str(folder))
    try:
        yield str(folder / "__main__.py")
    finally:
        sys.path.remove(str(folder))
        for name in names - {"__main__"}:
            sys.modules.pop(name, None)
        sys.modules.update(before)


@pytest.fixture
def run_layer(monkeypatch: pytest.MonkeyPatch) -> RunLayer:
    """Run a layer's program.

    Args of the returned function: the layer; `config`, setting name to JSON-able value; `upstream`, layer to outputs.
    """

    def run(
        layer: str, config: Mapping[str, Any] | None = None, upstream: Mapping[str, Mapping[str, Any]] | None = None
    ) -> Program:
        stacks = {name: make() for name, make in UPSTREAM.items()} if upstream is None else upstream
        cloud = _Cloud({f"organization/{project_name(name)}/dev": outputs for name, outputs in stacks.items()})
        project = project_name(layer)
        settings = {f"{project}:{name}": _as_config(value) for name, value in (config or {}).items()}

        async def deploy() -> dict[str, Any]:
            pulumi.runtime.set_mocks(cloud, project=project, stack="dev", organization="organization")
            pulumi.runtime.set_all_config(settings)
            root: Any = pulumi.runtime.get_root_resource()
            with _modules_of(layer) as main:
                runpy.run_path(main, run_name="__main__")
            await program.wait_for_rpcs()
            return {name: await Output.from_input(value).future() for name, value in root.outputs.items()}

        def child() -> None:
            try:
                outputs = asyncio.run(deploy())
                told.send((cloud.registered, outputs, None))
            except Exception as error:  # noqa: BLE001 - it is the parent's to raise
                told.send(([], {}, f"{error}"))
            os._exit(0)

        # In a process of its own: what a failing program leaves under way in the SDK would hold up the next run.
        heard, told = _FORK.Pipe(duplex=False)
        process = _FORK.Process(target=child)
        process.start()
        resources, outputs, error = heard.recv()
        process.join()
        if error:
            raise ProgramError(error)
        return Program(resources, outputs)

    return run


def _as_config(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


@pytest.fixture
def upstream() -> dict[str, dict[str, Any]]:
    """What the layers before the edge export, to change and hand to `run_layer`."""
    return {name: make() for name, make in UPSTREAM.items()}


@pytest.fixture
def promised() -> Callable[[str], set[str]]:
    """Give the outputs that a layer's contract promises."""
    return lambda layer: {item.name for item in dataclasses.fields(contract_of(layer))}
