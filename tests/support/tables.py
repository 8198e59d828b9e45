"""DynamoDB in memory, as far as merchants and transactions use it: the same conditions, and the same refusals."""

from collections.abc import Callable, Mapping
from functools import partial
from threading import Lock
from typing import Any, Final

from botocore.exceptions import ClientError

from transactions.agreed.tables import (
    LIST_INDEX,
    LIST_INDEX_HASH_KEY,
    LIST_INDEX_RANGE_KEY,
    MERCHANT_INDEX,
    MERCHANT_INDEX_HASH_KEY,
    MERCHANT_INDEX_RANGE_KEY,
    MERCHANT_REVIEWS_INDEX,
    MERCHANT_REVIEWS_INDEX_HASH_KEY,
    REVIEWS_INDEX,
    REVIEWS_INDEX_HASH_KEY,
    REVIEWS_RANGE_KEY,
)

LONGEST_KEY = 2048
"""Bytes of a partition key."""
LONGEST_RANGE_KEY = 1024
"""Bytes of a range key."""
_INDEXES: Final = {
    LIST_INDEX: (LIST_INDEX_HASH_KEY, LIST_INDEX_RANGE_KEY),
    MERCHANT_INDEX: (MERCHANT_INDEX_HASH_KEY, MERCHANT_INDEX_RANGE_KEY),
    MERCHANT_REVIEWS_INDEX: (MERCHANT_REVIEWS_INDEX_HASH_KEY, REVIEWS_RANGE_KEY),
    REVIEWS_INDEX: (REVIEWS_INDEX_HASH_KEY, REVIEWS_RANGE_KEY),
}


_OUTCOME: Final = "merchant_id = :merchant AND (attribute_not_exists(outcome) OR outcome.#at < :at)"


class Tables:
    """Tables keyed by `id`; calls are atomic, as DynamoDB's are.

    Attributes:
        items: table to id to item.
        lost: set it to lose calls: it is given the work of each write and may fail before or after doing it.
    """

    def __init__(self) -> None:
        self.items: dict[str, dict[str, dict[str, Any]]] = {}
        self.lost: Callable[[Callable[[], None]], None] = lambda write: write()
        self._lock = Lock()

    def get_item(self, **call: Any) -> dict[str, Any]:
        found = self._find(call, call["Key"])
        return {} if found is None else {"Item": found}

    def batch_get_item(self, RequestItems: Any) -> dict[str, Any]:  # noqa: N803 - as boto3 has it
        ((table, wanted),) = RequestItems.items()
        found = [self._find({"TableName": table}, key) for key in wanted["Keys"]]
        return {"Responses": {table: [item for item in found if item]}, "UnprocessedKeys": {}}

    def put_item(self, **call: Any) -> dict[str, Any]:
        item = call["Item"]
        _check(item)
        condition = call.get("ConditionExpression")
        assert condition in {None, "attribute_not_exists(id)"}
        with self._lock:
            found = self._find(call, item)
            if condition and found is not None:
                raise _refused("ConditionalCheckFailedException", found)
            self.lost(lambda: self._of(call).update({item["id"]["S"]: item}))
        return {}

    def update_item(self, **call: Any) -> dict[str, Any]:
        names, values = call["ExpressionAttributeNames"], call["ExpressionAttributeValues"]
        condition = call["ConditionExpression"]
        with self._lock:
            found = self._find(call, call["Key"])
            holds = _is_earlier if condition == _OUTCOME else partial(_has_status, condition)
            if found is None or not holds(found, values):
                raise _refused("ConditionalCheckFailedException", found)
            after = dict(found)
            sets, _, removed = call["UpdateExpression"].removeprefix("SET ").partition(" REMOVE ")
            for assignment in sets.split(", "):
                name, value = assignment.split(" = ")
                after[names.get(name, name)] = values[value]
            for name in filter(None, removed.split(", ")):
                after.pop(name, None)
            self._of(call)[after["id"]["S"]] = after
        return {"Attributes": after} if call.get("ReturnValues") == "ALL_NEW" else {}

    def query(self, **call: Any) -> dict[str, Any]:
        hash_key, range_key = _INDEXES[call["IndexName"]]
        condition, values = call["KeyConditionExpression"], call["ExpressionAttributeValues"]
        newest_first = not call["ScanIndexForward"]
        beyond = f"{range_key} {'<' if newest_first else '>'} :place"
        assert condition in {f"{hash_key} = :partition", f"{hash_key} = :partition AND {beyond}"}
        own = [item for item in self._of(call).values() if item.get(hash_key) == values[":partition"]]
        own = [item for item in own if range_key in item]
        own.sort(key=lambda item: str(item[range_key]), reverse=newest_first)
        if ":place" in values:
            after = _key(values[":place"], LONGEST_RANGE_KEY)
            own = [item for item in own if _is_beyond(item[range_key]["S"], after, newest_first=newest_first)]
        page = own[: call["Limit"]]
        if len(page) < call["Limit"]:
            return {"Items": page}
        return {"Items": page, "LastEvaluatedKey": {name: page[-1][name] for name in (hash_key, range_key, "id")}}

    def _find(self, call: Mapping[str, Any], key: Mapping[str, Any]) -> dict[str, Any] | None:
        return self._of(call).get(_key(key["id"], LONGEST_KEY))

    def _of(self, call: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        return self.items.setdefault(call["TableName"], {})


def _is_beyond(place: str, after: str, *, newest_first: bool) -> bool:
    return place < after if newest_first else place > after


def _has_status(condition: str, item: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    status, _, wanted = condition.partition(" = ")
    assert status == "#status"
    return bool(item["status"] == values[wanted])


def _is_earlier(item: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    held = item.get("outcome", {"M": {"at": {"N": "-1"}}})["M"]["at"]["N"]
    return item["merchant_id"] == values[":merchant"] and int(held) < int(values[":at"]["N"])


def _key(value: Mapping[str, str], longest: int) -> str:
    _check(value)
    if not 0 < len(value["S"].encode()) <= longest:
        raise _refused("ValidationException")
    return value["S"]


def _check(value: object) -> None:
    """Refuse what DynamoDB refuses anywhere in an item: texts that are not Unicode, attributes without a name."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if not name:
                raise _refused("ValidationException")
            _check(name)
            _check(inner)
    elif isinstance(value, list):
        for inner in value:
            _check(inner)
    elif isinstance(value, str) and any("\ud800" <= sign <= "\udfff" for sign in value):
        raise _refused("SerializationException")


def _refused(code: str, item: Mapping[str, Any] | None = None) -> ClientError:
    response: Any = {"Error": {"Code": code, "Message": code}, **({"Item": item} if item else {})}
    return ClientError(response, "Stub")
