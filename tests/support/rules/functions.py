"""Rules of functions and what calls them, broken."""

from collections.abc import Mapping
from typing import Any, Final

from support.rules.case import Broken, Held
from support.rules.given import FUNCTION

FUNCTION_TYPE: Final = "aws:lambda/function:Function"
ALIAS: Final = "aws:lambda/alias:Alias"
PERMISSION: Final = "aws:lambda/permission:Permission"
MAPPING: Final = "aws:lambda/eventSourceMapping:EventSourceMapping"

PERMITTED: Final = {
    "function": "@function.name",
    "action": "lambda:InvokeFunction",
    "principal": "sns.amazonaws.com",
    "statementId": "right",
}
OF_QUEUE: Final = {"eventSourceArn": "@other-slow-queue.arn", "functionName": "@quick-function.name"}
OF_STREAM: Final = {
    "eventSourceArn": "@other-table.streamArn",
    "functionName": "@function.name",
    "startingPosition": "LATEST",
}
FIRST: Final = {"functionName": "@function.name", "functionVersion": "1"}


def function(broken: dict[str, Any], right: dict[str, Any]) -> Broken:
    return Broken(FUNCTION_TYPE, {**FUNCTION, **broken}, right)


def variables(**given: str) -> dict[str, Any]:
    return {"environment": {"variables": given}}


def network(subnet: str, *groups: str) -> dict[str, Any]:
    return {"vpcConfig": {"subnetIds": [subnet], "securityGroupIds": list(groups)}}


RIGHT_NETWORK: Final = network("@subnet.id", "@group.id")

BROKEN: Final[Mapping[str, Broken | Held]] = {
    "function-with-reserved-variables": function(variables(AWS_REGION="eu-west-1"), variables(REGION="eu-west-1")),
    "function-with-large-environment": function(variables(TEXT="x" * 4096), variables(TEXT="x" * 4000)),
    "function-with-role-of-another-service": function({"role": "@role-for-ec2.arn"}, {"role": "@role.arn"}),
    "function-name-taken": function({"name": "given"}, {"name": "not-given"}),
    "function-reserves-what-must-stay-unreserved": function(
        {"reservedConcurrentExecutions": 901}, {"reservedConcurrentExecutions": 1}
    ),
    "function-in-no-subnet": function(network("subnet-00000000", "@group.id"), RIGHT_NETWORK),
    "function-with-no-security-group": function(network("@subnet.id", "sg-00000000"), RIGHT_NETWORK),
    "function-with-security-groups-of-two-vpcs": function(
        network("@subnet.id", "@group.id", "@other-group.id"), RIGHT_NETWORK
    ),
    "alias-that-shares-with-itself": Broken(
        ALIAS,
        {**FIRST, "name": "shared", "routingConfig": {"additionalVersionWeights": {"1": 0.5}}},
        {"routingConfig": None},
    ),
    "alias-of-no-version": Broken(ALIAS, {**FIRST, "name": "next", "functionVersion": "7"}, {"functionVersion": "1"}),
    "alias-name-taken": Broken(ALIAS, {**FIRST, "name": "live"}, {"name": "second"}),
    "permission-of-no-function": Broken(
        PERMISSION, {**PERMITTED, "function": "none", "statementId": "of-none"}, {"function": "@function.name"}
    ),
    "permission-of-no-alias": Broken(
        PERMISSION, {**PERMITTED, "qualifier": "none", "statementId": "of-alias"}, {"qualifier": "live"}
    ),
    "permission-statement-taken": Broken(PERMISSION, {**PERMITTED, "statementId": "given"}, {"statementId": "other"}),
    "mapping-of-large-batches-without-window": Broken(
        MAPPING, {**OF_QUEUE, "batchSize": 11}, {"maximumBatchingWindowInSeconds": 1}
    ),
    "mapping-with-filter-that-is-no-pattern": Broken(
        MAPPING,
        {**OF_STREAM, "filterCriteria": {"filters": [{"pattern": "INSERT"}]}},
        {"filterCriteria": {"filters": [{"pattern": '{"eventName": ["INSERT"]}'}]}},
    ),
    "mapping-of-no-queue": Broken(
        MAPPING, {**OF_QUEUE, "eventSourceArn": "@{queue.arn}-none"}, {"eventSourceArn": "@third-slow-queue.arn"}
    ),
    "mapping-of-no-stream": Broken(
        MAPPING,
        {**OF_STREAM, "eventSourceArn": "@{other-table.streamArn}0"},
        {"eventSourceArn": "@third-table.streamArn"},
    ),
    "mapping-to-no-function": Broken(MAPPING, {**OF_QUEUE, "functionName": "none"}, given="mapping"),
    "mapping-to-no-alias": Broken(MAPPING, {**OF_QUEUE, "functionName": "@{function.arn}:none"}, given="alias-mapping"),
    "queue-mapped-twice": Broken(
        MAPPING, {"eventSourceArn": "@slow-queue.arn", "functionName": "@function.name"}, given="mapping"
    ),
    "stream-mapped-twice": Broken(MAPPING, {**OF_STREAM, "eventSourceArn": "@table.streamArn"}, given="stream-mapping"),
    "queue-shows-messages-before-the-function-ends": Broken(
        MAPPING,
        {"eventSourceArn": "@queue.arn", "functionName": "@function.name"},
        {"functionName": "@quick-function.name"},
    ),
}
