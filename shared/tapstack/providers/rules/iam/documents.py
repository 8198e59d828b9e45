"""What IAM refuses of a policy's text: its grammar."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from tapstack.providers.rules.rule import DOCS, InputRule, Inputs, Words, document, listed, statements
from tapstack.providers.values import Props

_IDENTITY: Final = ("aws:iam/policy:Policy", "aws:iam/rolePolicy:RolePolicy")
_MANAGED: Final = ("aws:iam/policy:Policy",)
_ROLE: Final = ("aws:iam/role:Role",)
_ALL: Final = (*_IDENTITY, *_ROLE)
_GRAMMAR: Final = DOCS + "IAM/latest/UserGuide/reference_policies_grammar.html"
_ELEMENTS: Final = DOCS + "IAM/latest/UserGuide/reference_policies_elements"

_TOP: Final = frozenset({"Version", "Id", "Statement"})
_STATEMENT: Final = frozenset(
    ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"]
)
_ASSUMES: Final = ("sts:assumerole", "sts:tagsession", "sts:setsourceidentity", "sts:setcontext", "sts:*", "*")


def _policy(inputs: Inputs) -> Any:
    """Read the document: a role's is who may assume it."""
    return document(inputs.get("policy") if "policy" in inputs else inputs.get("assumeRolePolicy"))


def _is_written_right(statement: Any) -> bool:
    return (
        isinstance(statement, dict)
        and statement.keys() <= _STATEMENT
        and statement.get("Effect") in {"Allow", "Deny"}
        and not ("Action" in statement and "NotAction" in statement)
        and not ("Resource" in statement and "NotResource" in statement)
    )


def _syntax(inputs: Inputs) -> Iterator[Words]:
    policy = _policy(inputs)
    if not isinstance(policy, dict):
        return
    found = policy.get("Statement")
    held = found if isinstance(found, list) else [found]
    if policy.keys() - _TOP or not held or not all(map(_is_written_right, held)):
        yield {}


def _version(inputs: Inputs) -> Iterator[Words]:
    policy = _policy(inputs)
    if isinstance(policy, dict) and policy.get("Version") != "2012-10-17":
        yield {}


def _each(broken: Callable[[Props], Iterable[Words]]) -> Callable[[Inputs], Iterator[Words]]:
    """Look at each statement."""

    def check(inputs: Inputs) -> Iterator[Words]:
        for statement in statements(_policy(inputs)):
            yield from broken(statement)

    return check


def _same_sid(inputs: Inputs) -> Iterator[Words]:
    names = [item["Sid"] for item in statements(_policy(inputs)) if item.get("Sid")]
    if len(set(names)) < len(names):
        yield {}


def _odd_sid(statement: Props) -> Iterator[Words]:
    if not re.fullmatch(r"[0-9A-Za-z]*", statement.get("Sid") or ""):
        yield {}


def _no_actions(statement: Props) -> Iterator[Words]:
    if not statement.get("Action") and not statement.get("NotAction"):
        yield {}


def _no_resources(statement: Props) -> Iterator[Words]:
    if not statement.get("Resource") and not statement.get("NotResource"):
        yield {}


def _with_principal(statement: Props) -> Iterator[Words]:
    if "Principal" in statement or "NotPrincipal" in statement:
        yield {}


def _actions(statement: Props) -> list[str]:
    return [*listed(statement.get("Action")), *listed(statement.get("NotAction"))]


def _no_vendor(statement: Props) -> Iterator[Words]:
    if any(action != "*" and ":" not in action for action in _actions(statement)):
        yield {}


def _no_arn(statement: Props) -> Iterator[Words]:
    for resource in [*listed(statement.get("Resource")), *listed(statement.get("NotResource"))]:
        if resource != "*" and ":" not in resource:
            yield {"resource": resource}


def _trust_with_resource(statement: Props) -> Iterator[Words]:
    if "Resource" in statement or "NotResource" in statement:
        yield {}


def _trust_of_other_actions(statement: Props) -> Iterator[Words]:
    if any(not action.lower().startswith(_ASSUMES) for action in _actions(statement)):
        yield {}


def _rule(
    name: str, types: tuple[str, ...], message: str, source: str, check: Callable[[Inputs], Iterable[Words]]
) -> InputRule:
    return InputRule(
        name=name,
        types=types,
        operation="iam:CreateRole" if types == _ROLE else "iam:CreatePolicy",
        code="MalformedPolicyDocument",
        message=message,
        source=source,
        check=check,
    )


RULES: Final = (
    _rule("policy-syntax", _ALL, "Syntax errors in policy.", _GRAMMAR, _syntax),
    _rule(
        "policy-version",
        _MANAGED,
        "Policy document must be version 2012-10-17 or greater.",
        f"{_ELEMENTS}_version.html",
        _version,
    ),
    _rule(
        "policy-statements-of-one-id",
        _ALL,
        "Statement IDs (SID) in a single policy must be unique.",
        f"{_ELEMENTS}_sid.html",
        _same_sid,
    ),
    _rule(
        "policy-statement-id",
        _ALL,
        "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression "
        "[0-9A-Za-z]*",
        f"{_ELEMENTS}_sid.html",
        _each(_odd_sid),
    ),
    _rule(
        "policy-without-actions",
        _IDENTITY,
        "Policy statement must contain actions.",
        f"{_ELEMENTS}_action.html",
        _each(_no_actions),
    ),
    _rule(
        "policy-without-resources",
        _IDENTITY,
        "Policy statement must contain resources.",
        f"{_ELEMENTS}_resource.html",
        _each(_no_resources),
    ),
    _rule(
        "policy-with-principal",
        _IDENTITY,
        "Policy document should not specify a principal.",
        f"{_ELEMENTS}_principal.html",
        _each(_with_principal),
    ),
    _rule(
        "policy-action-without-service",
        _ALL,
        "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
        f"{_ELEMENTS}_action.html",
        _each(_no_vendor),
    ),
    _rule(
        "policy-resource-without-arn",
        _IDENTITY,
        'Resource {resource} must be in ARN format or "*".',
        f"{_ELEMENTS}_resource.html",
        _each(_no_arn),
    ),
    _rule(
        "trust-policy-with-resource",
        _ROLE,
        "Has prohibited field Resource",
        f"{_ELEMENTS}_resource.html",
        _each(_trust_with_resource),
    ),
    _rule(
        "trust-policy-of-other-actions",
        _ROLE,
        "AssumeRole policy may only specify STS AssumeRole actions.",
        DOCS + "IAM/latest/UserGuide/id_roles_create_for-custom.html",
        _each(_trust_of_other_actions),
    ),
)
