"""Runs a layer's program against Pulumi's mocks and says what it registered and exported."""

import asyncio
import contextlib
import json
import multiprocessing
import os
import runpy
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from unittest import mock

import pulumi
from pulumi import Output
from pulumi.runtime import stack as program
from pulumi.runtime.mocks import MockMonitor

from support.used_files import UsedFiles
from tapstack.account_names import project_name
from tapstack.checkout import CHECKOUT

ACCOUNT = "123456789012"
REGION = "eu-central-1"
CONCURRENT_EXECUTIONS = 400
"""The account's quota; a new account may have 10."""

HOSTED_ZONES: Mapping[str, Mapping[str, Any]] = {
    "ZPUBLIC": {"name": "example.com", "privateZone": False},
    "ZPRIVATE": {"name": "example.com", "privateZone": True},
    "ZANOTHER": {"name": "ample.com", "privateZone": False},
}
"""The account's hosted zones by their ids."""

# A server that has imported the SDKs and nothing else: each program begins with them fresh, and soon.
_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["pulumi", "pulumi_aws"])

# EC2's ids have a shape that contracts hold them to.
_ID_PREFIXES = {
    "aws:ec2/vpc:Vpc": "vpc",
    "aws:ec2/subnet:Subnet": "subnet",
    "aws:ec2/securityGroup:SecurityGroup": "sg",
}


class ProgramError(Exception):
    """The program ended with an error."""


@dataclass(frozen=True)
class Registered:
    """A resource the program registered."""

    type: str
    name: str
    inputs: Mapping[str, Any]
    dependencies: frozenset[str]
    """The URNs of all resources it depends on."""
    by: Mapping[str, frozenset[str]]
    """The URNs of those that an input takes its value from, by the input's name."""


@dataclass
class Program:
    """What a run of a layer's program came to."""

    resources: list[Registered] = field(default_factory=list)
    outputs: dict[str, Any] = field(default_factory=dict)
    files: frozenset[str] = frozenset()
    """The files of the checkout it executed or opened."""

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
        self.requests: dict[tuple[str, str], Any] = {}

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        if args.typ == "pulumi:pulumi:StackReference":
            name = args.inputs["name"]
            return name, {"name": name, "outputs": dict(self.upstream[name]), "secretOutputNames": []}
        request = self.requests[args.typ, args.name]
        by = {name: frozenset(found.urns) for name, found in request.propertyDependencies.items()}
        self.registered.append(Registered(args.typ, args.name, args.inputs, frozenset(request.dependencies), by))
        made = {
            "arn": f"arn:aws:mock:{REGION}:{ACCOUNT}:{args.name}",
            "invokeArn": f"arn:aws:apigateway:{REGION}:lambda:path/{args.name}",
            "streamArn": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:stream/{args.name}",
            "url": f"https://sqs/{args.name}",
            "version": "9",
            "invokeUrl": f"https://api/{args.inputs.get('stageName')}",
            "rootResourceId": "root",
            "executionArn": f"arn:aws:execute-api:{REGION}:{ACCOUNT}:rest",
            "publicIp": "203.0.113.1",
            "prefixListId": f"prefix-list-of-{args.name}",
            "keyId": f"key-id-of-{args.name}",
            "allocationId": f"allocation-of-{args.name}",
            "base64": "c2VjcmV0",
            "path": f"/{args.inputs.get('pathPart')}",
            "regionalDomainName": f"d-{args.name}.execute-api.{REGION}.amazonaws.com",
            "regionalZoneId": "Z1OFAWS",
            "fqdn": args.inputs.get("name"),
            "domainValidationOptions": [
                {"resourceRecordName": "_1.proof", "resourceRecordType": "CNAME", "resourceRecordValue": "_2.acm"}
            ],
        }
        if args.typ == "aws:apigateway/apiKey:ApiKey":
            made["value"] = f"the-value-of-the-api-key-{args.name}"
        prefix = _ID_PREFIXES.get(args.typ)
        made_id = f"{prefix}-{args.name.encode().hex()}" if prefix else f"{args.name}-id"
        return made_id, {**made, **args.inputs}

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
            "aws:servicequotas/getServiceQuota:getServiceQuota": {"value": float(CONCURRENT_EXECUTIONS)},
            "aws:iam/getRoles:getRoles": {"names": [], "arns": []},
            "aws:route53/getZone:getZone": HOSTED_ZONES.get(args.args.get("zoneId", "")),
            "aws:index/getAvailabilityZones:getAvailabilityZones": {"names": [f"{REGION}{zone}" for zone in "abc"]},
            "aws:iam/getOpenIdConnectProvider:getOpenIdConnectProvider": {
                "arn": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{args.args.get('url', '').removeprefix('https://')}"
            },
        }[args.token]


