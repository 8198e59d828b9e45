"""IAM policy documents, built as data so that an Output in them stays an Output."""

from collections.abc import Mapping, Sequence
from typing import Any

from pulumi import Input, Output

Statement = Mapping[str, Any]


def allow(
    actions: Sequence[str],
    resources: Input[str] | Input[Sequence[str]] | Sequence[Input[str]],
    *,
    to: Mapping[str, str] | None = None,
    condition: Mapping[str, Any] | None = None,
) -> Statement:
    """Allow `actions` on `resources`.

    Args:
        actions: Such as `dynamodb:GetItem`.
        resources: ARNs, or `*`.
        to: The principal, in a policy of a resource (`{"Service": "lambda.amazonaws.com"}`).
        condition: The condition block, where the permission has one.
    """
    return {
        "Effect": "Allow",
        **({"Principal": to} if to else {}),
        "Action": list(actions),
        "Resource": resources,
        **({"Condition": condition} if condition else {}),
    }


def document(*statements: Statement) -> Output[str]:
    """Put statements together to a policy document in JSON."""
    return Output.json_dumps({"Version": "2012-10-17", "Statement": list(statements)})


def assume_role(service: str, condition: Mapping[str, Any] | None = None) -> Output[str]:
    """Let an AWS service (`lambda.amazonaws.com`) take a role on."""
    return document(
        {
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": "sts:AssumeRole",
            **({"Condition": condition} if condition else {}),
        }
    )
