"""What DynamoDB refuses of tables and their items."""

import re
from collections.abc import Iterator
from typing import Final

from tapstack.providers.crud import Resource
from tapstack.providers.rules.rule import DOCS, InputRule, Inputs, Moment, StateRule, Words, ask, document
from tapstack.providers.values import Props

_TABLE: Final = ("aws:dynamodb/table:Table",)
_ITEM: Final = ("aws:dynamodb/tableItem:TableItem",)
_NAME: Final = re.compile(r"[\w.-]{3,255}", re.ASCII)
_API: Final = DOCS + "amazondynamodb/latest/APIReference/"
_INVALID: Final = "One or more parameter values were invalid: "
_GLOBAL_INDEXES: Final = 20


def _indexes(inputs: Inputs) -> list[Props]:
    return [*(inputs.get("globalSecondaryIndexes") or []), *(inputs.get("localSecondaryIndexes") or [])]


def _index_keys(index: Props) -> list[str]:
    named = [index.get("hashKey"), index.get("rangeKey")]
    return [key for key in [*named, *(item["attributeName"] for item in index.get("keySchemas") or [])] if key]


def _keys(inputs: Inputs) -> list[str]:
    own = [inputs.get("hashKey"), inputs.get("rangeKey")]
    return [
        *dict.fromkeys(key for key in [*own, *(key for item in _indexes(inputs) for key in _index_keys(item))] if key)
    ]


def _attributes(inputs: Inputs) -> list[str]:
    return [item["name"] for item in inputs.get("attributes") or []]


def _shown(names: list[str]) -> str:
    return f"[{', '.join(names)}]"


def _bad_name(inputs: Inputs) -> Iterator[Words]:
    if not _NAME.fullmatch(inputs.get("name") or "xxx"):
        yield {}


def _undefined_keys(inputs: Inputs) -> Iterator[Words]:
    defined = _attributes(inputs)
    if absent := [key for key in _keys(inputs) if key not in defined]:
        yield {"keys": _shown(absent), "defined": _shown(defined)}


def _unused_without_index(inputs: Inputs) -> Iterator[Words]:
    if not _indexes(inputs) and set(_attributes(inputs)) - set(_keys(inputs)):
        yield {}


def _unused_with_index(inputs: Inputs) -> Iterator[Words]:
    if _indexes(inputs) and set(_attributes(inputs)) - set(_keys(inputs)):
        yield {"defined": _shown(sorted(_attributes(inputs))), "keys": _shown(sorted(_keys(inputs)))}


def _same_index_twice(inputs: Inputs) -> Iterator[Words]:
    names = [index["name"] for index in _indexes(inputs)]
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        yield {"name": name}


def _too_many_indexes(inputs: Inputs) -> Iterator[Words]:
    if len(inputs.get("globalSecondaryIndexes") or []) > _GLOBAL_INDEXES:
        yield {"most": _GLOBAL_INDEXES}


def _all_and_some(inputs: Inputs) -> Iterator[Words]:
    for index in _indexes(inputs):
        if index.get("projectionType") == "ALL" and index.get("nonKeyAttributes"):
            yield {}


def _no_capacity(inputs: Inputs) -> Iterator[Words]:
    provisioned = inputs.get("billingMode") in {None, "PROVISIONED"}
    if provisioned and not (inputs.get("readCapacity") and inputs.get("writeCapacity")):
        yield {}


def _taken(resource: Resource) -> Iterator[Words]:
    name = resource.inputs["name"]
    if ask(resource, "dynamodb", "describe_table", TableName=name) is not None:
        yield {"name": name}


def _protected(resource: Resource) -> Iterator[Words]:
    answer = ask(resource, "dynamodb", "describe_table", TableName=resource.id)
    if answer and answer["Table"].get("DeletionProtectionEnabled"):
        yield {}


def _item(inputs: Inputs) -> Props:
    found = document(inputs["item"])
    return found if isinstance(found, dict) else {}


def _item_without_key(inputs: Inputs) -> Iterator[Words]:
    for key in (inputs["hashKey"], inputs.get("rangeKey")):
        if key and key not in _item(inputs):
            yield {"key": key}


def _item_of_another_type(resource: Resource) -> Iterator[Words]:
    answer = ask(resource, "dynamodb", "describe_table", TableName=resource.inputs["tableName"]) or {"Table": {}}
    types = {item["AttributeName"]: item["AttributeType"] for item in answer["Table"].get("AttributeDefinitions", [])}
    item = document(resource.inputs["item"])
    for key in (resource.inputs["hashKey"], resource.inputs.get("rangeKey")):
        if key in types and (given := next(iter(item.get(key, {})), None)) != types[key]:
            yield {"key": key, "expected": types[key], "actual": given}


