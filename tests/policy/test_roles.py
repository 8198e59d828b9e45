"""Each layer's roles against all that the layers called on the lane: own calls, the others' calls, looking alone."""

from typing import Any

import pytest

from policy.authorizations import ACCOUNT, REGION, Authorization
from policy.evaluation import ALLOWED, DENIED, decide
from tapstack.layers import LAYERS

LOOKING = ("drift", "preview")
LOGS_BOUNDARY = "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
LOGS_POLICY = {
    "Statement": [
        {
            "Effect": "Allow",
            "Action": [
                "logs:CreateLogGroup",
                "logs:CreateLogStream",
                "logs:DescribeLogGroups",
                "logs:DescribeLogStreams",
                "logs:PutLogEvents",
                "logs:GetLogEvents",
                "logs:FilterLogEvents",
            ],
            "Resource": "*",
        }
    ]
}
"""AWS's own policy of that name, as AWS publishes it:
https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonAPIGatewayPushToCloudWatchLogs.html"""


def refused(account: Any, role: str, asked: list[Authorization]) -> list[str]:
    policies = account.policies[role]
    return [f"{item}" for item in asked if decide(policies, item.action, item.resource, item.context) != ALLOWED]


def let_through(account: Any, role: str, asked: list[Authorization]) -> list[str]:
    policies = account.policies[role]
    return [f"{item}" for item in asked if decide(policies, item.action, item.resource, item.context) != DENIED]


@pytest.mark.parametrize("layer", LAYERS)
def test_a_deploy_role_may_do_all_that_its_layer_does(account: Any, layer: str) -> None:
    assert len(account.asked[layer]) > 40, "the record of calls is not where this test looks"
    assert refused(account, f"tapstack-local-deploy-{layer}", account.asked[layer]) == []


@pytest.mark.parametrize("other", LAYERS)
@pytest.mark.parametrize("layer", LAYERS)
def test_a_deploy_role_changes_nothing_of_another_layer(account: Any, layer: str, other: str) -> None:
    if layer != other:
        changes = [item for item in account.asked[other] if item.changes]
        assert changes
        assert let_through(account, f"tapstack-local-deploy-{layer}", changes) == []


@pytest.mark.parametrize("purpose", LOOKING)
@pytest.mark.parametrize("layer", LAYERS)
def test_a_role_that_looks_may_look_at_all_that_its_layer_makes(account: Any, layer: str, purpose: str) -> None:
    looks = [item for item in account.asked[layer] if not item.changes]
    assert looks
    assert refused(account, f"tapstack-local-{purpose}-{layer}", looks) == []


@pytest.mark.parametrize("purpose", LOOKING)
@pytest.mark.parametrize("layer", LAYERS)
def test_a_role_that_looks_changes_nothing_of_any_layer(account: Any, layer: str, purpose: str) -> None:
    changes = [item for asked in account.asked.values() for item in asked if item.changes]
    assert let_through(account, f"tapstack-local-{purpose}-{layer}", changes) == []


def masked_log_groups(account: Any) -> list[tuple[str, str]]:
    """List the layer and the ARN of every log group with a data-protection policy.

    The emulator has none of these policies, so no call for one is on record.
    """
    groups = account.world.of_type("aws:cloudwatch/logGroup:LogGroup")
    layers = {group["name"]: group["tags"]["Layer"] for group in groups}
    policies = account.world.of_type("aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy")
    names = [policy["logGroupName"] for policy in policies]
    return [(layers[name], f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}") for name in names]


def may(account: Any, role: str, action: str, resource: str) -> bool:
    return decide(account.policies[role], action, resource, {}) == ALLOWED


def test_a_layer_s_roles_may_mask_card_numbers_in_its_own_log_groups_and_nobody_s_may_see_them(account: Any) -> None:
    masked = masked_log_groups(account)
    assert [layer for layer, _ in masked].count("compute") == 3
    assert [layer for layer, _ in masked].count("api-edge") == 2
    for owner, arn in masked:
        for layer in LAYERS:
            for action in ("Put", "Delete", "Get"):
                asked = f"logs:{action}DataProtectionPolicy"
                assert may(account, f"tapstack-local-deploy-{layer}", asked, arn) == (layer == owner), (
                    layer,
                    asked,
                    arn,
                )
                looks = layer == owner and action == "Get"
                for purpose in LOOKING:
                    assert may(account, f"tapstack-local-{purpose}-{layer}", asked, arn) == looks, (layer, asked, arn)
            assert not may(account, f"tapstack-local-deploy-{layer}", "logs:Unmask", arn)
            for purpose in LOOKING:
                assert not may(account, f"tapstack-local-{purpose}-{layer}", "logs:Unmask", arn)
        assert decide([account.boundary], "logs:Unmask", arn, {}) != ALLOWED


def test_every_role_a_layer_makes_is_bounded_and_within_the_boundary(account: Any) -> None:
    assert {role.name for role in account.made} == {
        "tapstack-api-logs",
        *(f"tapstack-local-{name}" for name in ("flow-logs", "validator", "fraud-detector", "notifier")),
    }
    for role in account.made:
        shared = role.name == "tapstack-api-logs"
        own = "arn:aws:iam::000000000000:policy/tapstack-local-boundary"
        assert role.boundary == (LOGS_BOUNDARY if shared else own)
        granted = [
            (action, resource)
            for policy in role.policies
            for statement in policy["Statement"]
            for action in statement["Action"]
            for resource in (
                [statement["Resource"]] if isinstance(statement["Resource"], str) else statement["Resource"]
            )
        ]
        outside = [
            (role.name, action, resource)
            for action, resource in granted
            if decide([LOGS_POLICY if shared else account.boundary], action, resource, tags_of(account, resource))
            != ALLOWED
        ]
        assert granted
        assert outside == []


def tags_of(account: Any, resource: str) -> dict[str, str]:
    return {f"aws:ResourceTag/{key}": value for key, value in account.world.tags(resource, "").items()}


@pytest.mark.parametrize("purpose", ["deploy", *LOOKING])
@pytest.mark.parametrize(
    ("layer", "service"),
    [
        # https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html
        ("compute", "lambda"),
        # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
        ("api-edge", "dynamodb"),
    ],
)
def test_who_reads_variables_may_have_the_data_layer_s_key_decrypt_them(
    account: Any, layer: str, service: str, purpose: str
) -> None:
    key = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd"
    tags = {f"aws:ResourceTag/{name}": tag for name, tag in account.world.of_type("aws:kms/key:Key")[0]["tags"].items()}

    def answer(via: str, **other: str) -> str:
        context = {**tags, "kms:ViaService": f"{via}.{REGION}.amazonaws.com", **other}
        return decide(account.policies[f"tapstack-local-{purpose}-{layer}"], "kms:Decrypt", key, context)

    assert answer(service) == ALLOWED
    assert answer("s3") != ALLOWED
    assert answer(service, **{"aws:ResourceTag/Environment": "another"}) != ALLOWED
