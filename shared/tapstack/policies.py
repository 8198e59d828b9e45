"""IAM policy documents, built as data so that an Output in them stays an Output."""

from collections.abc import Mapping, Sequence
from typing import Any

from pulumi import Input, Output

Statement = Mapping[str, Any]


def allow(
    actions: Sequence[str],
    resources: Input[str] | Sequence[Input[str]],
    condition: Mapping[str, Any] | None = None,
) -> Statement:
    """Allow `actions` on `resources`, under `condition` where one is given."""
    return {
        "Effect": "Allow",
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
