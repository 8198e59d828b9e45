"""The table of rules against the tables of types and the models of AWS's own SDK; no emulator."""

from collections.abc import Mapping

import botocore.session
import pytest

from tapstack.providers.clients import ProviderError
from tapstack.providers.provider import Provider
from tapstack.providers.rules import RULES, Rule
from tapstack.providers.rules.rule import DOCS
from tapstack.providers.tables import ROWS
from tapstack.providers.values import UNKNOWN, Secret

# AWS's models of these name errors of single operations only, or none; where AWS lists those that any may answer with.
COMMON: Mapping[str, tuple[str, set[str]]] = {
    "cloudwatch": (
        DOCS + "AmazonCloudWatch/latest/APIReference/CommonErrors.html",
        {"InvalidParameterValue", "ValidationError"},
    ),
    "dynamodb": (DOCS + "amazondynamodb/latest/APIReference/CommonErrors.html", {"ValidationException"}),
    "ec2": (
        DOCS + "AWSEC2/latest/APIReference/errors-overview.html",
        {
            "DependencyViolation",
            "DuplicateSubnetsInSameZone",
            "FlowLogAlreadyExists",
            "InvalidAllocationID.NotFound",
            "InvalidGroup.Duplicate",
            "InvalidGroup.NotFound",
            "InvalidParameter",
            "InvalidParameterValue",
            "InvalidPermission.Duplicate",
            "InvalidServiceName",
            "InvalidSubnet.Conflict",
            "InvalidSubnet.Range",
            "InvalidVpc.Range",
            "InvalidVpcID.NotFound",
            "MissingParameter",
            "Resource.AlreadyAssociated",
            "RouteAlreadyExists",
        },
    ),
    "events": (DOCS + "eventbridge/latest/APIReference/CommonErrors.html", {"ValidationException"}),
    # A boundary is set as API_PutRolePermissionsBoundary sets it, whose errors these are.
    "iam": (DOCS + "IAM/latest/APIReference/API_PutRolePermissionsBoundary.html", {"NoSuchEntity"}),
    "logs": (DOCS + "AmazonCloudWatchLogs/latest/APIReference/CommonErrors.html", {"AccessDeniedException"}),
    "s3": (
        DOCS + "AmazonS3/latest/API/ErrorResponses.html",
        {"AccessDenied", "BucketNotEmpty", "InvalidArgument", "InvalidBucketName", "MalformedPolicy"},
    ),
    # The model calls the second one QueueNameExists, which is what the service is asked in XML.
    "sqs": (
        DOCS + "AWSSimpleQueueService/latest/APIReference/CommonErrors.html",
        {"InvalidParameterValue", "QueueAlreadyExists"},
    ),
}


def documented(rule: Rule) -> set[str]:
    """Name the errors that an operation may answer with."""
    service, _, operation = rule.operation.partition(":")
    model = botocore.session.get_session().get_service_model(service).operation_model(operation)
    named: set[str] = {shape.name for shape in model.error_shapes}
    codes: set[str] = {(shape.metadata.get("error") or {}).get("code", "") for shape in model.error_shapes}
    return named | codes | COMMON.get(service, ("", set()))[1]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_refuses_with_an_error_that_aws_documents_for_its_operation(rule: Rule) -> None:
    assert rule.code in documented(rule)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_is_of_known_types_and_says_its_source(rule: Rule) -> None:
    assert rule.types
    assert set(rule.types) <= set(ROWS)
    assert rule.source.startswith(DOCS)
    assert rule.message


def test_no_rule_is_lost_and_each_has_a_name_of_its_own() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert len(RULES) >= 177


def test_every_error_that_is_listed_here_is_a_rule_s() -> None:
    used = {(rule.operation.partition(":")[0], rule.code) for rule in RULES}
    assert {(service, code) for service, (_, codes) in COMMON.items() for code in codes} <= used


QUEUE = "aws:sqs/queue:Queue"


def test_a_preview_refuses_in_aws_s_words() -> None:
    with pytest.raises(ProviderError, match=r"^InvalidAttributeValue: Invalid value for the parameter DelaySeconds\.$"):
        Provider("aws").create(QUEUE, "q", {"name": "q", "delaySeconds": 901}, preview=True)


def test_a_preview_of_a_change_refuses_too() -> None:
    old = {"name": "q", "delaySeconds": 1}
    with pytest.raises(ProviderError, match=r"^InvalidAttributeValue: "):
        Provider("aws").update(QUEUE, "q", old, {**old, "delaySeconds": 901}, old, preview=True)


@pytest.mark.parametrize("policy", [UNKNOWN, '{"maxReceiveCount": 3}'])
def test_what_is_not_known_yet_is_not_looked_at(policy: object) -> None:
    inputs = {"name": UNKNOWN, "delaySeconds": UNKNOWN, "redrivePolicy": policy, "policy": {"Statement": UNKNOWN}}
    assert Provider("aws").create(QUEUE, "q", inputs, preview=True)


def test_a_secret_is_looked_at_and_not_told() -> None:
    inputs = {"value": Secret("too-short")}
    with pytest.raises(ProviderError) as refused:
        Provider("aws").create("aws:apigateway/apiKey:ApiKey", "k", inputs, preview=True)
    assert f"{refused.value}" == "BadRequestException: API Key value should be at least 20 characters"
