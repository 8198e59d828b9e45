"""Tables and single items."""

import json
from typing import Any, Final

from tapstack.providers.table import Call, Look, Row, Scope, Tagging
from tapstack.providers.values import Props


def _keys(source: Props) -> list[Props]:
    """Write the key of a table or index, given as `keySchemas` or as `hashKey` and `rangeKey`."""
    if schemas := source.get("keySchemas"):
        return [{"AttributeName": item["attributeName"], "KeyType": item["keyType"]} for item in schemas]
    named = {"HASH": source.get("hashKey"), "RANGE": source.get("rangeKey")}
    return [{"AttributeName": name, "KeyType": kind} for kind, name in named.items() if name]


def _index(index: Props) -> Props:
    projection: Props = {"ProjectionType": index["projectionType"]}
    if names := index.get("nonKeyAttributes"):
        projection["NonKeyAttributes"] = names
    return {"IndexName": index["name"], "KeySchema": _keys(index), "Projection": projection, **_throughput(index)}


def _throughput(source: Props) -> Props:
    units = {"ReadCapacityUnits": source.get("readCapacity"), "WriteCapacityUnits": source.get("writeCapacity")}
    return {"ProvisionedThroughput": units} if all(units.values()) else {}


def _stream(scope: Scope) -> Props:
    if not scope.inputs.get("streamEnabled"):
        return {"StreamEnabled": False}
    return {"StreamEnabled": True, "StreamViewType": scope.inputs.get("streamViewType")}


def _encryption(scope: Scope) -> Props | None:
    given = scope.inputs.get("serverSideEncryption")
    if not given or not given.get("enabled"):
        return {"Enabled": False} if scope.changed else None
    return {"Enabled": True, "SSEType": "KMS", **({"KMSMasterKeyId": key} if (key := given.get("kmsKeyArn")) else {})}


def _create(scope: Scope) -> Props:
    inputs = scope.inputs
    indexes = [_index(index) for index in inputs.get("globalSecondaryIndexes") or []]
    local = [_index(index | {"hashKey": inputs["hashKey"]}) for index in inputs.get("localSecondaryIndexes") or []]
    params = {
        "TableName": inputs["name"],
        "AttributeDefinitions": _attributes(scope),
        "KeySchema": _keys(inputs),
        "BillingMode": inputs["billingMode"],
        **_throughput(inputs),
        "TableClass": inputs.get("tableClass"),
        "GlobalSecondaryIndexes": indexes or None,
        "LocalSecondaryIndexes": local or None,
        "StreamSpecification": _stream(scope) if inputs.get("streamEnabled") else None,
        "SSESpecification": _encryption(scope),
        "DeletionProtectionEnabled": inputs.get("deletionProtectionEnabled"),
        "Tags": [{"Key": key, "Value": value} for key, value in (inputs.get("tags") or {}).items()] or None,
    }
    return scope.call("dynamodb", "create_table", {key: value for key, value in params.items() if value is not None})


def _attributes(scope: Scope) -> list[Props]:
    return [{"AttributeName": item["name"], "AttributeType": item["type"]} for item in scope.inputs["attributes"]]


def _set_recovery(scope: Scope) -> Props:
    given = scope.inputs.get("pointInTimeRecovery") or {"enabled": False}
    specification: Props = {"PointInTimeRecoveryEnabled": given["enabled"]}
    if days := given.get("recoveryPeriodInDays"):
        specification["RecoveryPeriodInDays"] = days
    params = {"TableName": scope["id"], "PointInTimeRecoverySpecification": specification}
    return scope.call("dynamodb", "update_continuous_backups", params)


def _set_ttl(scope: Scope) -> Props:
    given = scope.inputs.get("ttl") or {**(scope.state.get("ttl") or {}), "enabled": False}
    specification = {"Enabled": bool(given.get("enabled")), "AttributeName": given.get("attributeName")}
    params = {"TableName": scope["id"], "TimeToLiveSpecification": specification}
    return scope.call("dynamodb", "update_time_to_live", params)


def _change_indexes(scope: Scope) -> None:
    """Delete what is gone or different, then create what is new or different: an index cannot be changed."""
    before = {index["name"]: _index(index) for index in scope.state.get("globalSecondaryIndexes") or []}
    after = {index["name"]: _index(index) for index in scope.inputs.get("globalSecondaryIndexes") or []}
    gone = [{"Delete": {"IndexName": name}} for name, index in before.items() if after.get(name) != index]
    new = [{"Create": index} for name, index in after.items() if before.get(name) != index]
    for change in (*gone, *new):
        params = {
            "TableName": scope["id"],
            "AttributeDefinitions": _attributes(scope),
            "GlobalSecondaryIndexUpdates": [change],
        }
        scope.call("dynamodb", "update_table", params)


def _update(scope: Scope) -> None:
    """Change one thing after the other: AWS takes a single one in a call."""
    wanted: dict[str, tuple[str, Any]] = {
        "billingMode": ("BillingMode", lambda: scope.inputs["billingMode"]),
        "deletionProtectionEnabled": (
            "DeletionProtectionEnabled",
            lambda: bool(scope.inputs.get("deletionProtectionEnabled")),
        ),
        "serverSideEncryption": ("SSESpecification", lambda: _encryption(scope)),
        "streamEnabled": ("StreamSpecification", lambda: _stream(scope)),
        "tableClass": ("TableClass", lambda: scope.inputs.get("tableClass") or "STANDARD"),
    }
    for key, (member, value) in wanted.items():
        if key in scope.changed:
            more = _throughput(scope.inputs) if key == "billingMode" else {}
            scope.call("dynamodb", "update_table", {"TableName": scope["id"], member: value(), **more})


