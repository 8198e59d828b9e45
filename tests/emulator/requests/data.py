"""The data layer's types."""

import json
from typing import Any, Final

from emulator.requests.resource import Call, Resource

TAGS: Final = [{"Key": "Name", "Value": "replay"}]
CHANGED: Final = [{"Key": "Name", "Value": "changed"}]


def _policy(action: str, resource: str, principal: Any = "*") -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


_KEY: Final = Call("kms:DescribeKey", {"KeyId": "$key"})
_TABLE: Final = Call("dynamodb:DescribeTable", {"TableName": "replay"})
_QUEUE: Final = Call("sqs:GetQueueAttributes", {"QueueUrl": "$queue", "AttributeNames": ["All"]})
_TOPIC: Final = Call("sns:GetTopicAttributes", {"TopicArn": "$topic"})
_SECRET: Final = Call("secretsmanager:DescribeSecret", {"SecretId": "$secret"})
_ITEM: Final = Call(
    "dynamodb:GetItem",
    {
        "ConsistentRead": True,
        "ExpressionAttributeNames": {"#a_0": "id", "#a_1": "state"},
        "Key": {"id": {"S": "1"}},
        "ProjectionExpression": "#a_0, #a_1",
        "TableName": "replay",
    },
)


def _set_queue(**attributes: str) -> Call:
    return Call("sqs:SetQueueAttributes", {"QueueUrl": "$queue", "Attributes": attributes})


def _set_topic(name: str, value: str) -> Call:
    return Call("sns:SetTopicAttributes", {"TopicArn": "$topic", "AttributeName": name, "AttributeValue": value})


