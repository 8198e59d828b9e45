"""What the roles of the compute layer may do: functions, their roles, log groups, event sources, and the sweeps."""

from typing import Final

from grants import Grant, LayerGrants, decrypting, log_groups, new, own, roles

_FUNCTIONS: Final = ["arn:{partition}:lambda:{region}:{account}:function:{prefix}*"]
_MAPPINGS: Final = ["arn:{partition}:lambda:{region}:{account}:event-source-mapping:*"]
_KEYS: Final = ["arn:{partition}:kms:{region}:{account}:key/*"]
_OF_OWN_FUNCTIONS: Final = {"ArnLike": {"lambda:FunctionArn": _FUNCTIONS}}
_ROLES: Final = roles(["{prefix}validator", "{prefix}fraud-detector", "{prefix}notifier"], "lambda.amazonaws.com")
_NOTIFIER: Final = [
    "arn:{partition}:lambda:{region}:{account}:function:{prefix}notifier",
    "arn:{partition}:lambda:{region}:{account}:function:{prefix}notifier:*",
]
_RULES: Final = ["arn:{partition}:events:{region}:{account}:rule/{prefix}*"]
_LOG_GROUPS: Final = log_groups("/aws/lambda/{prefix}*", masked=True)

GRANTS: Final = LayerGrants(
    read=[
        Grant(
            [
                "lambda:GetAlias",
                "lambda:GetFunction",
                "lambda:GetFunctionCodeSigningConfig",
                "lambda:GetFunctionConfiguration",
                "lambda:GetPolicy",
                "lambda:ListAliases",
                "lambda:ListFunctionEventInvokeConfigs",
                "lambda:ListFunctionUrlConfigs",
                "lambda:ListVersionsByFunction",
            ],
            _FUNCTIONS,
        ),
        # Who else takes what the functions take; Lambda lists mappings by no narrower resource.
        Grant(["lambda:ListEventSourceMappings"], ["*"]),
        Grant(["lambda:GetEventSourceMapping"], _MAPPINGS, _OF_OWN_FUNCTIONS),
        # Lambda tells the tags of functions and of event sources by one call.
        Grant(["lambda:ListTags"], [*_FUNCTIONS, *_MAPPINGS]),
        Grant(
            ["servicequotas:GetServiceQuota"],
            ["arn:{partition}:servicequotas:{region}:{account}:lambda/L-B99A9384"],
        ),
        Grant(["servicequotas:GetAWSDefaultServiceQuota"], ["*"]),
        # Lambda tells who may not decrypt them nothing of a function's variables.
        decrypting("lambda"),
        Grant(["lambda:GetPolicy"], _NOTIFIER),
        Grant(["events:DescribeRule", "events:ListTagsForResource", "events:ListTargetsByRule"], _RULES),
        *_ROLES.read,
        *_LOG_GROUPS.read,
    ],
    change=[
        # Not `Invoke`; and who may call the functions is the edge's to say, but for the schedule of sweeps.
        Grant(
            ["lambda:AddPermission"],
            _NOTIFIER,
            {"StringEquals": {"lambda:Principal": "events.amazonaws.com"}},
        ),
        Grant(["lambda:RemovePermission"], _NOTIFIER),
        Grant(
            [
                "events:DeleteRule",
                "events:PutRule",
                "events:PutTargets",
                "events:RemoveTargets",
                "events:TagResource",
                "events:UntagResource",
            ],
            _RULES,
        ),
        Grant(
            [
                "lambda:CreateAlias",
                "lambda:CreateFunction",
                "lambda:DeleteAlias",
                "lambda:DeleteFunction",
                "lambda:DeleteFunctionConcurrency",
                "lambda:PublishVersion",
                "lambda:PutFunctionConcurrency",
                "lambda:TagResource",
                "lambda:UntagResource",
                "lambda:UpdateAlias",
                "lambda:UpdateFunctionCode",
                "lambda:UpdateFunctionConfiguration",
            ],
            _FUNCTIONS,
        ),
        # A mapping that is not there yet has no ARN.
        Grant(["lambda:CreateEventSourceMapping"], ["*"], _OF_OWN_FUNCTIONS),
        Grant(["lambda:DeleteEventSourceMapping", "lambda:UpdateEventSourceMapping"], _MAPPINGS, _OF_OWN_FUNCTIONS),
        Grant(["lambda:TagResource"], _MAPPINGS, new("compute")),
        # Lambda looks up where a function is placed, and takes the data layer's key, in the caller's name; before roles
        # are deleted, the interfaces that Lambda frees by them are waited for.
        Grant(
            [
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSubnets",
                "ec2:DescribeVpcs",
            ],
            ["*"],
        ),
        Grant(
            ["kms:CreateGrant", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"],
            _KEYS,
            {"StringEquals": {**own("data")["StringEquals"], "kms:ViaService": "lambda.{region}.amazonaws.com"}},
        ),
        *_ROLES.change,
        *_LOG_GROUPS.change,
    ],
)
