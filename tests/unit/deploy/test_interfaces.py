"""Roles of functions in subnets outlive the network interfaces that Lambda frees by them."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tapstack.console.errors import UserError
from tapstack.deploy import interfaces
from tapstack.deploy.deployment import destroy_waves

GROUP = "aws:ec2/securityGroup:SecurityGroup"
FUNCTION = "aws:lambda/function:Function"
ROLE = "aws:iam/role:Role"


def resource(kind: str, name: str, **outputs: Any) -> dict[str, Any]:
    urn = f"urn:pulumi:dev::project::{kind}::{name}"
    return {"type": kind, "urn": urn, "id": name, "custom": True, "outputs": outputs}


PLACED = resource(FUNCTION, "validator", vpcConfig={"subnetIds": ["subnet-1"]})
TRUSTS_LAMBDA = resource(ROLE, "validator", assumeRolePolicy='{"Service": "lambda.amazonaws.com"}')
ARN = "arn:aws:ec2:eu-central-1:000000000000:security-group/sg-1"


class Ec2:
    """Tells of fewer interfaces each time it is asked."""

    def __init__(self, *left: int) -> None:
        self.left = [*left]
        self.asked: list[Any] = []

    def client(self, service: str) -> Any:
        assert service == "ec2"
        return self

    def get_paginator(self, operation: str) -> Any:
        assert operation == "describe_network_interfaces"
        return self

    def paginate(self, *, Filters: Any) -> list[dict[str, Any]]:  # noqa: N803 - the SDK's
        self.asked.append(Filters)
        if not self.left:
            raise ClientError(
                {"Error": {"Code": "UnauthorizedOperation", "Message": "no"}}, "DescribeNetworkInterfaces"
            )
        count = self.left.pop(0) if self.left[1:] else self.left[0]
        endpoint = {"InterfaceType": "vpc_endpoint"}
        return [{"NetworkInterfaces": [endpoint, *[{"InterfaceType": "lambda"}] * count]}]


@pytest.fixture
def destroyed(script: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[Ec2], list[tuple[str, ...]]]:
    """Destroy the layer `compute`, and tell what the engine was told to do."""
    script.states |= {
        "network": {"resources": [resource(GROUP, "sg-1", arn=ARN)]},
        "compute": {"resources": [PLACED, TRUSTS_LAMBDA]},
    }
    monkeypatch.setattr(interfaces, "LONGEST_SECONDS", 45)
    monkeypatch.setattr(script.stop, "wait", lambda seconds: False)
    told: list[tuple[str, ...]] = []
    kind = type(script.stack("compute"))
    original = kind.destroy

    def destroy(self: Any, *options: str, listener: Any = None) -> Any:
        told.append(options)
        return original(self, *options, listener=listener)

    monkeypatch.setattr(kind, "destroy", destroy)

    def run(ec2: Ec2) -> list[tuple[str, ...]]:
        monkeypatch.setattr(interfaces, "Aws", lambda environment, arn: ec2)
        destroy_waves(script, [["compute"]])
        return told

    return run


FUNCTIONS_FIRST = (f"--target={PLACED['urn']}", "--target-dependents")


def test_functions_go_first_and_their_roles_when_no_interface_is_left(
    destroyed: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    ec2 = Ec2(2, 1, 0)

    assert destroyed(ec2) == [FUNCTIONS_FIRST, ()]
    assert len(ec2.asked) == 3
    assert {"Name": "group-id", "Values": ["sg-1"]} in ec2.asked[0]
    assert "2 network interfaces of functions left; AWS takes up to 45 minutes" in capsys.readouterr().err


def test_roles_are_kept_while_an_interface_is_there_and_the_next_run_goes_on(
    script: Any, destroyed: Callable[..., Any]
) -> None:
    with pytest.raises(UserError, match=r"1 network interface of functions still there.*go on: .*destroy compute"):
        destroyed(Ec2(1))
    script.states["compute"] = {"resources": [TRUSTS_LAMBDA]}

    ec2 = Ec2(1, 0)
    assert destroyed(ec2) == [FUNCTIONS_FIRST, ()]
    assert len(ec2.asked) == 2


def test_interfaces_that_cannot_be_looked_at_keep_the_roles(destroyed: Callable[..., Any]) -> None:
    with pytest.raises(
        UserError, match=r"network interfaces of functions cannot be looked at: .*UnauthorizedOperation"
    ):
        destroyed(Ec2())


def test_functions_of_another_layer_in_the_subnets_need_the_interfaces_still(
    script: Any, destroyed: Callable[..., Any]
) -> None:
    script.states["api-edge"] = {"resources": [PLACED]}

    ec2 = Ec2(1)
    assert destroyed(ec2) == [FUNCTIONS_FIRST, ()]
    assert ec2.asked == []


@pytest.mark.parametrize("resources", [[resource(GROUP, "sg-2")], [resource(FUNCTION, "validator"), TRUSTS_LAMBDA]])
def test_without_roles_or_without_a_network_there_is_nothing_to_wait_for(
    script: Any, destroyed: Callable[..., Any], resources: list[Any]
) -> None:
    script.states |= {"network": {}, "compute": {"resources": resources}}

    assert destroyed(Ec2()) == [()]
