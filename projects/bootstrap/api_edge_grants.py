"""What the roles of the api-edge layer may do: the API with all that belongs to it, by tags; the rest by name."""

from typing import Final

from grants import Condition, Grant, LayerGrants, adopted, decrypting, log_groups, new, own, own_or_untagged, roles
from tapstack.account_names import API_LOGS_BOUNDARY, API_LOGS_ROLE
from transactions.agreed.probe import PROBE_MERCHANT
from transactions.agreed.tables import API_KEY_ID_PREFIX, settings_id

_API: Final = "arn:{partition}:apigateway:{region}::"
_WAF: Final = "arn:{partition}:wafv2:{region}:{account}:regional"
_WEB_ACLS: Final = [f"{_WAF}/webacl/{{prefix}}*/*"]
_VALIDATOR: Final = [
    "arn:{partition}:lambda:{region}:{account}:function:{prefix}validator",
    "arn:{partition}:lambda:{region}:{account}:function:{prefix}validator:*",
]
_ALARMS: Final = ["arn:{partition}:cloudwatch:{region}:{account}:alarm:{prefix}*"]
_DASHBOARDS: Final = ["arn:{partition}:cloudwatch::{account}:dashboard/{prefix}*"]
_MERCHANTS: Final = ["arn:{partition}:dynamodb:{region}:{account}:table/{prefix}merchants"]
# The probe's binding, which is called by a hash of its key, and its settings.
_PROBE_ITEMS: Final[Condition] = {
    "ForAllValues:StringLike": {"dynamodb:LeadingKeys": [f"{API_KEY_ID_PREFIX}*", settings_id(PROBE_MERCHANT)]},
    "Null": {"dynamodb:LeadingKeys": "false"},
}
# All environments of the account share it, so none may take it from the others: it is made, and let go of.
_ROLE: Final = roles(
    [API_LOGS_ROLE],
    "apigateway.amazonaws.com",
    f"arn:{{partition}}:iam::aws:policy/{API_LOGS_BOUNDARY}",
).without("iam:DeleteRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:UntagRole")
_LOG_GROUPS: Final = log_groups("/aws/apigateway/{prefix}*", "aws-waf-logs-{prefix}*", masked=True)

GRANTS: Final = LayerGrants(
    read=[
        Grant(
            ["apigateway:GET"],
            [f"{_API}/account", f"{_API}/restapis/*", f"{_API}/tags/*", f"{_API}/usageplans"],
        ),
        # The keys and plans of another environment are nobody's here.
        Grant(["apigateway:GET"], [f"{_API}/apikeys/*", f"{_API}/usageplans/*"], own_or_untagged("api-edge")),
        Grant(
            [
                "wafv2:GetLoggingConfiguration",
                "wafv2:GetWebACL",
                "wafv2:ListResourcesForWebACL",
                "wafv2:ListTagsForResource",
            ],
            _WEB_ACLS,
        ),
        # AWS WAF lists all web ACLs or none.
        Grant(["wafv2:ListWebACLs"], ["*"]),
        Grant(["wafv2:GetWebACLForResource"], [f"{_API}/restapis/*/stages/*"]),
        Grant(["cloudwatch:DescribeAlarms", "cloudwatch:ListTagsForResource"], _ALARMS),
        Grant(["cloudwatch:GetDashboard"], _DASHBOARDS),
        Grant(["lambda:GetPolicy"], _VALIDATOR),
        Grant(["dynamodb:GetItem"], _MERCHANTS, _PROBE_ITEMS),
        decrypting("dynamodb"),
        # Whether another environment has made the role already; IAM lists all roles or none.
        Grant(["iam:ListRoles"], ["*"]),
        *_ROLE.read,
        *_LOG_GROUPS.read,
    ],
    change=[
        # What is made is born with the layer's tags; what belongs to an API or a usage plan inherits them.
        Grant(
            ["apigateway:POST"],
            [f"{_API}/apikeys", f"{_API}/restapis", f"{_API}/usageplans"],
            new("api-edge"),
        ),
        Grant(["apigateway:PUT"], [f"{_API}/tags/*"], adopted("api-edge")),
        Grant(
            ["apigateway:DELETE", "apigateway:PATCH", "apigateway:POST", "apigateway:PUT"],
            [f"{_API}/apikeys/*", f"{_API}/restapis/*", f"{_API}/usageplans/*"],
            own("api-edge"),
        ),
        # The account's one setting of API Gateway: with which role it writes logs.
        Grant(["apigateway:PATCH"], [f"{_API}/account"]),
        Grant(["apigateway:SetWebACL"], [f"{_API}/restapis/*/stages/*"], own("api-edge")),
        Grant(
            [
                "wafv2:CreateWebACL",
                "wafv2:DeleteLoggingConfiguration",
                "wafv2:DeleteWebACL",
                "wafv2:PutLoggingConfiguration",
                "wafv2:TagResource",
                "wafv2:UntagResource",
                "wafv2:UpdateWebACL",
            ],
            _WEB_ACLS,
        ),
        # AWS WAF checks a web ACL's managed rules, and what it is put in front of, as resources of the same call.
        Grant(["wafv2:CreateWebACL", "wafv2:UpdateWebACL"], [f"{_WAF}/managedruleset/*/*"]),
        Grant(["wafv2:AssociateWebACL"], _WEB_ACLS),
        Grant(
            ["wafv2:AssociateWebACL", "wafv2:DisassociateWebACL"],
            [f"{_API}/restapis/*/stages/*"],
        ),
        # A web ACL's log is a delivery that AWS WAF sets up in the caller's name, by a role of its own.
        Grant(["logs:CreateLogDelivery", "logs:DeleteLogDelivery"], ["*"]),
        Grant(["logs:DescribeResourcePolicies", "logs:PutResourcePolicy"], ["*"]),
        Grant(
            ["iam:CreateServiceLinkedRole"],
            [
                "arn:{partition}:iam::{account}:role/aws-service-role/wafv2.amazonaws.com/*",
                "arn:{partition}:iam::{account}:role/aws-service-role/ops.apigateway.amazonaws.com/*",
            ],
            {"StringEquals": {"iam:AWSServiceName": ["wafv2.amazonaws.com", "ops.apigateway.amazonaws.com"]}},
        ),
        Grant(
            [
                "cloudwatch:DeleteAlarms",
                "cloudwatch:PutMetricAlarm",
                "cloudwatch:TagResource",
                "cloudwatch:UntagResource",
            ],
            _ALARMS,
        ),
        Grant(["cloudwatch:DeleteDashboards", "cloudwatch:PutDashboard"], _DASHBOARDS),
        # Two things of the layers before it: who may call the validator, and which key is the probe's.
        Grant(
            ["lambda:AddPermission"],
            _VALIDATOR,
            {"StringEquals": {"lambda:Principal": "apigateway.amazonaws.com"}},
        ),
        Grant(["lambda:RemovePermission"], _VALIDATOR),
        Grant(["dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"], _MERCHANTS, _PROBE_ITEMS),
        *_ROLE.change,
        *_LOG_GROUPS.change,
    ],
)