DATA: Final = (
    Resource(
        "aws_kms_key",
        create=[
            Call(
                "kms:CreateKey",
                {
                    "BypassPolicyLockoutSafetyCheck": False,
                    "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT",
                    "Description": "replay",
                    "KeyUsage": "ENCRYPT_DECRYPT",
                    "MultiRegion": False,
                    "Policy": _policy("kms:*", "*", {"AWS": "arn:aws:iam::000000000000:root"}),
                    "Tags": [{"TagKey": "Name", "TagValue": "replay"}],
                },
                {"key": "KeyMetadata.KeyId", "key_arn": "KeyMetadata.Arn"},
            ),
            Call("kms:EnableKeyRotation", {"KeyId": "$key"}),
        ],
        read=[
            _KEY,
            Call("kms:GetKeyPolicy", {"KeyId": "$key", "PolicyName": "default"}),
            Call("kms:GetKeyRotationStatus", {"KeyId": "$key"}),
            Call("kms:ListResourceTags", {"KeyId": "$key", "Limit": 50}),
        ],
        update=[
            Call("kms:UpdateKeyDescription", {"KeyId": "$key", "Description": "changed"}),
            Call("kms:TagResource", {"KeyId": "$key", "Tags": [{"TagKey": "Name", "TagValue": "changed"}]}),
        ],
        delete=[Call("kms:ScheduleKeyDeletion", {"KeyId": "$key", "PendingWindowInDays": 7}), _KEY],
    ),
    Resource(
        "aws_kms_alias",
        create=[Call("kms:CreateAlias", {"AliasName": "alias/replay", "TargetKeyId": "$key"})],
        read=[Call("kms:ListAliases", {})],
        delete=[Call("kms:DeleteAlias", {"AliasName": "alias/replay"})],
    ),
    Resource(
        "aws_dynamodb_table",
        create=[
            Call(
                "dynamodb:CreateTable",
                {
                    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                    "BillingMode": "PAY_PER_REQUEST",
                    "DeletionProtectionEnabled": False,
                    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                    "SSESpecification": {"Enabled": True, "KMSMasterKeyId": "$key_arn", "SSEType": "KMS"},
                    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
                    "TableName": "replay",
                    "Tags": TAGS,
                },
                {"table_arn": "TableDescription.TableArn", "stream_arn": "TableDescription.LatestStreamArn"},
            ),
            _TABLE,
            Call(
                "dynamodb:UpdateTimeToLive",
                {
                    "TableName": "replay",
                    "TimeToLiveSpecification": {"AttributeName": "expires_at", "Enabled": True},
                },
            ),
            Call(
                "dynamodb:UpdateContinuousBackups",
                {
                    "TableName": "replay",
                    "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
                },
            ),
        ],
        read=[
            _TABLE,
            Call("dynamodb:DescribeContinuousBackups", {"TableName": "replay"}),
            Call("dynamodb:DescribeTimeToLive", {"TableName": "replay"}),
            Call("dynamodb:ListTagsOfResource", {"ResourceArn": "$table_arn"}),
            Call("kms:DescribeKey", {"KeyId": "alias/aws/dynamodb"}),
        ],
        update=[Call("dynamodb:TagResource", {"ResourceArn": "$table_arn", "Tags": CHANGED})],
        delete=[
            Call("dynamodb:DeleteTable", {"TableName": "replay"}),
            Call("dynamodb:DescribeTable", {"TableName": "replay"}, error="ResourceNotFoundException"),
        ],
    ),
    Resource(
        "aws_dynamodb_table_item",
        create=[
            Call(
                "dynamodb:PutItem",
                {
                    "ConditionExpression": "attribute_not_exists(#hk)",
                    "ExpressionAttributeNames": {"#hk": "id"},
                    "Item": {"id": {"S": "1"}, "state": {"S": "on"}},
                    "TableName": "replay",
                },
            )
        ],
        read=[_ITEM],
        update=[
            Call(
                "dynamodb:UpdateItem",
                {
                    "AttributeUpdates": {"state": {"Action": "PUT", "Value": {"S": "off"}}},
                    "Key": {"id": {"S": "1"}},
                    "TableName": "replay",
                },
            )
        ],
        delete=[Call("dynamodb:DeleteItem", {"Key": {"id": {"S": "1"}}, "TableName": "replay"})],
    ),
    Resource(
        "aws_sqs_queue",
        create=[
            Call(
                "sqs:CreateQueue",
                {
                    "QueueName": "replay",
                    "Attributes": {
                        "KmsDataKeyReusePeriodSeconds": "300",
                        "KmsMasterKeyId": "$key_arn",
                        "MessageRetentionPeriod": "345600",
                        "VisibilityTimeout": "120",
                    },
                    "tags": {"Name": "replay"},
                },
                {"queue": "QueueUrl"},
            ),
            Call(
                "sqs:GetQueueAttributes",
                {"QueueUrl": "$queue", "AttributeNames": ["All"]},
                {"queue_arn": "Attributes.QueueArn"},
            ),
        ],
        read=[_QUEUE, Call("sqs:ListQueueTags", {"QueueUrl": "$queue"})],
        update=[
            _set_queue(VisibilityTimeout="180"),
            Call("sqs:TagQueue", {"QueueUrl": "$queue", "Tags": {"Name": "changed"}}),
        ],
        delete=[
            Call("sqs:DeleteQueue", {"QueueUrl": "$queue"}),
            Call(
                "sqs:GetQueueAttributes",
                {"QueueUrl": "$queue", "AttributeNames": ["All"]},
                error="AWS.SimpleQueueService.NonExistentQueue",
            ),
        ],
    ),
    Resource(
        "aws_sqs_queue_policy",
        create=[_set_queue(Policy=_policy("sqs:SendMessage", "$queue_arn"))],
        read=[_QUEUE],
        update=[_set_queue(Policy=_policy("sqs:*", "$queue_arn"))],
        delete=[_set_queue(Policy=""), _QUEUE],
    ),
    Resource(
        "aws_sqs_queue_redrive_allow_policy",
        create=[_set_queue(RedriveAllowPolicy='{"redrivePermission":"denyAll"}')],
        read=[_QUEUE],
        delete=[_set_queue(RedriveAllowPolicy=""), _QUEUE],
    ),
    Resource(
        "aws_sns_topic",
        create=[
            Call(
                "sns:CreateTopic",
                {"Name": "replay", "Attributes": {"KmsMasterKeyId": "$key_arn"}, "Tags": TAGS},
                {"topic": "TopicArn"},
            ),
            _set_topic("DisplayName", "replay"),
        ],
        read=[_TOPIC, Call("sns:ListTagsForResource", {"ResourceArn": "$topic"})],
        update=[Call("sns:TagResource", {"ResourceArn": "$topic", "Tags": CHANGED})],
        delete=[Call("sns:DeleteTopic", {"TopicArn": "$topic"})],
    ),
    Resource(
        "aws_sns_topic_policy",
        create=[_set_topic("Policy", _policy("sns:Publish", "$topic"))],
        read=[_TOPIC],
        update=[_set_topic("Policy", _policy("sns:Subscribe", "$topic"))],
        delete=[_set_topic("Policy", _policy("sns:Publish", "$topic", {"AWS": "*"}))],
    ),
    Resource(
        "aws_sns_topic_subscription",
        seen=False,
        create=[
            Call(
                "sns:Subscribe",
                {
                    "Attributes": {},
                    "Endpoint": "prod-alerts@example.com",
                    "Protocol": "email",
                    "ReturnSubscriptionArn": True,
                    "TopicArn": "$topic",
                },
                {"subscription": "SubscriptionArn"},
            )
        ],
        read=[Call("sns:GetSubscriptionAttributes", {"SubscriptionArn": "$subscription"})],
        delete=[Call("sns:Unsubscribe", {"SubscriptionArn": "$subscription"})],
    ),
    Resource(
        "aws_secretsmanager_secret",
        create=[
            Call(
                "secretsmanager:CreateSecret",
                {
                    "ClientRequestToken": "11111111-1111-4111-8111-111111111111",
                    "Description": "replay",
                    "ForceOverwriteReplicaSecret": False,
                    "KmsKeyId": "$key_arn",
                    "Name": "replay/secret",
                    "Tags": TAGS,
                },
                {"secret": "ARN"},
            )
        ],
        read=[_SECRET, Call("secretsmanager:GetResourcePolicy", {"SecretId": "$secret"})],
        update=[
            Call(
                "secretsmanager:UpdateSecret",
                {
                    "ClientRequestToken": "22222222-2222-4222-8222-222222222222",
                    "Description": "changed",
                    "KmsKeyId": "$key_arn",
                    "SecretId": "$secret",
                },
            ),
            Call("secretsmanager:TagResource", {"SecretId": "$secret", "Tags": CHANGED}),
        ],
        delete=[
            Call("secretsmanager:DeleteSecret", {"SecretId": "$secret", "ForceDeleteWithoutRecovery": True}),
            Call("secretsmanager:DescribeSecret", {"SecretId": "$secret"}, error="ResourceNotFoundException"),
        ],
    ),
    Resource(
        "aws_secretsmanager_secret_version",
        create=[
            Call(
                "secretsmanager:PutSecretValue",
                {
                    "ClientRequestToken": "33333333-3333-4333-8333-333333333333",
                    "SecretId": "$secret",
                    "SecretString": "whsec_replay",
                },
                {"version": "VersionId"},
            )
        ],
        read=[Call("secretsmanager:GetSecretValue", {"SecretId": "$secret", "VersionId": "$version"})],
        # The version that holds AWSCURRENT cannot be taken from a secret: the provider looks, and leaves it.
        delete=[Call("secretsmanager:GetSecretValue", {"SecretId": "$secret", "VersionId": "$version"})],
    ),
)
