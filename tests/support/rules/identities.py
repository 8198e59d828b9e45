"""Rules of roles and policies, broken."""

import json
from collections.abc import Mapping
from typing import Any, Final

from support.rules.case import Broken, Held
from support.rules.given import ALLOW, FUNCTION, policy, trust

ROLE: Final = "aws:iam/role:Role"
POLICY: Final = "aws:iam/policy:Policy"
INLINE: Final = "aws:iam/rolePolicy:RolePolicy"
ATTACHMENT: Final = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
PROVIDER: Final = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
ASSUME: Final = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}


def written(*broken: Any) -> Broken:
    return Broken(POLICY, {"policy": policy(*broken)}, {"policy": policy(ALLOW)})


def trusting(**broken: Any) -> Broken:
    return Broken(ROLE, {"assumeRolePolicy": policy({**ASSUME, **broken})}, {"assumeRolePolicy": policy(ASSUME)})


def long(size: int) -> dict[str, Any]:
    """Write a statement of about so many characters."""
    return {**ALLOW, "Action": [f"logs:Action{number:05}" for number in range(size // 20)]}


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in ALLOW.items() if name != key}


BROKEN: Final[Mapping[str, Broken | Held]] = {
    "policy-syntax": written({**ALLOW, "Actions": "s3:*"}),
    "policy-version": Broken(
        POLICY, {"policy": json.dumps({"Version": "2008-10-17", "Statement": [ALLOW]})}, {"policy": policy(ALLOW)}
    ),
    "policy-statements-of-one-id": written({**ALLOW, "Sid": "One"}, {**ALLOW, "Sid": "One"}),
    "policy-statement-id": written({**ALLOW, "Sid": "the first"}),
    "policy-without-actions": written(without("Action")),
    "policy-without-resources": written(without("Resource")),
    "policy-with-principal": written({**ALLOW, "Principal": "*"}),
    "policy-action-without-service": written({**ALLOW, "Action": "PutLogEvents"}),
    "policy-resource-without-arn": written({**ALLOW, "Resource": "given"}),
    "trust-policy-with-resource": trusting(Resource="*"),
    "trust-policy-of-other-actions": trusting(Action="s3:GetObject"),
    "managed-policy-too-long": Broken(POLICY, {"policy": policy(long(7000))}, {"policy": policy(long(5000))}),
    "trust-policy-too-long": Broken(
        ROLE,
        {"assumeRolePolicy": policy(*[{**ASSUME, "Sid": f"Statement{number}"} for number in range(20)])},
        {"assumeRolePolicy": policy(ASSUME)},
    ),
    "inline-policies-too-long": Broken(
        INLINE, {"role": "given", "policy": policy(long(11_000))}, {"policy": policy(long(5000))}
    ),
    "role-trusts-nobody": trusting(Principal={"AWS": "arn:aws:iam::000000000000:role/nobody"}),
    "role-name-taken": Broken(ROLE, {"name": "given", "assumeRolePolicy": trust("lambda")}, {"name": "not-given"}),
    "role-bounded-by-no-policy": Broken(
        ROLE,
        {"assumeRolePolicy": trust("lambda"), "permissionsBoundary": "@{policy.arn}-none"},
        {"permissionsBoundary": "@policy.arn"},
    ),
    "policy-name-taken": Broken(POLICY, {"name": "given", "policy": policy(ALLOW)}, {"name": "not-given"}),
    "identity-provider-taken": Broken(
        PROVIDER,
        {"url": "https://given.example.com", "clientIdLists": ["sts.amazonaws.com"]},
        {"url": "https://other.example.com"},
    ),
    "inline-policy-of-no-role": Broken(INLINE, {"role": "none", "policy": policy(ALLOW)}, {"role": "given"}),
    "attachment-of-no-policy": Broken(
        ATTACHMENT, {"role": "given", "policyArn": "@{policy.arn}-none"}, {"policyArn": "@policy.arn"}
    ),
    "role-with-ten-policies": Broken(
        ATTACHMENT,
        {"role": "@full-role.name", "policyArn": "@policy.arn"},
        {"role": "given", "policyArn": "@policy-0.arn"},
    ),
    "role-with-attached-policies": Held(
        "attached-role", {"attachment": (ATTACHMENT, {"role": "@attached-role.name", "policyArn": "@policy.arn"})}
    ),
    "role-with-inline-policies": Held(
        "inline-role", {"inline": (INLINE, {"role": "@inline-role.name", "policy": policy(ALLOW)})}
    ),
    "role-that-a-function-runs-with": Held(
        "running-role",
        {"running": ("aws:lambda/function:Function", {**FUNCTION, "role": "@running-role.arn"})},
    ),
    "policy-in-use": Held(
        "used-policy",
        {"bounded": (ROLE, {"assumeRolePolicy": trust("lambda"), "permissionsBoundary": "@used-policy.arn"})},
    ),
}
