"""Log groups, what is masked in them, and the policies that let services write to them."""

from typing import Final

from tapstack.providers.table import Call, Look, Row, Scope, Tagging
from tapstack.providers.values import Props


def _set_retention(scope: Scope) -> Props:
    if days := scope.inputs.get("retentionInDays"):
        return scope.call("logs", "put_retention_policy", {"logGroupName": scope["id"], "retentionInDays": days})
    return scope.call("logs", "delete_retention_policy", {"logGroupName": scope["id"]})


ROWS: Final = {
    "aws:cloudwatch/logGroup:LogGroup": Row(
        service="logs",
        create=Call(operation="create_log_group", auto=("kmsKeyId", "logGroupClass", "name", "tags")),
        id="$name",
        settle=(Call(run=_set_retention, on=("retentionInDays",)),),
        read=(
            Look(
                operation="describe_log_groups",
                params={"logGroupNamePrefix": "$id"},
                pick="logGroups[?logGroupName=='${id}'] | [0]",
                take={"name": "logGroupName"},
            ),
        ),
        delete=(Call(operation="delete_log_group", params={"logGroupName": "$id"}),),
        outputs={"arn": "arn:aws:logs:${region}:${account}:log-group:${id}"},
        names={"name": "logGroupName"},
        defaults={"skipDestroy": False},
        replace_on=("logGroupClass", "name"),
        auto_name="name",
        state_only=("kmsKeyId", "skipDestroy"),
        state_only_reason="the emulator does not change the key of log groups",
        tagging=Tagging(
            add="tag_resource",
            remove="untag_resource",
            target={"resourceArn": "$arn"},
            read=Look(
                operation="list_tags_for_resource", params={"resourceArn": "$arn"}, take={"tags": "tags"}, auto=False
            ),
        ),
    ),
    "aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy": Row(
        service="logs",
        id="$logGroupName",
        replace_on=("logGroupName",),
        state_only=("logGroupName", "policyDocument"),
        state_only_reason="no log of the lane is masked when it is read",
    ),
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": Row(
        service="logs",
        create=Call(operation="put_resource_policy", auto=("policyDocument", "policyName")),
        id="$policyName",
        read=(Look(operation="describe_resource_policies", pick="resourcePolicies[?policyName=='${id}'] | [0]"),),
        update=(
            Call(operation="put_resource_policy", params={"policyName": "$id", "policyDocument": "$policyDocument"}),
        ),
        delete=(Call(operation="delete_resource_policy", params={"policyName": "$id"}),),
        replace_on=("policyName",),
    ),
}
