"""What CloudWatch Logs refuses."""

import json
from collections.abc import Iterator
from typing import Final

from tapstack.providers.crud import Resource
from tapstack.providers.rules.rule import DOCS, Moment, StateRule, Words, ask, document

_GROUP: Final = ("aws:cloudwatch/logGroup:LogGroup",)
_RESOURCE_POLICY: Final = ("aws:cloudwatch/logResourcePolicy:LogResourcePolicy",)
_PROTECTION: Final = ("aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy",)
_POLICIES: Final = 10


def _taken(resource: Resource) -> Iterator[Words]:
    name = resource.inputs["name"]
    found = resource.call("logs", "describe_log_groups", {"logGroupNamePrefix": name})["logGroups"]
    if any(group["logGroupName"] == name for group in found):
        yield {}


def _key_not_for_logs(resource: Resource) -> Iterator[Words]:
    if not (key := resource.inputs.get("kmsKeyId")):
        return
    answer = ask(resource, "kms", "get_key_policy", KeyId=key, PolicyName="default")
    service = f"logs.{resource.region}.amazonaws.com"
    policy = json.dumps(document(answer["Policy"])) if answer else ""
    if service not in policy and "logs.amazonaws.com" not in policy:
        arn = f"arn:aws:logs:{resource.region}:{resource.clients.account}:log-group:{resource.inputs['name']}"
        yield {"arn": arn}


def _too_many_policies(resource: Resource) -> Iterator[Words]:
    held = resource.call("logs", "describe_resource_policies", {"limit": 50})["resourcePolicies"]
    if len([item for item in held if item["policyName"] != resource.inputs["policyName"]]) >= _POLICIES:
        yield {}


def _of_no_group(resource: Resource) -> Iterator[Words]:
    name = resource.inputs["logGroupName"]
    found = resource.call("logs", "describe_log_groups", {"logGroupNamePrefix": name})["logGroups"]
    if not any(group["logGroupName"] == name for group in found):
        yield {}


RULES: Final = (
    StateRule(
        name="log-group-name-taken",
        types=_GROUP,
        operation="logs:CreateLogGroup",
        code="ResourceAlreadyExistsException",
        message="The specified log group already exists",
        source=DOCS + "AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html",
        moment=Moment.CREATE,
        check=_taken,
    ),
    StateRule(
        name="log-group-with-key-not-for-logs",
        types=_GROUP,
        operation="logs:AssociateKmsKey",
        code="AccessDeniedException",
        message="The specified KMS key does not exist or is not allowed to be used with Arn '{arn}'",
        source=DOCS + "AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html",
        moment=Moment.CREATE | Moment.UPDATE,
        check=_key_not_for_logs,
    ),
    StateRule(
        name="log-resource-policies-beyond-ten",
        types=_RESOURCE_POLICY,
        operation="logs:PutResourcePolicy",
        code="LimitExceededException",
        message="Resource limit exceeded.",
        source=DOCS + "AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html",
        moment=Moment.CREATE,
        check=_too_many_policies,
    ),
    StateRule(
        name="data-protection-of-no-log-group",
        types=_PROTECTION,
        operation="logs:PutDataProtectionPolicy",
        code="ResourceNotFoundException",
        message="The specified log group does not exist.",
        source=DOCS + "AmazonCloudWatchLogs/latest/APIReference/API_PutDataProtectionPolicy.html",
        moment=Moment.CREATE,
        check=_of_no_group,
    ),
)
