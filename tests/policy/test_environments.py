"""A second environment in the account: its roles against all that the first one's layers do, and the other way round.

Its bootstrap is deployed beside the first one's. Each environment has its own state bucket, key, boundary and roles;
what the two share is listed here, with what a role of one may do to it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from policy.conftest import attached_policies, document
from policy.evaluation import ALLOWED, DENIED, Policy, decide
from tapstack.engine.stack import LayerStack
from tapstack.lane.stack_config import config_file
from tapstack.layers import BOOTSTRAP, LAYERS

ROLE = "arn:aws:iam::000000000000:role/tapstack-api-logs"
SHARED = {
    ("iam:CreateRole", ROLE),
    ("iam:PassRole", ROLE),
    ("iam:PutRolePolicy", ROLE),
    ("iam:TagRole", ROLE),
    ("apigateway:PATCH", "arn:aws:apigateway:eu-central-1::/account"),
    ("logs:CreateLogDelivery", "*"),
    ("logs:PutResourcePolicy", "*"),
}
"""What API Gateway and AWS WAF have once per account: making them again changes nothing, and nobody may delete them."""

BESIDE = {
    ("apigateway:AddCertificateToDomain", "arn:aws:apigateway:eu-central-1::/domainnames"),
    ("wafv2:AssociateWebACL", "arn:aws:apigateway:eu-central-1::/restapis/*/stages/local"),
    ("wafv2:DisassociateWebACL", "arn:aws:apigateway:eu-central-1::/restapis/*/stages/local"),
}
"""Asked for beside another permission, which no role of another environment has: `apigateway:POST` with the
environment's tags for a domain, `apigateway:SetWebACL` for a stage, and the web ACL itself beside AWS's rule sets."""


@dataclass(frozen=True)
class Second:
    """The environment `other`.

    Attributes:
        outputs: what its bootstrap exports.
        policies: role name to the documents attached to it.
        boundary: its boundary's document.
    """

    outputs: Mapping[str, Any]
    policies: Mapping[str, list[Policy]]
    boundary: Policy


@pytest.fixture(scope="module")
def second(account: Any) -> Second:
    lane = account.lane
    folder = lane.projects / BOOTSTRAP
    settings = config_file(lane.projects, BOOTSTRAP).read_text(encoding="utf-8")
    folder.joinpath("Pulumi.other.yaml").write_text(
        settings.replace("environmentSuffix: local", "environmentSuffix: other"), encoding="utf-8"
    )
    stack = LayerStack(
        layer=BOOTSTRAP,
        name="other",
        folder=folder,
        logs=lane.folder / "logs" / "other",
        environment=lane.environment() | {"PULUMI_STACK": "other"},
    )
    stack.command("stack", "init", "other")
    # The account has the provider of identities from the first one.
    stack.command("config", "set", "manageIdentityProvider", "false")
    stack.command("config", "set", "domainName", "other.example.com")
    stack.up()
    outputs, iam = stack.outputs(), account.client("iam")
    arns = [arn for purpose in ("deploy", "drift", "preview") for arn in outputs[f"{purpose}_role_arns"].values()]
    return Second(
        outputs,
        {name: attached_policies(iam, name) for name in (arn.rpartition("/")[2] for arn in arns)},
        document(iam, f"arn:aws:iam::000000000000:policy/{outputs['permissions_boundary']}"),
    )


@pytest.mark.parametrize("layer", LAYERS)
def test_no_role_of_an_environment_changes_anything_of_another_but_what_they_share(
    account: Any, second: Second, layer: str
) -> None:
    changes = [item for asked in account.asked.values() for item in asked if item.changes]
    assert len(changes) > 200
    roles = {role: policies for role, policies in second.policies.items() if role.endswith(f"-{layer}")}
    assert len(roles) == 3
    for role, policies in roles.items():
        allowed = {
            (item.action, re.sub(r"restapis/[^/]+/", "restapis/*/", item.resource))
            for item in changes
            if decide(policies, item.action, item.resource, item.context) == ALLOWED
        }
        assert {
            item for item in allowed - SHARED if item not in BESIDE and "/managedruleset/" not in item[1]
        } == set(), role


def test_what_guards_a_stage_and_a_domain_is_denied_to_another_environment(account: Any, second: Second) -> None:
    asked = [
        item
        for item in account.asked["api-edge"]
        if item.action == "apigateway:SetWebACL"
        or (item.action == "apigateway:POST" and item.resource.endswith("/domainnames"))
        or (item.action == "wafv2:CreateWebACL" and "/webacl/" in item.resource)
    ]

    assert {item.action for item in asked} == {"apigateway:POST", "apigateway:SetWebACL", "wafv2:CreateWebACL"}
    for policies in second.policies.values():
        assert {decide(policies, item.action, item.resource, item.context) for item in asked} == {DENIED}


@pytest.mark.parametrize(
    ("action", "resource", "context"),
    [
        ("s3:GetObject", "arn:aws:s3:::{state_bucket}/.pulumi/stacks/tapstack-data/local.json", {}),
        ("s3:PutObject", "arn:aws:s3:::{state_bucket}/.pulumi/stacks/tapstack-data/local.json", {}),
        ("s3:ListBucket", "arn:aws:s3:::{state_bucket}", {}),
        (
            "apigateway:GET",
            "arn:aws:apigateway:eu-central-1::/usageplans/abc",
            {"aws:ResourceTag/Project": "tapstack-api-edge", "aws:ResourceTag/Environment": "local"},
        ),
    ],
)
def test_no_role_of_an_environment_reads_another_s_state_or_plans(
    account: Any, second: Second, action: str, resource: str, context: Mapping[str, str]
) -> None:
    arn = resource.format(**account.outputs)

    assert any(decide(each, action, arn, context) == ALLOWED for each in account.policies.values())
    assert {decide(each, action, arn, context) for each in second.policies.values()} == {DENIED}


def test_the_functions_of_an_environment_reach_no_table_queue_or_key_of_another(second: Second) -> None:
    everything = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    of_data = {"aws:ResourceTag/Project": "tapstack-data"}
    for action, resource, context in (
        ("dynamodb:GetItem", "arn:aws:dynamodb:eu-central-1:000000000000:table/tapstack-{}-merchants", {}),
        ("sqs:SendMessage", "arn:aws:sqs:eu-central-1:000000000000:tapstack-{}-notifications", {}),
        (
            "kms:Decrypt",
            "arn:aws:kms:eu-central-1:000000000000:key/1",
            {**of_data, "aws:ResourceTag/Environment": "{}"},
        ),
    ):
        decided = {
            name: decide(
                [everything],
                action,
                resource.format(name),
                {key: value.format(name) for key, value in context.items()},
                second.boundary,
            )
            for name in ("other", "local")
        }
        assert decided == {"other": ALLOWED, "local": DENIED}, action


def test_environments_share_no_role_policy_bucket_or_key(account: Any, second: Second) -> None:
    def names(outputs: Mapping[str, Any]) -> set[str]:
        return {value for value in outputs.values() if isinstance(value, str)} | {
            arn for value in outputs.values() if isinstance(value, dict) for arn in value.values()
        }

    assert names(account.outputs) & names(second.outputs) == set()
