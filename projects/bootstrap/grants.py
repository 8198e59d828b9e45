"""The words grants are written in: which actions, on which resources, under which condition.

Resources and conditions hold names in braces, filled in when a policy is written:

    {partition} {account} {region}   of the account being bootstrapped
    {environment}                    its environment suffix
    {prefix}                         what every name in it begins with, such as tapstack-dev-
    {bucket} {key}                   the state bucket's name, the secrets key's ARN
    {boundary}                       the ARN of the permissions boundary
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from tapstack.account_names import project_name

POLICY_SIZE: Final = 6144
"""Characters of a managed policy, white space not counted."""

Condition = Mapping[str, Mapping[str, str | Sequence[str]]]
Facts = Mapping[str, str]
"""Name to what stands for it."""


@dataclass(frozen=True)
class Grant:
    """One statement of a policy."""

    actions: Sequence[str]
    resources: Sequence[str]
    condition: Condition | None = None

    def statement(self, facts: Facts) -> dict[str, Any]:
        """Write it as a statement, the names filled in."""
        return {
            "Effect": "Allow",
            "Action": list(self.actions),
            "Resource": [resource.format_map(facts) for resource in self.resources],
            **({"Condition": _filled(self.condition, facts)} if self.condition else {}),
        }


@dataclass(frozen=True)
class LayerGrants:
    """What the roles of one layer may do beside reading and writing state."""

    read: Sequence[Grant]
    """Looking at what the layer makes: for both roles."""
    change: Sequence[Grant]
    """Making, changing and deleting it: for the deploy role alone."""

    def without(self, *actions: str) -> "LayerGrants":
        """Grant none of these actions."""
        left = [(grant, [action for action in grant.actions if action not in actions]) for grant in self.change]
        return replace(self, change=[replace(grant, actions=kept) for grant, kept in left if kept])

    def beside(self, more: "LayerGrants | None") -> "LayerGrants":
        """Grant more beside these."""
        return LayerGrants([*self.read, *more.read], [*self.change, *more.change]) if more else self


def _filled(value: Any, facts: Facts) -> Any:
    if isinstance(value, Mapping):
        return {key.format_map(facts): _filled(item, facts) for key, item in value.items()}
    if isinstance(value, str):
        return value.format_map(facts)
    return [_filled(item, facts) for item in value]


def own(layer: str) -> Condition:
    """Demand that the resource carries the layer's tags, as every resource of a program does."""
    return {"StringEquals": _tags("aws:ResourceTag", layer)}


def new(layer: str) -> Condition:
    """Demand that the request gives the layer's tags to what it makes."""
    return {"StringEquals": _tags("aws:RequestTag", layer)}


def own_or_untagged(layer: str) -> Condition:
    """Demand that the resource carries the layer's tags or none: what is gone has none, and must be seen to be gone."""
    return {"StringEqualsIfExists": _tags("aws:ResourceTag", layer)}


def adopted(layer: str) -> Condition:
    """Demand the layer's tags of the request, and that the resource is the layer's already or nobody's yet."""
    return {
        "StringEquals": _tags("aws:RequestTag", layer),
        "StringEqualsIfExists": _tags("aws:ResourceTag", layer),
    }


def _tags(kind: str, layer: str) -> Mapping[str, str]:
    return {f"{kind}/Project": project_name(layer), f"{kind}/Environment": "{environment}"}


def decrypting(*services: str) -> Grant:
    """Grant what the data layer's key has encrypted, as far as one of the services hands it to the caller.

    Args:
        services: such as `lambda`: who asks KMS in the caller's name.
    """
    via = [f"{service}.{{region}}.amazonaws.com" for service in services]
    return Grant(
        ["kms:Decrypt"],
        ["arn:{partition}:kms:{region}:{account}:key/*"],
        {"StringEquals": {**_tags("aws:ResourceTag", "data"), "kms:ViaService": via}},
    )


def roles(names: Sequence[str], service: str, boundary: str = "{boundary}") -> LayerGrants:
    """Grant what the roles of these names need, all of them bounded and for one service alone.

    A role that is made without the boundary, or that lost it, cannot be given a permission, so that no layer can make
    itself a role that may do more than the boundary.

    Args:
        names: the roles' names, such as `{prefix}validator`.
        service: who may be handed the roles, such as `lambda.amazonaws.com`.
        boundary: the ARN of the policy that bounds them.
    """
    arns = [f"arn:{{partition}}:iam::{{account}}:role/{name}" for name in names]
    return LayerGrants(
        read=[
            Grant(
                [
                    "iam:GetRole",
                    "iam:GetRolePolicy",
                    "iam:ListAttachedRolePolicies",
                    "iam:ListInstanceProfilesForRole",
                    "iam:ListRolePolicies",
                    "iam:ListRoleTags",
                ],
                arns,
            )
        ],
        change=[
            Grant(
                [
                    "iam:CreateRole",
                    "iam:DeleteRolePolicy",
                    "iam:PutRolePermissionsBoundary",
                    "iam:PutRolePolicy",
                    "iam:UpdateAssumeRolePolicy",
                ],
                arns,
                {"StringEquals": {"iam:PermissionsBoundary": boundary}},
            ),
            Grant(["iam:DeleteRole", "iam:TagRole", "iam:UntagRole", "iam:UpdateRoleDescription"], arns),
            Grant(["iam:PassRole"], arns, {"StringEquals": {"iam:PassedToService": service}}),
        ],
    )


def log_groups(*patterns: str, masked: bool = False) -> LayerGrants:
    """Grant the log groups whose names match `patterns`.

    Args:
        patterns: of names, ending in `*`: AWS puts `:*` behind a group's name where it asks for its events.
        masked: whether the layer has card numbers masked in them, and has them encrypted with the data layer's key; to
            see them unmasked is granted to nobody.
    """
    arns = [f"arn:{{partition}}:logs:{{region}}:{{account}}:log-group:{pattern}" for pattern in patterns]
    return LayerGrants(
        read=[
            # CloudWatch Logs lists all groups or none.
            Grant(["logs:DescribeLogGroups"], ["*"]),
            Grant(
                [
                    "logs:DescribeMetricFilters",
                    "logs:DescribeSubscriptionFilters",
                    "logs:ListTagsForResource",
                ],
                arns,
            ),
            *([Grant(["logs:GetDataProtectionPolicy"], arns)] if masked else []),
        ],
        change=[
            Grant(
                [
                    "logs:CreateLogGroup",
                    "logs:DeleteLogGroup",
                    "logs:PutRetentionPolicy",
                    "logs:TagResource",
                    "logs:UntagResource",
                ],
                arns,
            ),
            *(
                [
                    Grant(
                        [
                            "logs:AssociateKmsKey",
                            "logs:DeleteDataProtectionPolicy",
                            "logs:PutDataProtectionPolicy",
                        ],
                        arns,
                    )
                ]
                if masked
                else []
            ),
        ],
    )


def policies(grants: Iterable[Grant], facts: Facts) -> list[str]:
    """Write grants as policy documents, as few as AWS's limit on their size allows.

    Raises:
        ValueError: one statement alone is longer than a policy may be.
    """
    written: list[list[dict[str, Any]]] = [[]]
    for grant in grants:
        statement = grant.statement(facts)
        if len(_document([statement])) > POLICY_SIZE:
            raise ValueError(f"the statement on {statement['Resource'][0]} is longer than a policy may be")
        if len(_document([*written[-1], statement])) > POLICY_SIZE:
            written.append([])
        written[-1].append(statement)
    return [_document(statements) for statements in written]


def _document(statements: Sequence[Mapping[str, Any]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))
