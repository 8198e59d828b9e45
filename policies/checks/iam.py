"""IAM: policies that allow everything, or everything of a service."""

from collections.abc import Iterator

from check import check
from policy_documents import statements, texts
from resources import Resource

_POLICY = "aws:iam/policy:Policy"


@check("IAM.1", _POLICY, next_step="name the actions and resources that are needed")
def administrative(policy: Resource) -> Iterator[str]:
    """No policy allows every action on everything."""
    for statement in statements(policy.document("policy")):
        if {"*", "*:*"} & {*texts(statement, "Action")} and "*" in texts(statement, "Resource"):
            yield "a statement allows every action on every resource"


@check("IAM.21", _POLICY, next_step="name the actions that are needed")
def whole_services(policy: Resource) -> Iterator[str]:
    """No policy allows every action of a service, or every action but some."""
    for statement in statements(policy.document("policy")):
        for action in texts(statement, "Action"):
            if action.endswith(":*"):
                yield f"a statement allows {action}"
        for action in texts(statement, "NotAction"):
            yield f"a statement allows everything but {action}"