def _item_key(item: Props, scope: Scope) -> Props:
    return {name: item[name] for name in (scope["hashKey"], scope["rangeKey"]) if name}


def _item_id(scope: Scope) -> str:
    key = _item_key(json.loads(scope["item"]), scope)
    values = [value for typed in key.values() for value in typed.values()]
    return "|".join([scope["tableName"], scope["hashKey"], scope["rangeKey"] or "", *values])


def _own_item_key(scope: Scope) -> Props:
    return _item_key(json.loads(scope.state.get("item") or scope["item"]), scope)


def _replace_item(scope: Scope) -> None:
    """Put the new item; where its key changed, the old one goes."""
    item = json.loads(scope.inputs["item"])
    scope.call("dynamodb", "put_item", {"TableName": scope["tableName"], "Item": item})
    old_key = _own_item_key(scope)
    if old_key != _item_key(item, scope):
        scope.call("dynamodb", "delete_item", {"TableName": scope["tableName"], "Key": old_key})


ROWS: Final = {
    "aws:dynamodb/table:Table": Row(
        service="dynamodb",
        create=Call(
            run=_create,
            on=(
                "attributes",
                "billingMode",
                "deletionProtectionEnabled",
                "globalSecondaryIndexes",
                "hashKey",
                "localSecondaryIndexes",
                "name",
                "rangeKey",
                "readCapacity",
                "serverSideEncryption",
                "streamEnabled",
                "streamViewType",
                "tableClass",
                "tags",
                "writeCapacity",
            ),
        ),
        id="$name",
        settle=(
            Call(run=_set_recovery, on=("pointInTimeRecovery",)),
            Call(run=_set_ttl, on=("ttl",)),
        ),
        read=(
            Look(
                operation="describe_table",
                params={"TableName": "$id"},
                pick="Table",
                take={
                    "arn": "TableArn",
                    "attributes": "AttributeDefinitions[].{name: AttributeName, type: AttributeType}",
                    "billingMode": "BillingModeSummary.BillingMode",
                    "globalSecondaryIndexes": (
                        "GlobalSecondaryIndexes[].{name: IndexName, projectionType: Projection.ProjectionType, "
                        "nonKeyAttributes: Projection.NonKeyAttributes, keySchemas: KeySchema}"
                    ),
                    "hashKey": "KeySchema[?KeyType=='HASH'] | [0].AttributeName",
                    "name": "TableName",
                    "rangeKey": "KeySchema[?KeyType=='RANGE'] | [0].AttributeName",
                    "serverSideEncryption": "SSEDescription.{enabled: Status == 'ENABLED', kmsKeyArn: KMSMasterKeyArn}",
                    "streamArn": "LatestStreamArn",
                    "streamEnabled": "StreamSpecification.StreamEnabled",
                    "streamLabel": "LatestStreamLabel",
                    "streamViewType": "StreamSpecification.StreamViewType",
                },
            ),
            Look(
                operation="describe_continuous_backups",
                params={"TableName": "$id"},
                pick="ContinuousBackupsDescription.PointInTimeRecoveryDescription",
                take={"pointInTimeRecovery": "{enabled: PointInTimeRecoveryStatus == 'ENABLED'}"},
                auto=False,
            ),
            Look(
                operation="describe_time_to_live",
                params={"TableName": "$id"},
                pick="TimeToLiveDescription",
                take={"ttl": "{enabled: TimeToLiveStatus == 'ENABLED', attributeName: AttributeName}"},
                auto=False,
            ),
        ),
        update=(
            Call(
                run=_update,
                on=("billingMode", "deletionProtectionEnabled", "serverSideEncryption", "streamEnabled", "tableClass"),
            ),
            Call(run=_change_indexes, on=("globalSecondaryIndexes",)),
        ),
        delete=(Call(operation="delete_table", params={"TableName": "$id"}),),
        defaults={"billingMode": "PROVISIONED"},
        replace_on=("hashKey", "localSecondaryIndexes", "name", "rangeKey"),
        auto_name="name",
        recompute={"streamArn": ("streamEnabled",), "streamLabel": ("streamEnabled",)},
        tagging=Tagging(
            add="tag_resource",
            remove="untag_resource",
            target={"ResourceArn": "$arn"},
            read=Look(
                operation="list_tags_of_resource", params={"ResourceArn": "$arn"}, take={"tags": "Tags"}, auto=False
            ),
        ),
    ),
    "aws:dynamodb/tableItem:TableItem": Row(
        service="dynamodb",
        create=Call(
            operation="put_item",
            params={
                "TableName": "$tableName",
                "Item": lambda scope: json.loads(scope["item"]),
                "ConditionExpression": "attribute_not_exists(#key)",
                "ExpressionAttributeNames": {"#key": "$hashKey"},
            },
            also=("item", "rangeKey"),
        ),
        id=_item_id,
        read=(
            Look(
                operation="get_item",
                params={"TableName": "$tableName", "Key": _own_item_key, "ConsistentRead": True},
                take={"item": "Item"},
                pick="Item && @ || `null`",
                auto=False,
            ),
        ),
        update=(Call(run=_replace_item, on=("item",)),),
        delete=(Call(operation="delete_item", params={"TableName": "$tableName", "Key": _own_item_key}),),
        replace_on=("hashKey", "rangeKey", "tableName"),
    ),
}
