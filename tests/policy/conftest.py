"""One lane for the folder: an account that is bootstrapped, and all that its layers called from up to destroy."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from policy.authorizations import Authorization, World, authorizations
from policy.evaluation import Policy
from policy.written import Written, written
from tapstack.deploy.deployment import destroy_waves
from tapstack.deploy.drift.additions import additions, asked_of
from tapstack.lane.environment import LaneEnvironment
from tapstack.lane.lane import Lane
from tapstack.lane.workspace import scratch_lane
from tapstack.layers import BOOTSTRAP, BY_NAME, LAYERS
from tapstack.providers.calls import VARIABLE

BOUNDARY = "tapstack-local-boundary"


@dataclass(frozen=True)
class MadeRole:
    """A role that a layer has made."""

    name: str
    boundary: str | None
    policies: list[Policy]


@dataclass(frozen=True)
class Account:
    """A bootstrapped account whose layers have come and gone.

    Attributes:
        lane: its lane.
        outputs: what the bootstrap exports.
        policies: role name to the documents attached to it.
        boundary: the boundary's document.
        asked: layer to what IAM is asked for its `up`, its `refresh`, what `drift` looks at beside it, and its
            `destroy`; a second `up` asks for nothing.
        made: the roles the layers have made.
        types: layer to the types of its resources.
        world: the layers' resources as they were.
        written: every policy that the bootstrap and the layers have written.
    """

    lane: Lane
    outputs: Mapping[str, Any]
    policies: Mapping[str, list[Policy]]
    boundary: Policy
    asked: Mapping[str, list[Authorization]]
    made: list[MadeRole]
    types: Mapping[str, set[str]]
    world: World
    written: list[Written]

    def client(self, service: str) -> Any:
        return emulator_client(self.lane, service)


def emulator_client(lane: Lane, service: str) -> Any:
    return boto3.client(  # type: ignore[call-overload]
        service,
        endpoint_url=lane.require_running().url,
        region_name="eu-central-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


@pytest.fixture(scope="session")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    root = tmp_path_factory.mktemp("account")
    with scratch_lane(root) as lane, pytest.MonkeyPatch.context() as environment:
        zone = hosted_zone(lane)
        bootstrap = lane.stack(BOOTSTRAP)
        bootstrap.init()
        for name, value in {**zone, "truststoreUri": "s3://trusted/clients.pem"}.items():
            bootstrap.command("config", "set", name, value)
        bootstrap.up()
        iam = emulator_client(lane, "iam")
        for layer in LAYERS:
            stack = lane.stack(layer)
            stack.init()
            stack.command("config", "set", "permissionsBoundary", BOUNDARY)
            for name, value in {"network": {"natGateways": "1"}, "api-edge": zone}.get(layer, {}).items():
                stack.command("config", "set", name, value)
            environment.setenv(VARIABLE, f"{root / layer}.jsonl")
            lane.stack(layer).up()
        by_layer = {layer: exported(lane, layer) for layer in LAYERS}
        resources = [resource for found in by_layer.values() for resource in found]
        made = [made_role(iam, resource["id"]) for resource in resources if resource["type"] == "aws:iam/role:Role"]
        for layer in LAYERS:
            environment.setenv(VARIABLE, f"{root / layer}.jsonl")
            lane.stack(layer).refresh()
        for layer in LAYERS:
            look_for_additions(lane, layer, by_layer, root / f"{layer}.jsonl")
        for layer in reversed(LAYERS):
            environment.setenv(VARIABLE, f"{root / layer}.jsonl")
            destroy_waves(LaneEnvironment(lane), [[layer]])
        environment.delenv(VARIABLE)

        outputs = lane.stack(BOOTSTRAP).outputs()
        roles = [arn for purpose in ("deploy", "drift", "preview") for arn in outputs[f"{purpose}_role_arns"].values()]
        roles.append(outputs["smoke_role_arn"])
        world = World(resources)
        made_once = exported(lane, BOOTSTRAP)
        yield Account(
            lane=lane,
            outputs=outputs,
            policies={name: attached_policies(iam, name) for name in (arn.rpartition("/")[2] for arn in roles)},
            boundary=document(iam, f"arn:aws:iam::000000000000:policy/{BOUNDARY}"),
            asked={layer: asked(root / f"{layer}.jsonl", world) for layer in LAYERS},
            made=made,
            types={layer: {resource["type"] for resource in found} for layer, found in by_layer.items()},
            world=world,
            written=list(written([*made_once, *resources])),
        )


def hosted_zone(lane: Lane) -> dict[str, str]:
    """Make the hosted zone that an account's owner has, and give the settings for a domain in it."""
    made = emulator_client(lane, "route53").create_hosted_zone(Name="example.com", CallerReference="once")
    return {"domainName": "api.example.com", "hostedZoneId": made["HostedZone"]["Id"].rpartition("/")[2]}


def look_for_additions(lane: Lane, layer: str, states: Mapping[str, list[dict[str, Any]]], record: Path) -> None:
    """Look for what others added to a layer's things, with a record of the calls like the providers'.

    There is nothing: neither with all states, nor with those that a team's role reads, its own and those before it.
    """
    readable = (layer, *BY_NAME[layer].reads)
    own = states[layer]
    asked = asked_of(LaneEnvironment(lane), own)

    def ask(service: str, operation: str, params: Mapping[str, Any], region: str | None) -> Mapping[str, Any]:
        name = emulator_client(lane, service).meta.method_to_api_mapping[operation]
        with record.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"service": service, "operation": name, "params": params}) + "\n")
        return asked(service, operation, params, region)

    for read in (LAYERS, readable):
        everything = [resource for name in read for resource in states[name]]
        found = additions(own, everything, [name for name in LAYERS if name not in read], ask)
        assert (found.additions, found.unseen) == ([], [])


def exported(lane: Lane, layer: str) -> list[dict[str, Any]]:
    state = json.loads(lane.stack(layer).command("stack", "export"))
    return [resource for resource in state["deployment"]["resources"] if resource["custom"]]


def asked(record: Path, world: World) -> list[Authorization]:
    lines = [json.loads(line) for line in record.read_text(encoding="utf-8").splitlines()]
    found = [item for call in lines for item in authorizations(call, world)]
    # Once each, in the order of their first time: a context is a mapping, and has no hash.
    return list({(f"{item}", json.dumps(item.context, sort_keys=True)): item for item in found}.values())


def made_role(iam: Any, name: str) -> MadeRole:
    role = iam.get_role(RoleName=name)["Role"]
    names = iam.list_role_policies(RoleName=name)["PolicyNames"]
    inline = [iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"] for policy in names]
    return MadeRole(name, role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"), inline)


def attached_policies(iam: Any, role: str) -> list[Policy]:
    attached = iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    return [document(iam, policy["PolicyArn"]) for policy in attached]


def document(iam: Any, arn: str) -> Policy:
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    found: Policy = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    return found
