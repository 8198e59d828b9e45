"""EventBridge rules and their targets, on the account's default bus."""

from typing import Final

from tapstack.providers.table import Call, Look, Row, Tagging

_PUT_RULE: Final = Call(
    operation="put_rule", auto=("description", "eventPattern", "name", "roleArn", "scheduleExpression", "state", "tags")
)
_PUT_RULE_AGAIN: Final = Call(
    operation="put_rule",
    params={"Name": "$id"},
    auto=("description", "eventPattern", "roleArn", "scheduleExpression", "state"),
)
_PUT_TARGET: Final = Call(
    operation="put_targets",
    params={"Rule": "$rule", "Targets": [{"Id": "$targetId", "Arn": "$arn", "Input": "$input", "RoleArn": "$roleArn"}]},
)

ROWS: Final = {
    "aws:cloudwatch/eventRule:EventRule": Row(
        service="events",
        create=_PUT_RULE,
        id="$name",
        read=(Look(operation="describe_rule", params={"Name": "$id"}),),
        update=(_PUT_RULE_AGAIN,),
        delete=(Call(operation="delete_rule", params={"Name": "$id"}),),
        outputs={"arn": "arn:aws:events:${region}:${account}:rule/${id}"},
        defaults={"eventBusName": "default", "forceDestroy": False, "state": "ENABLED"},
        replace_on=("eventBusName", "name"),
        auto_name="name",
        name_limit=64,
        state_only=("eventBusName", "forceDestroy"),
        tagging=Tagging(
            add="tag_resource",
            remove="untag_resource",
            target={"ResourceARN": "$arn"},
            read=Look(
                operation="list_tags_for_resource", params={"ResourceARN": "$arn"}, take={"tags": "Tags"}, auto=False
            ),
        ),
    ),
    "aws:cloudwatch/eventTarget:EventTarget": Row(
        service="events",
        create=_PUT_TARGET,
        id="${rule}-${targetId}",
        read=(
            Look(
                operation="list_targets_by_rule",
                params={"Rule": "$rule"},
                pick="Targets[?Id=='${targetId}'] | [0]",
                take={"targetId": "Id"},
            ),
        ),
        update=(_PUT_TARGET,),
        delete=(Call(operation="remove_targets", params={"Rule": "$rule", "Ids": ["$targetId"]}),),
        defaults={"eventBusName": "default", "forceDestroy": False},
        replace_on=("eventBusName", "rule", "targetId"),
        auto_name="targetId",
        name_limit=64,
        state_only=("eventBusName", "forceDestroy"),
        import_id=r"(?P<rule>[^/]+)/(?P<targetId>.+)",
    ),
}
