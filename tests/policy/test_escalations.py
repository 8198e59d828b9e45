"""What somebody who holds a layer's deploy role would try next."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from policy import reference
from policy.evaluation import ALLOWED, DENIED, Context, decide
from tapstack.layers import BY_NAME, LAYERS

IAM = "arn:aws:iam::000000000000"
BOUNDARY = f"{IAM}:policy/tapstack-local-boundary"
STATE = "arn:aws:s3:::tapstack-local-state-000000000000-eu-central-1"
STATE_KEY = "arn:aws:kms:eu-central-1:000000000000:key/state"
EC2 = "arn:aws:ec2:eu-central-1:000000000000"
LOGS_BOUNDARY = "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
BOUNDED: Mapping[str, str] = {"iam:PermissionsBoundary": BOUNDARY}
ADMINISTRATOR: Mapping[str, str] = {"iam:PermissionsBoundary": "arn:aws:iam::aws:policy/AdministratorAccess"}

# The one role of each layer that makes roles.
ROLES: Mapping[str, str] = {
    "network": "tapstack-local-flow-logs",
    "compute": "tapstack-local-validator",
    "api-edge": "tapstack-api-logs",
}


@dataclass(frozen=True)
class Attempt:
    """A request; `{layer}` and `{role}` stand for the layer and for a role it makes."""

    action: str
    resource: str
    context: Context = field(default_factory=dict)


def tags(kind: str, project: str, environment: str = "local") -> dict[str, str]:
    return {f"aws:{kind}/Project": project, f"aws:{kind}/Environment": environment}


OWN_ROLE = f"{IAM}:role/{{role}}"
DEPLOY_ROLE = f"{IAM}:role/tapstack-local-deploy-{{layer}}"
OF_BOOTSTRAP = tags("ResourceTag", "tapstack-bootstrap")

ATTEMPTS = {
    "a role without the boundary": Attempt("iam:CreateRole", OWN_ROLE),
    "a role with another boundary": Attempt("iam:CreateRole", OWN_ROLE, ADMINISTRATOR),
    "a role under another name": Attempt("iam:CreateRole", f"{IAM}:role/administrator", BOUNDED),
    "permissions for a role that lost the boundary": Attempt("iam:PutRolePolicy", OWN_ROLE),
    "a policy for a role that lost the boundary": Attempt("iam:AttachRolePolicy", OWN_ROLE),
    "taking the boundary off": Attempt("iam:DeleteRolePermissionsBoundary", OWN_ROLE, BOUNDED),
    "another boundary on a role": Attempt("iam:PutRolePermissionsBoundary", OWN_ROLE, ADMINISTRATOR),
    "a wider boundary": Attempt("iam:CreatePolicyVersion", BOUNDARY),
    "an older boundary": Attempt("iam:SetDefaultPolicyVersion", BOUNDARY),
    "no boundary": Attempt("iam:DeletePolicy", BOUNDARY),
    "more for its own role": Attempt("iam:PutRolePolicy", DEPLOY_ROLE),
    "more for its own role, bounded": Attempt("iam:PutRolePolicy", DEPLOY_ROLE, BOUNDED),
    "a policy for its own role": Attempt("iam:AttachRolePolicy", DEPLOY_ROLE, BOUNDED),
    "a wider policy of its own": Attempt("iam:CreatePolicyVersion", f"{IAM}:policy/tapstack-local-change-{{layer}}"),
    "another trust for its own role": Attempt("iam:UpdateAssumeRolePolicy", DEPLOY_ROLE, BOUNDED),
    "deleting its own role": Attempt("iam:DeleteRole", DEPLOY_ROLE),
    "its own role for a function": Attempt(
        "iam:PassRole", DEPLOY_ROLE, {"iam:PassedToService": "lambda.amazonaws.com"}
    ),
    "a role of its own for another service": Attempt(
        "iam:PassRole", OWN_ROLE, {"iam:PassedToService": "ec2.amazonaws.com"}
    ),
    "a user": Attempt("iam:CreateUser", f"{IAM}:user/somebody"),
    "a key that never ends": Attempt("iam:CreateAccessKey", f"{IAM}:user/somebody"),
    "another provider of identities": Attempt("iam:CreateOpenIDConnectProvider", f"{IAM}:oidc-provider/issuer.example"),
    "another audience": Attempt(
        "iam:AddClientIDToOpenIDConnectProvider", f"{IAM}:oidc-provider/token.actions.githubusercontent.com"
    ),
    "taking on another role": Attempt("sts:AssumeRole", f"{IAM}:role/administrator"),
    "deleting the state's key": Attempt("kms:ScheduleKeyDeletion", STATE_KEY, OF_BOOTSTRAP),
    "another policy for the state's key": Attempt("kms:PutKeyPolicy", STATE_KEY, OF_BOOTSTRAP),
    "turning the state's key off": Attempt("kms:DisableKey", STATE_KEY, OF_BOOTSTRAP),
    "its own tags on the state's key": Attempt(
        "kms:TagResource", STATE_KEY, {**OF_BOOTSTRAP, **tags("RequestTag", "tapstack-data")}
    ),
    "the state key's alias": Attempt(
        "kms:UpdateAlias", "arn:aws:kms:eu-central-1:000000000000:alias/tapstack-local-state"
    ),
    "a version of its own state": Attempt(
        "s3:DeleteObjectVersion", f"{STATE}/.pulumi/stacks/tapstack-{{layer}}/local.json"
    ),
    "the state's bucket": Attempt("s3:DeleteBucket", STATE),
    "the bucket's policy": Attempt("s3:PutBucketPolicy", STATE),
    "the bucket's versions": Attempt("s3:PutBucketVersioning", STATE),
    "the bucket's history": Attempt("s3:PutLifecycleConfiguration", STATE),
    "the bootstrap's state": Attempt("s3:GetObject", f"{STATE}/.pulumi/stacks/tapstack-bootstrap/local.json"),
    "writing the bootstrap's state": Attempt("s3:PutObject", f"{STATE}/.pulumi/stacks/tapstack-bootstrap/local.json"),
    "the backend's layout": Attempt("s3:PutObject", f"{STATE}/.pulumi/meta.yaml"),
    "its own tags on somebody's network": Attempt(
        "ec2:CreateTags", f"{EC2}:vpc/vpc-1", {**tags("RequestTag", "tapstack-network")}
    ),
    "its own tags on somebody's security group": Attempt(
        "ec2:CreateTags",
        f"{EC2}:security-group/sg-1",
        {**tags("RequestTag", "tapstack-network"), **tags("ResourceTag", "another")},
    ),
    "somebody's network": Attempt("ec2:DeleteVpc", f"{EC2}:vpc/vpc-1"),
    "another environment's network": Attempt(
        "ec2:DeleteVpc", f"{EC2}:vpc/vpc-1", tags("ResourceTag", "tapstack-network", "other")
    ),
    "another environment's table": Attempt(
        "dynamodb:DeleteTable", "arn:aws:dynamodb:eu-central-1:000000000000:table/tapstack-other-merchants"
    ),
    "somebody's API": Attempt("apigateway:DELETE", "arn:aws:apigateway:eu-central-1::/restapis/abc"),
    "a merchant's settings": Attempt(
        "dynamodb:PutItem",
        "arn:aws:dynamodb:eu-central-1:000000000000:table/tapstack-local-merchants",
        {"dynamodb:LeadingKeys": ["merchant#acme"]},
    ),
    "a transaction": Attempt(
        "dynamodb:GetItem",
        "arn:aws:dynamodb:eu-central-1:000000000000:table/tapstack-local-transactions",
        {"dynamodb:LeadingKeys": ["key#1"]},
    ),
    "its functions open to everybody": Attempt(
        "lambda:AddPermission",
        "arn:aws:lambda:eu-central-1:000000000000:function:tapstack-local-validator:live",
        {"lambda:Principal": "*"},
    ),
}


@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=[name.replace(" ", "-") for name in ATTEMPTS])
def test_no_deploy_role_gets(account: Any, attempt: Attempt) -> None:
    reference.action_details(attempt.action)
    assert all(reference.knows_condition(attempt.action, key) for key in attempt.context), "no such request can be"
    for layer in LAYERS:
        resource = attempt.resource.format(layer=layer, role=ROLES.get(layer, ROLES["network"]))
        policies = account.policies[f"tapstack-local-deploy-{layer}"]
        assert decide(policies, attempt.action, resource, attempt.context) == DENIED, layer
        simulated = account.client("iam").simulate_principal_policy(
            PolicySourceArn=account.outputs["deploy_role_arns"][layer],
            ActionNames=[attempt.action],
            ResourceArns=[resource],
        )
        # It takes no context: a condition that would be the only bar is none that it could let through.
        assert simulated["EvaluationResults"][0]["EvalDecision"] == DENIED, layer


@pytest.mark.parametrize("layer", sorted(ROLES))
def test_a_role_with_the_boundary_is_made(account: Any, layer: str) -> None:
    """The other half of what is tried above: the condition does let through what it is meant to."""
    role = f"{IAM}:role/{ROLES[layer]}"
    # What environments share is bounded by a policy of none of them.
    bounded = {"iam:PermissionsBoundary": LOGS_BOUNDARY} if layer == "api-edge" else BOUNDED
    assert decide(account.policies[f"tapstack-local-deploy-{layer}"], "iam:CreateRole", role, bounded) == ALLOWED


@pytest.mark.parametrize("action", ["s3:PutObject", "s3:DeleteObject"])
@pytest.mark.parametrize("kind", ["stacks", "history", "backups", "locks/organization"])
def test_a_layer_writes_its_own_state_alone(account: Any, kind: str, action: str) -> None:
    for layer in LAYERS:
        for owner in LAYERS:
            thing = f"{STATE}/.pulumi/{kind}/tapstack-{owner}/local/thing.json"
            for role, may in (("deploy", owner == layer), ("drift", False), ("preview", False)):
                decided = decide(account.policies[f"tapstack-local-{role}-{layer}"], action, thing, {})
                assert decided == (ALLOWED if may else DENIED), (role, layer, owner)


def test_a_layer_reads_the_state_of_those_it_reads_and_no_other(account: Any) -> None:
    for layer in LAYERS:
        for owner in LAYERS:
            stack = f"{STATE}/.pulumi/stacks/tapstack-{owner}/local.json"
            may = owner == layer or owner in BY_NAME[layer].reads
            for role in ("deploy", "drift", "preview"):
                decided = decide(account.policies[f"tapstack-local-{role}-{layer}"], "s3:GetObject", stack, {})
                assert decided == (ALLOWED if may else DENIED), (role, layer, owner)


def test_a_function_that_grants_itself_everything_still_makes_no_user(account: Any) -> None:
    everything = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    for action, resource in (
        ("iam:CreateUser", f"{IAM}:user/somebody"),
        ("sts:AssumeRole", f"{IAM}:role/administrator"),
        ("s3:GetObject", f"{STATE}/.pulumi/stacks/tapstack-data/local.json"),
        ("dynamodb:GetItem", "arn:aws:dynamodb:eu-central-1:000000000000:table/tapstack-other-merchants"),
        ("kms:Decrypt", STATE_KEY),
    ):
        assert decide([everything], action, resource, OF_BOOTSTRAP) == ALLOWED
        assert decide([everything], action, resource, OF_BOOTSTRAP, account.boundary) == DENIED