def _item_of_no_table(resource: Resource) -> Iterator[Words]:
    if ask(resource, "dynamodb", "describe_table", TableName=resource.inputs["tableName"]) is None:
        yield {}


RULES: Final = (
    InputRule(
        name="table-name",
        types=_TABLE,
        operation="dynamodb:CreateTable",
        code="ValidationException",
        message="TableName must be at least 3 characters long and at most 255 characters long",
        source=DOCS + "amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html",
        check=_bad_name,
    ),
    InputRule(
        name="table-key-undefined",
        types=_TABLE,
        operation="dynamodb:CreateTable",
        code="ValidationException",
        message=_INVALID + "Some index key attributes are not defined in AttributeDefinitions. Keys: {keys}, "
        "AttributeDefinitions: {defined}",
        source=_API + "API_CreateTable.html",
        check=_undefined_keys,
    ),
    InputRule(
        name="table-attribute-unused",
        types=_TABLE,
        operation="dynamodb:CreateTable",
        code="ValidationException",
        message=_INVALID + "Number of attributes in KeySchema does not exactly match number of attributes defined in "
        "AttributeDefinitions",
        source=_API + "API_CreateTable.html",
        check=_unused_without_index,
    ),
    InputRule(
        name="table-attribute-unused-by-indexes",
        types=_TABLE,
        operation="dynamodb:CreateTable",
        code="ValidationException",
        message=_INVALID + "Some AttributeDefinitions are not used. AttributeDefinitions: {defined}, keys used: {keys}",
        source=_API + "API_CreateTable.html",
        check=_unused_with_index,
    ),
    InputRule(
        name="table-index-twice",
        types=_TABLE,
        operation="dynamodb:CreateTable",
        code="ValidationException",
        message=_INVALID + "Duplicate index name: {name}",
        source=_API + "API_CreateTable.html",
        check=_same_index_twice,
    ),
    InputRule(
        name="table-indexes-beyond-twenty",
        types=_TABLE,
        operation="dynamodb:CreateTable",
        code="ValidationException",
        message=_INVALID + "GlobalSecondaryIndex count exceeds the per-table limit of {most}",
        source=DOCS + "amazondynamodb/latest/developerguide/ServiceQuotas.html",
        check=_too_many_indexes,
    ),
    InputRule(
        name="table-index-of-all-and-some",
        types=_TABLE,
        operation="dynamodb:CreateTable",
        code="ValidationException",
        message=_INVALID + "ProjectionType is ALL, but NonKeyAttributes is specified",
        source=_API + "API_Projection.html",
        check=_all_and_some,
    ),
    InputRule(
        name="table-without-capacity",
        types=_TABLE,
        operation="dynamodb:CreateTable",
        code="ValidationException",
        message=_INVALID + "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is "
        "PROVISIONED",
        source=_API + "API_CreateTable.html",
        check=_no_capacity,
    ),
    StateRule(
        name="table-name-taken",
        types=_TABLE,
        operation="dynamodb:CreateTable",
        code="ResourceInUseException",
        message="Table already exists: {name}",
        source=_API + "API_CreateTable.html",
        moment=Moment.CREATE,
        check=_taken,
    ),
    StateRule(
        name="table-protected",
        types=_TABLE,
        operation="dynamodb:DeleteTable",
        code="ValidationException",
        message="Resource cannot be deleted as it is currently protected against deletion. Disable deletion "
        "protection first.",
        source=_API + "API_DeleteTable.html",
        moment=Moment.DELETE,
        check=_protected,
    ),
    InputRule(
        name="item-without-key",
        types=_ITEM,
        operation="dynamodb:PutItem",
        code="ValidationException",
        message=_INVALID + "Missing the key {key} in the item",
        source=_API + "API_PutItem.html",
        check=_item_without_key,
    ),
    StateRule(
        name="item-of-no-table",
        types=_ITEM,
        operation="dynamodb:PutItem",
        code="ResourceNotFoundException",
        message="Requested resource not found",
        source=_API + "API_PutItem.html",
        moment=Moment.CREATE,
        check=_item_of_no_table,
    ),
    StateRule(
        name="item-with-key-of-another-type",
        types=_ITEM,
        operation="dynamodb:PutItem",
        code="ValidationException",
        message=_INVALID + "Type mismatch for key {key} expected: {expected} actual: {actual}",
        source=_API + "API_PutItem.html",
        moment=Moment.CREATE,
        check=_item_of_another_type,
    ),
)
