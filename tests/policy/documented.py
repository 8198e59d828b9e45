"""Permissions that no call on record needs: those of which AWS's documents say that they are needed all the same.

A service does something in a role's name there, or a case of the provider's is one that the lane does not come to.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from policy import reference
from policy.authorizations import ACCOUNT, REGION, Authorization

_LAMBDA: Final = "https://docs.aws.amazon.com/lambda/latest/dg"
_API: Final = "https://docs.aws.amazon.com"
_PROVIDER: Final = "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources"
"""What the genuine provider is made from; a page tells which arguments of a resource are changed in place."""


@dataclass(frozen=True)
class Documented:
    """Permissions and the page that says who needs them.

    Attributes:
        roles: whose: functions, or layers.
        actions: such as `sqs:ReceiveMessage`.
        resources: patterns of what they are needed on.
        reason: who makes the calls, or when.
        source: the page.
    """

    roles: Sequence[str]
    actions: Sequence[str]
    resources: Sequence[str]
    reason: str
    source: str

    def covers(self, asked: Authorization) -> bool:
        """Tell whether it is of what a statement grants: an action, and a resource that may be a pattern."""
        return asked.action in self.actions and any(
            reference.overlap(asked.resource, pattern) for pattern in self.resources
        )


def _arn(service: str, rest: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{rest}"


_ALL: Final = ("validator", "fraud-detector", "notifier")

OF_FUNCTIONS: Final = (
    Documented(
        _ALL,
        ["logs:CreateLogStream", "logs:PutLogEvents"],
        [_arn("logs", "log-group:/aws/lambda/tapstack-local-*:*")],
        "Lambda writes a function's log by its role",
        f"{_LAMBDA}/monitoring-cloudwatchlogs.html",
    ),
    Documented(
        _ALL,
        ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
        ["*"],
        "Lambda sends the traces of active tracing by the function's role",
        f"{_LAMBDA}/services-xray.html",
    ),
    Documented(
        _ALL,
        ["kms:Decrypt", "kms:GenerateDataKey"],
        [_arn("kms", "key/*")],
        "SQS asks KMS for data keys in the sender's name; SNS has KMS decrypt in the caller's",
        "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html",
    ),
    Documented(
        _ALL,
        [
            "ec2:AssignPrivateIpAddresses",
            "ec2:CreateNetworkInterface",
            "ec2:DeleteNetworkInterface",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSubnets",
            "ec2:UnassignPrivateIpAddresses",
        ],
        ["*"],
        "Lambda makes and deletes the network interfaces of a function in subnets by its role",
        f"{_LAMBDA}/configuration-vpc.html",
    ),
    Documented(
        ["fraud-detector"],
        [
            "dynamodb:DescribeStream",
            "dynamodb:GetRecords",
            "dynamodb:GetShardIterator",
        ],
        [_arn("dynamodb", "table/tapstack-local-transactions/stream/*")],
        "the event source mapping reads the stream by the function's role",
        f"{_LAMBDA}/services-dynamodb-eventsourcemapping.html",
    ),
    Documented(
        ["fraud-detector"],
        ["dynamodb:ListStreams"],
        ["*"],
        "the event source mapping looks the stream up by the function's role",
        "https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSLambdaDynamoDBExecutionRole.html",
    ),
    Documented(
        ["fraud-detector"],
        ["sqs:SendMessage"],
        [_arn("sqs", "tapstack-local-stream-failures")],
        "the event source mapping sends what it gave up to its destination by the function's role",
        f"{_LAMBDA}/services-dynamodb-errors.html",
    ),
    Documented(
        ["notifier"],
        ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"],
        [_arn("sqs", "tapstack-local-notifications")],
        "the event source mapping takes messages by the function's role",
        f"{_LAMBDA}/services-sqs-configure.html",
    ),
)

_LAYERS: Final = ("network", "data", "compute", "api-edge")
_MAKE_ROLES: Final = ("network", "compute", "api-edge")
_MASKED: Final = ("compute", "api-edge")

OF_LAYERS: Final = (
    Documented(
        ["data"],
        ["kms:ListKeys"],
        ["*"],
        "`up` looks for a key that a run which was killed may have made",
        f"{_API}/kms/latest/APIReference/API_ListKeys.html",
    ),
    Documented(
        ["api-edge"],
        ["wafv2:ListWebACLs"],
        ["*"],
        "`up` looks for a web ACL that a run which was killed may have made",
        f"{_API}/waf/latest/APIReference/API_ListWebACLs.html",
    ),
    Documented(
        _LAYERS,
        ["s3:DeleteObject", "s3:GetObject", "s3:ListBucket", "s3:PutObject", "kms:Decrypt", "kms:Encrypt"],
        ["*"],
        "the engine reads and writes state and the secrets in it: test_state holds the roles to its requests",
        "https://www.pulumi.com/docs/iac/concepts/state-and-backends/",
    ),
    Documented(
        _LAYERS,
        ["kms:GenerateDataKey"],
        ["*"],
        "S3 encrypts what is put into the state bucket with the caller's permission for its key",
        f"{_API}/AmazonS3/latest/userguide/UsingKMSEncryption.html",
    ),
    Documented(
        _MAKE_ROLES,
        ["iam:PutRolePermissionsBoundary"],
        ["*"],
        "the setting permissionsBoundary is set, or set again, when the role is there",
        f"{_PROVIDER}/iam_role",
    ),
    Documented(
        _MAKE_ROLES,
        ["iam:UpdateAssumeRolePolicy"],
        ["*"],
        "the program changes who may take a role on",
        f"{_PROVIDER}/iam_role",
    ),
    # The role that API Gateway logs with is shared by environments: no tag of it is taken away.
    Documented(
        ("network", "compute"), ["iam:UntagRole"], ["*"], "the program takes a tag away", f"{_PROVIDER}/iam_role"
    ),
    Documented(
        _MAKE_ROLES,
        ["logs:UntagResource"],
        ["*"],
        "the program takes a tag away",
        f"{_PROVIDER}/cloudwatch_log_group",
    ),
    Documented(
        _MASKED,
        ["logs:AssociateKmsKey"],
        ["*"],
        "the data layer has another key than it had when the group was made",
        f"{_PROVIDER}/cloudwatch_log_group",
    ),
    Documented(
        _MASKED,
        ["logs:DeleteDataProtectionPolicy", "logs:GetDataProtectionPolicy", "logs:PutDataProtectionPolicy"],
        ["*"],
        "card numbers are masked in the layer's log groups; the emulator has no such policies",
        f"{_PROVIDER}/cloudwatch_log_data_protection_policy",
    ),
    Documented(
        ["network"],
        ["ec2:DeleteTags"],
        ["*"],
        "the program takes a tag away",
        f"{_API}/AWSEC2/latest/APIReference/API_DeleteTags.html",
    ),
    Documented(
        ["network"],
        ["ec2:DescribeAddressesAttribute", "ec2:DisassociateAddress"],
        ["*"],
        "an elastic IP is read with its reverse name, and taken from what it is still of before it is given back",
        f"{_PROVIDER}/eip",
    ),
    Documented(
        ["network"],
        ["ec2:ReplaceRoute"],
        ["*"],
        "a route leads to another gateway than before",
        f"{_PROVIDER}/route",
    ),
    Documented(
        ["network"],
        ["ec2:ReplaceRouteTableAssociation"],
        ["*"],
        "a subnet has another route table than before",
        f"{_PROVIDER}/route_table_association",
    ),
    Documented(
        ["network"],
        ["route53:AssociateVPCWithHostedZone"],
        ["*"],
        "an interface endpoint with private names has a hosted zone of AWS's own put into the VPC",
        f"{_API}/AWSEC2/latest/APIReference/API_CreateVpcEndpoint.html",
    ),
    Documented(
        ["data"],
        ["dynamodb:UpdateTable"],
        ["*"],
        "deletion protection is turned off before a destroy",
        f"{_PROVIDER}/dynamodb_table",
    ),
    Documented(
        ["data"],
        ["kms:CreateGrant", "kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"],
        ["*"],
        "services that are told to encrypt with the key use it in the caller's name",
        f"{_API}/kms/latest/developerguide/services-dynamodb.html",
    ),
    Documented(["data"], ["kms:PutKeyPolicy"], ["*"], "the program changes the key's policy", f"{_PROVIDER}/kms_key"),
    Documented(["data"], ["kms:UpdateAlias"], ["*"], "the alias is of another key", f"{_PROVIDER}/kms_alias"),
    Documented(
        ["data"],
        [
            "dynamodb:UntagResource",
            "kms:UntagResource",
            "sns:UntagResource",
            "sqs:UntagQueue",
        ],
        ["*"],
        "the program takes a tag away",
        f"{_API}/tag-editor/latest/userguide/tagging.html",
    ),
    Documented(
        ["data"],
        ["sns:GetSubscriptionAttributes", "sns:SetSubscriptionAttributes", "sns:Subscribe", "sns:Unsubscribe"],
        ["*"],
        "the setting alertEmails names addresses; the lane has none",
        f"{_PROVIDER}/sns_topic_subscription",
    ),
    Documented(
        ["compute"],
        ["lambda:DeleteFunctionConcurrency"],
        ["*"],
        "a setting such as validatorConcurrency is taken back",
        f"{_PROVIDER}/lambda_function",
    ),
    Documented(
        ["compute"],
        ["lambda:UpdateAlias"],
        ["*"],
        "a new version goes live, or gets a share of the calls",
        f"{_PROVIDER}/lambda_alias",
    ),
    Documented(
        ["compute"],
        ["events:UntagResource", "lambda:UntagResource"],
        ["*"],
        "the program takes a tag away",
        f"{_API}/tag-editor/latest/userguide/tagging.html",
    ),
    Documented(
        ["compute"],
        ["kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"],
        ["*"],
        "Lambda encrypts and tells a function's variables in the caller's name",
        f"{_LAMBDA}/configuration-envvars-encryption.html",
    ),
    Documented(
        ["compute"],
        ["ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"],
        ["*"],
        "Lambda looks up where a function is placed in the caller's name",
        f"{_LAMBDA}/configuration-vpc.html",
    ),
    Documented(
        ["compute"],
        ["ec2:DescribeNetworkInterfaces"],
        ["*"],
        "tapstack destroy waits for the interfaces that Lambda frees by the functions' roles",
        f"{_LAMBDA}/configuration-vpc.html",
    ),
    Documented(
        ["compute"],
        ["servicequotas:GetAWSDefaultServiceQuota", "servicequotas:GetServiceQuota"],
        ["*"],
        "the program asks how much concurrency there is to reserve",
        "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/servicequotas_service_quota",
    ),
    Documented(
        ["api-edge"],
        ["iam:CreateServiceLinkedRole"],
        ["*"],
        "AWS WAF delivers logs, and API Gateway reaches other services, by a role that their first use makes",
        f"{_API}/waf/latest/developerguide/using-service-linked-roles.html",
    ),
    Documented(
        ["api-edge"],
        [
            "logs:CreateLogDelivery",
            "logs:DeleteLogDelivery",
            "logs:DescribeResourcePolicies",
            "logs:PutResourcePolicy",
        ],
        ["*"],
        "a web ACL's log is a delivery that AWS WAF sets up in the caller's name",
        f"{_API}/waf/latest/developerguide/logging-cw-logs.html",
    ),
    Documented(
        ["api-edge"],
        ["wafv2:DeleteLoggingConfiguration", "wafv2:GetLoggingConfiguration", "wafv2:PutLoggingConfiguration"],
        ["*"],
        "the web ACL has its log; the emulator has no such configuration",
        f"{_PROVIDER}/wafv2_web_acl_logging_configuration",
    ),
    Documented(
        ["api-edge"],
        ["cloudwatch:UntagResource", "wafv2:UntagResource"],
        ["*"],
        "the program takes a tag away",
        f"{_API}/tag-editor/latest/userguide/tagging.html",
    ),
    Documented(
        ["api-edge"],
        ["kms:Decrypt"],
        ["*"],
        "DynamoDB decrypts items in the caller's name",
        f"{_API}/amazondynamodb/latest/developerguide/encryption.usagenotes.html",
    ),
    Documented(
        ["api-edge"],
        ["apigateway:RemoveCertificateFromDomain"],
        ["*"],
        "the domain takes another certificate, or goes",
        f"{_API}/service-authorization/latest/reference/list_amazonapigatewaymanagement.html",
    ),
    Documented(
        ["api-edge"],
        ["route53:ListTagsForResource"],
        ["*"],
        "the provider looks the hosted zone up by its id, and its tags with it",
        "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/route53_zone",
    ),
    Documented(
        ["api-edge"],
        ["s3:GetObjectVersion"],
        ["*"],
        "API Gateway reads the truststore in the name of who sets it",
        f"{_API}/apigateway/latest/developerguide/rest-api-mutual-tls.html",
    ),
)

ON_ALIASES: Final = Documented(
    ["compute", "api-edge"],
    ["lambda:AddPermission", "lambda:GetPolicy", "lambda:RemovePermission"],
    [_arn("lambda", f"function:tapstack-local-{name}:*") for name in ("notifier", "validator")],
    "a call with a qualifier is on the alias; the emulator's record has the function's name alone",
    f"{_LAMBDA}/access-control-resource-based.html",
)
"""Resources of actions that are on record on others."""
