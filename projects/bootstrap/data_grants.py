"""What the roles of the data layer may do: tables, queues and the topic by name, the key by its tags."""

from typing import Final

from grants import Grant, LayerGrants, adopted, new, own

_KEYS: Final = ["arn:{partition}:kms:{region}:{account}:key/*"]
_ALIASES: Final = ["arn:{partition}:kms:{region}:{account}:alias/{prefix}data"]
_TABLES: Final = ["arn:{partition}:dynamodb:{region}:{account}:table/{prefix}*"]
_QUEUES: Final = ["arn:{partition}:sqs:{region}:{account}:{prefix}*"]
_TOPICS: Final = ["arn:{partition}:sns:{region}:{account}:{prefix}*"]

GRANTS: Final = LayerGrants(
    read=[
        Grant(
            [
                "kms:DescribeKey",
                "kms:GetKeyPolicy",
                "kms:GetKeyRotationStatus",
                "kms:ListGrants",
                "kms:ListResourceTags",
            ],
            _KEYS,
            own("data"),
        ),
        # KMS lists all aliases or none, and all keys.
        Grant(["kms:ListAliases", "kms:ListKeys"], ["*"]),
        # Not a single item: what merchants sent is nothing a deployment reads.
        Grant(
            [
                "dynamodb:DescribeContinuousBackups",
                "dynamodb:DescribeTable",
                "dynamodb:DescribeTimeToLive",
                "dynamodb:GetResourcePolicy",
                "dynamodb:ListTagsOfResource",
            ],
            _TABLES,
        ),
        Grant(["sqs:GetQueueAttributes", "sqs:ListQueueTags"], _QUEUES),
        Grant(
            [
                "sns:GetSubscriptionAttributes",
                "sns:GetTopicAttributes",
                "sns:ListSubscriptionsByTopic",
                "sns:ListTagsForResource",
            ],
            _TOPICS,
        ),
    ],
    change=[
        Grant(["kms:CreateKey"], ["*"], new("data")),
        Grant(["kms:TagResource"], _KEYS, adopted("data")),
        Grant(
            [
                "kms:CreateAlias",
                "kms:DeleteAlias",
                "kms:EnableKeyRotation",
                "kms:PutKeyPolicy",
                "kms:ScheduleKeyDeletion",
                "kms:UntagResource",
                "kms:UpdateAlias",
                "kms:UpdateKeyDescription",
            ],
            _KEYS,
            own("data"),
        ),
        Grant(["kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"], _ALIASES),
        # Services that are told to encrypt with the key use it in the caller's name.
        Grant(
            ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"],
            _KEYS,
            {
                "StringEquals": {
                    **own("data")["StringEquals"],
                    "kms:ViaService": [f"{service}.{{region}}.amazonaws.com" for service in ("dynamodb", "sns", "sqs")],
                },
            },
        ),
        Grant(["kms:CreateGrant"], _KEYS, {**own("data"), "Bool": {"kms:GrantIsForAWSResource": "true"}}),
        Grant(
            [
                "dynamodb:CreateTable",
                "dynamodb:DeleteTable",
                "dynamodb:TagResource",
                "dynamodb:UntagResource",
                "dynamodb:UpdateContinuousBackups",
                "dynamodb:UpdateTable",
                "dynamodb:UpdateTimeToLive",
            ],
            _TABLES,
        ),
        Grant(
            ["sqs:CreateQueue", "sqs:DeleteQueue", "sqs:SetQueueAttributes", "sqs:TagQueue", "sqs:UntagQueue"], _QUEUES
        ),
        Grant(
            [
                "sns:CreateTopic",
                "sns:DeleteTopic",
                "sns:SetSubscriptionAttributes",
                "sns:SetTopicAttributes",
                "sns:Subscribe",
                "sns:TagResource",
                "sns:Unsubscribe",
                "sns:UntagResource",
            ],
            _TOPICS,
        ),
    ],
)
