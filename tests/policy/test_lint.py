"""Every policy of the bootstrap and the layers before public linters, and no exception without a reason."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pytest
from parliament import analyze_policy_string  # type: ignore[import-untyped]

from policy import second_judge
from policy.authorizations import ACCOUNT, REGION, Authorization
from policy.evaluation import ALLOWED, Policy, as_list
from policy.reference import arn_patterns, matching_actions, overlap
from policy.written import HOLDERS, Written

OTHER_ACCOUNT: Final = "999999999999"


@dataclass(frozen=True)
class Accepted:
    """A finding that stays.

    Attributes:
        issue: parliament's name for it.
        about: what the finding's detail has in it.
        reason: why it stays.
        source: the page that says so.
    """

    issue: str
    about: str
    reason: str
    source: str


_OLDER: Final = "the linter's copy of AWS's list is old; by today's, which test_reference reads, there is such a thing"
_REFERENCE: Final = "https://docs.aws.amazon.com/service-authorization/latest/reference"
_LOGS_KEY: Final = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html"
_KEY_POLICIES: Final = "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html"

ACCEPTED: Final = (
    Accepted("RESOURCE_MISMATCH", "wafv2:GetWebACLForResource", _OLDER, f"{_REFERENCE}/list_awswafv2.html"),
    Accepted("RESOURCE_MISMATCH", "wafv2:AssociateWebACL", _OLDER, f"{_REFERENCE}/list_awswafv2.html"),
    Accepted("RESOURCE_MISMATCH", "servicequotas:GetServiceQuota", _OLDER, f"{_REFERENCE}/list_servicequotas.html"),
    Accepted("RESOURCE_MISMATCH", "sns:GetSubscriptionAttributes", _OLDER, f"{_REFERENCE}/list_amazonsns.html"),
    Accepted("RESOURCE_MISMATCH", "sns:SetSubscriptionAttributes", _OLDER, f"{_REFERENCE}/list_amazonsns.html"),
    Accepted(
        "UNKNOWN_CONDITION_FOR_ACTION",
        "iam:PermissionsBoundary for action iam:UpdateAssumeRolePolicy",
        _OLDER,
        f"{_REFERENCE}/list_awsidentityandaccessmanagementiam.html",
    ),
    Accepted(
        "RESOURCE_MISMATCH",
        "kms:CreateAlias",
        "AWS asks for these on the alias and on the key, each by a statement of its own: the key's has a condition",
        "https://docs.aws.amazon.com/kms/latest/developerguide/alias-access.html",
    ),
    Accepted(
        "MISMATCHED_TYPE_BUT_USABLE",
        "given Arn",
        "the boundary is one ARN without a wildcard, compared as it is",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html",
    ),
    Accepted(
        "RESOURCE_STAR",
        "logs:FilterLogEvents",
        "API Gateway makes log groups whose names hold ids that are not known before",
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html",
    ),
    Accepted(
        "RESOURCE_STAR",
        "ec2:CreateNetworkInterface",
        "Lambda refuses a role that has these for fewer resources",
        "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html",
    ),
    Accepted(
        "UNKNOWN_FEDERATION_SOURCE",
        "oidc-provider/token.actions.githubusercontent.com",
        "the linter knows no providers of identities that an account has made itself",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html",
    ),
    Accepted("RESOURCE_STAR", "kms:", "in a key's policy, * is the key itself", _KEY_POLICIES),
    Accepted(
        "UNKNOWN_CONDITION_FOR_ACTION",
        "kms:EncryptionContext:aws:logs:arn for action kms:DescribeKey",
        "the statement is the one that CloudWatch Logs asks for, word by word",
        _LOGS_KEY,
    ),
    Accepted("MISMATCHED_TYPE", "ArnLike requires a value of type Arn but given String", "likewise", _LOGS_KEY),
    Accepted(
        "RESOURCE_MISMATCH",
        "dynamodb:DescribeStream",
        "a stream's label is a time with colons in it, which the linter takes for parts of the ARN",
        "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Stream.html",
    ),
)


def parliament_findings(policy: Policy) -> list[str]:
    """Lint a policy; a trust policy is of the role itself, and so names no resource."""
    findings = analyze_policy_string(json.dumps(policy), ignore_private_auditors=True).findings
    told = [(item.issue, item.detail if isinstance(item.detail, str) else json.dumps(item.detail)) for item in findings]
    return [f"{issue}: {detail}" for issue, detail in told if "neither Resource nor NotResource" not in detail]


def stays(finding: str) -> list[Accepted]:
    return [item for item in ACCEPTED if finding.startswith(f"{item.issue}: ") and item.about in finding]


def strangers(item: Written) -> list[second_judge.Question]:
    """Ask whether somebody of another account, who may do everything there, gets in by a policy of a resource."""
    return [
        second_judge.Question(
            "stranger",
            [{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}],
            Authorization(action, resource, {"kms:CallerAccount": OTHER_ACCOUNT} if action.startswith("kms:") else {}),
            account=OTHER_ACCOUNT,
            resource_policy=item.policy,
        )
        for statement in item.policy["Statement"]
        for resource in [_named(as_list(statement["Resource"])[0])]
        for pattern in as_list(statement["Action"])
        for action in [name for name in matching_actions(pattern) if _is_on(name, resource)][:5]
    ]


def _is_on(action: str, resource: str) -> bool:
    return any(overlap(resource, kind) for kind in arn_patterns(action))


def _named(resource: str) -> str:
    return f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd" if resource == "*" else resource


def test_every_kind_of_policy_is_found(account: Any) -> None:
    kinds = {kind for kinds in HOLDERS.values() for kind in kinds.values()}

    assert {item.kind for item in account.written} == kinds
    assert {item.of.partition(" ")[0] for item in account.written} == {token.rpartition(":")[2] for token in HOLDERS}


def test_a_public_linter_finds_nothing_but_what_stays_for_a_reason(account: Any) -> None:
    found = {(item.of, finding) for item in account.written for finding in parliament_findings(item.policy)}

    assert {(of, finding) for of, finding in found if not stays(finding)} == set()
    used = {item for _, finding in found for item in stays(finding)}
    assert set(ACCEPTED) - used == set(), "these are found no more"


def test_a_second_linter_finds_nothing(account: Any) -> None:
    found = second_judge.findings([(item.kind, item.policy) for item in account.written])

    assert {item.of: told for item, told in zip(account.written, found, strict=True) if told} == {}


def test_no_policy_of_a_resource_lets_another_account_in(account: Any) -> None:
    questions = [asked for item in account.written if item.kind == "resource" for asked in strangers(item)]

    assert len(questions) > 20
    assert ALLOWED not in second_judge.decisions(questions)


def statement(**changes: Any) -> Policy:
    """Write a policy of one statement."""
    made = {"Effect": "Allow", **changes}
    return {"Version": "2012-10-17", "Statement": [made]}


QUEUE: Final = f"arn:aws:sqs:{REGION}:{ACCOUNT}:tapstack-local-notifications"
BROKEN: Final[Mapping[str, Written]] = {
    "an action that is none": Written("identity", "a role", statement(Action=["sqs:SendMesage"], Resource=QUEUE)),
    "an action on what it is never on": Written(
        "identity", "the boundary", statement(Action=["sns:Publish"], Resource=QUEUE)
    ),
    "a condition that the action has not": Written(
        "identity",
        "a role",
        statement(Action=["sqs:SendMessage"], Resource=QUEUE, Condition={"StringEquals": {"s3:prefix": "x"}}),
    ),
    "every resource": Written("identity", "a role", statement(Action=["dynamodb:GetItem"], Resource="*")),
    "a trust policy on a resource": Written(
        "trust",
        "a role",
        statement(Action=["sts:AssumeRole"], Principal={"Service": "lambda.amazonaws.com"}, Resource=QUEUE),
    ),
    "a queue policy for nobody": Written("resource", "a queue", statement(Action=["sqs:SendMessage"], Resource=QUEUE)),
    "a topic policy without an effect": Written(
        "resource", "a topic", {"Version": "2012-10-17", "Statement": [{"Principal": "*", "Action": "sns:Publish"}]}
    ),
    "a bucket policy with an action that is none": Written(
        "resource", "a bucket", statement(Principal="*", Action=["s3:GetObjekt"], Resource="arn:aws:s3:::bucket/*")
    ),
    "an endpoint policy with a key that is none": Written(
        "endpoint", "an endpoint", statement(Principal="*", Action="*", Resource="*", Conditions={})
    ),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=[name.replace(" ", "-") for name in BROKEN])
def test_a_broken_policy_is_told(broken: Written) -> None:
    (second,) = second_judge.findings([(broken.kind, broken.policy)])

    assert second + [finding for finding in parliament_findings(broken.policy) if not stays(finding)]


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("kms:*", "*"),
        ("sqs:SendMessage", QUEUE),
        ("sns:Publish", f"arn:aws:sns:{REGION}:{ACCOUNT}:tapstack-local-alerts"),
        ("s3:GetObject", "arn:aws:s3:::bucket/state"),
    ],
)
def test_a_policy_that_lets_everybody_in_is_told(action: str, resource: str) -> None:
    open_ = Written("resource", "a thing", statement(Principal={"AWS": "*"}, Action=[action], Resource=resource))

    answers = second_judge.decisions(strangers(open_))

    # The evaluator's list of actions and AWS's are not of the same day.
    assert {answer for answer in answers if "invalid.action" not in answer} == {ALLOWED}
