"""Network interfaces of functions in subnets: their roles stay until Lambda has taken the interfaces away.

Lambda makes an interface for each pair of subnet and security group that functions have, and takes it away some time
after the last of them is gone, by the role of the function. With the role gone before that, the interface stays, and
neither its subnet nor its group can be deleted:
https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html

    destroy functions and what depends on them → wait until their interfaces are gone → destroy the rest
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from tapstack.console.errors import UserError
from tapstack.console.words import counted
from tapstack.deploy.drift.differences import FUNCTION
from tapstack.engine.aws import Aws
from tapstack.engine.environment import Environment
from tapstack.engine.state import LayerState, state_of, states_of

LONGEST_SECONDS: Final = 45 * 60
"""What AWS and its provider give Lambda for it."""
_EVERY_SECONDS: Final = 15
GROUP: Final = "aws:ec2/securityGroup:SecurityGroup"
_ROLE: Final = "aws:iam/role:Role"
_LAMBDA: Final = "lambda.amazonaws.com"


def placed_functions(resources: Iterable[Mapping[str, Any]]) -> list[str]:
    """List the URNs of the functions of a state that are in subnets."""
    return [
        item["urn"]
        for item in resources
        if item["type"] == FUNCTION and ((item.get("outputs") or {}).get("vpcConfig") or {}).get("subnetIds")
    ]


def wait_for_interfaces(environment: Environment, layer: str, told: Callable[[str], None]) -> None:
    """Wait until Lambda has taken away the interfaces that a layer's roles are needed for.

    A layer without roles of functions needs none. Where a function of another layer is in the subnets too, the
    interfaces are its own as well and stay.

    Args:
        environment: whose.
        layer: whose functions are gone; its roles are there.
        told: hears, now and then, how many are left.

    Raises:
        UserError: AWS cannot be asked, or they are there after 45 minutes.
    """
    if not _has_roles(state_of(environment, layer)):
        return
    others = [state for name, state in states_of(environment, ()).items() if name != layer]
    if any(placed_functions(state.resources) for state in others):
        return
    groups = {item["id"]: _arn(item) for state in others for item in state.resources if item["type"] == GROUP}
    if not groups:
        return
    kept = "their roles are kept, as Lambda frees interfaces by them"
    wait_until_free(environment, Aws(environment, groups.values), list(groups), told, kept=kept)


def wait_until_free(
    environment: Environment, aws: Aws, groups: list[str], told: Callable[[str], None], *, kept: str
) -> None:
    """Wait until no function has a network interface in some security groups.

    Args:
        environment: whose.
        aws: where they are.
        groups: their ids.
        told: hears, now and then, how many are left.
        kept: what becomes of it where they stay.

    Raises:
        UserError: AWS cannot be asked, or they are there after 45 minutes.
    """
    for _ in range(0, LONGEST_SECONDS, _EVERY_SECONDS):
        left = _interfaces(aws, groups)
        if not left:
            return
        told(f"{counted(left, 'network interface')} of functions left; AWS takes up to 45 minutes to free them")
        if environment.stop.wait(_EVERY_SECONDS):
            raise UserError("stopped while network interfaces of functions are still there")
    raise UserError(f"{counted(left, 'network interface')} of functions still there after 45 minutes; {kept}")


def _interfaces(aws: Aws, groups: list[str]) -> int:
    filters = [{"Name": "group-id", "Values": groups}, {"Name": "interface-type", "Values": ["lambda"]}]
    try:
        pages = aws.client("ec2").get_paginator("describe_network_interfaces").paginate(Filters=filters)
        found = [item for page in pages for item in page["NetworkInterfaces"]]
    except (ClientError, BotoCoreError) as error:
        raise UserError(f"network interfaces of functions cannot be looked at: {error}") from error
    # The emulator knows fewer filters than AWS.
    return sum(item.get("InterfaceType") == "lambda" for item in found)


def _has_roles(state: LayerState) -> bool:
    roles = [item.get("outputs") or {} for item in state.resources if item["type"] == _ROLE]
    return any(_LAMBDA in f"{role.get('assumeRolePolicy')}" for role in roles)


def _arn(resource: Mapping[str, Any]) -> str:
    return f"{(resource.get('outputs') or {}).get('arn')}"