@contextlib.contextmanager
def _requests_kept(cloud: _Cloud) -> Iterator[None]:
    """Let the mocks see the requests themselves: what Pulumi hands to them leaves the dependencies out."""
    register: Callable[[MockMonitor, Any], Any] = MockMonitor.RegisterResource

    def keep(monitor: MockMonitor, request: Any) -> Any:
        cloud.requests[request.type, request.name] = request
        return register(monitor, request)

    with mock.patch.object(MockMonitor, "RegisterResource", keep):
        yield


@contextlib.contextmanager
def _modules_of(layer: str, projects: Path) -> Iterator[str]:
    """The projects' modules have the same names: each run begins and ends without any."""
    folder = projects / layer
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


def run_program(
    layer: str,
    config: Mapping[str, Any],
    upstream: Mapping[str, Mapping[str, Any]],
    answers: Mapping[str, Any] | None = None,
    projects: Path = CHECKOUT / "projects",
) -> Program:
    """Run a layer's program.

    Args:
        layer: whose program.
        config: setting name to JSON-able value.
        upstream: what each layer that is up has exported.
        answers: dotted name of a function to what it answers in this run, in place of its own answer.
        projects: the folder with the four projects.

    Raises:
        ProgramError: the program ended with an error.
    """
    # In a process of its own: what a failing program leaves under way in the SDK would hold up the next run.
    heard, told = _PROCESSES.Pipe(duplex=False)
    process = _PROCESSES.Process(target=_report, args=(told, layer, config, upstream, answers or {}, projects))
    process.start()
    told.close()
    try:
        resources, outputs, files, error = heard.recv()
    except EOFError:
        resources, outputs, files, error = [], {}, frozenset(), f"the program of {layer} ended without a word"
    finally:
        process.join()
    if error:
        raise ProgramError(error)
    return Program(resources, outputs, files)


def _report(
    told: Connection,
    layer: str,
    config: Mapping[str, Any],
    upstream: Mapping[str, Mapping[str, Any]],
    answers: Mapping[str, Any],
    projects: Path,
) -> None:
    cloud = _Cloud({f"organization/{project_name(name)}/dev": outputs for name, outputs in upstream.items()})
    used = UsedFiles()
    try:
        with contextlib.ExitStack() as replaced:
            for name, answer in answers.items():
                replaced.enter_context(mock.patch(name, return_value=answer))
            replaced.enter_context(_requests_kept(cloud))
            outputs = asyncio.run(_deploy(cloud, layer, config, projects))
    except Exception as error:  # noqa: BLE001 - it is the parent's to raise
        told.send(([], {}, frozenset(), f"{error}"))
    else:
        told.send((cloud.registered, outputs, used.found(), None))
    # Not an ordinary end: that would wait for what the program left under way.
    os._exit(0)


async def _deploy(cloud: _Cloud, layer: str, config: Mapping[str, Any], projects: Path) -> dict[str, Any]:
    project = project_name(layer)
    pulumi.runtime.set_mocks(cloud, project=project, stack="dev", organization="organization")
    pulumi.runtime.set_all_config({f"{project}:{name}": _as_config(value) for name, value in config.items()})
    root: Any = pulumi.runtime.get_root_resource()
    with _modules_of(layer, projects) as main:
        runpy.run_path(main, run_name="__main__")
    await program.wait_for_rpcs()
    return {name: await Output.from_input(value).future() for name, value in root.outputs.items()}


def _as_config(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
