"""DynamoDB's client: the operations the functions call and tests look with, with boto3's parameters and answers."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import Any, Final

from simulation.model.errors import NotModelledError, check_modelled, check_parameters, client_error, exceptions
from simulation.model.expressions import (
    Condition,
    InvalidExpressionError,
    References,
    parse_condition,
    parse_key_condition,
)
from simulation.model.faults import THROTTLED, Faults
from simulation.model.partitions import Kind, Part, Partitions
from simulation.model.table import KEY, Index, Table, scan_place, write_units
from simulation.model.updates import InvalidUpdateError, parse_update
from simulation.model.usage import Consumed, Usage
from simulation.model.values import LARGEST_ITEM, InvalidValueError, Item, copied, item_size, kept_item

Answer = dict[str, Any]
LARGEST_PAGE: Final = 1024 * 1024
LARGEST_BATCH: Final = 100
_WRITE: Final = "ConditionExpression ExpressionAttributeNames ExpressionAttributeValues ReturnValues"
_FAILED: Final = "ReturnValuesOnConditionCheckFailure"
_PAGES: Final = (
    "ConsistentRead ExclusiveStartKey ExpressionAttributeNames ExpressionAttributeValues FilterExpression Limit"
)


class DynamoDb:
    """The client."""

    def __init__(
        self, tables: Iterable[Table], faults: Faults, usage: Usage, partitions: Partitions | None = None
    ) -> None:
        """Work on tables.

        Args:
            tables: all there are.
            faults: the gate.
            usage: where what operations consume is added up.
            partitions: what partitions take; None for as much as they are asked for.
        """
        self.exceptions = exceptions(
            "ConditionalCheckFailedException",
            "ProvisionedThroughputExceededException",
            "RequestLimitExceeded",
            "ResourceNotFoundException",
        )
        # What a client's events may change of an answer, they change of the SDK's parsing: the model parses nothing.
        self.meta = SimpleNamespace(events=SimpleNamespace(register=lambda event, handler: None))
        self.unprocessed: Callable[[str, str], bool] = lambda table, key: False
        """Says of which table's key a batch is answered without, as DynamoDB may under load."""
        self.reads_of_a_batch: Callable[[Sequence[str]], Sequence[str]] = lambda keys: keys
        """Says in which order a batch's items are read: each is read at a moment of its own."""
        self._tables = {table.name: table for table in tables}
        self._faults = faults
        self._usage = usage
        self._partitions = partitions or Partitions(lambda: 0)

    def get_item(self, **request: Any) -> Answer:
        """Read an item."""
        return self._call("GetItem", self._get, request, "TableName Key ConsistentRead")

    def put_item(self, **request: Any) -> Answer:
        """Write an item over what is there."""
        return self._call("PutItem", self._put, request, f"TableName Item {_WRITE} {_FAILED}")

    def update_item(self, **request: Any) -> Answer:
        """Change an item, or make one."""
        return self._call("UpdateItem", self._update, request, f"TableName Key UpdateExpression {_WRITE} {_FAILED}")

    def delete_item(self, **request: Any) -> Answer:
        """Take an item away."""
        return self._call("DeleteItem", self._delete, request, f"TableName Key {_WRITE} {_FAILED}")

    def query(self, **request: Any) -> Answer:
        """Read a page of an index's partition, or the item of a key."""
        return self._call(
            "Query", self._query, request, f"TableName KeyConditionExpression {_PAGES} IndexName ScanIndexForward"
        )

    def scan(self, **request: Any) -> Answer:
        """Read a page of everything."""
        return self._call("Scan", self._scan, request, f"TableName {_PAGES}")

    def batch_get_item(self, **request: Any) -> Answer:
        """Read up to a hundred items."""
        return self._call("BatchGetItem", self._batch_get, request, "RequestItems")

    def _call(self, operation: str, work: Callable[[Answer], Answer], request: Answer, modelled: str) -> Answer:
        check_parameters("dynamodb", operation, request, modelled)
        self._faults.about = _about(request)
        return self._faults.gate("dynamodb", operation, partial(_checked, operation, work, request))

    def _get(self, request: Answer) -> Answer:
        table = self._table("GetItem", request["TableName"])
        consistent = request.get("ConsistentRead", False)
        return self._found(table, "GetItem", _key(request["Key"]), consistent=consistent)

    def _found(self, table: Table, operation: str, key: str, *, consistent: bool) -> Answer:
        item = table.seen(key, consistent=consistent)
        self._read(table, operation, Part(table.name, key, item_size(item or {})), consistent=consistent)
        return {} if item is None else {"Item": copied(item)}

    def _put(self, request: Answer) -> Answer:
        item = kept_item(request["Item"])
        table = self._table("PutItem", request["TableName"])
        key = _key({KEY: item[KEY]} if KEY in item else {})
        _check_item(item, table.indexes, "Item size has exceeded the maximum allowed size")
        references = _references(request)
        condition = _condition(request, references)
        references.check_used()
        return self._write("PutItem", request, table, key, condition, lambda before: item)

    def _update(self, request: Answer) -> Answer:
        table = self._table("UpdateItem", request["TableName"])
        key = _key(request["Key"])
        references = _references(request)
        update = parse_update(request["UpdateExpression"], references)
        condition = _condition(request, references)
        references.check_used()
        if any(target[0] == KEY for target in update.targets):
            raise InvalidUpdateError(f"Cannot update attribute {KEY}. This attribute is part of the key")

        def change(before: Item | None) -> Item:
            after = update.apply(before or {KEY: {"S": key}})
            _check_item(after, table.indexes, "Item size to update has exceeded the maximum allowed size")
            return after

        return self._write("UpdateItem", request, table, key, condition, change)

    def _delete(self, request: Answer) -> Answer:
        table = self._table("DeleteItem", request["TableName"])
        references = _references(request)
        condition = _condition(request, references)
        references.check_used()
        return self._write("DeleteItem", request, table, _key(request["Key"]), condition, lambda before: None)

    def _write(
        self,
        operation: str,
        request: Answer,
        table: Table,
        key: str,
        condition: Condition,
        change: Callable[[Item | None], Item | None],
    ) -> Answer:
        wanted = request.get("ReturnValues", "NONE")
        if wanted not in {"NONE", "ALL_OLD", *(["ALL_NEW"] if operation == "UpdateItem" else [])}:
            if operation == "UpdateItem" and wanted in {"UPDATED_OLD", "UPDATED_NEW"}:
                raise NotModelledError(f"ReturnValues {wanted}")
            raise InvalidExpressionError("ReturnValues can only be ALL_OLD or NONE")
        before = table.newest(key)
        holds = condition(before or {})
        after = change(before) if holds else before
        units = write_units(before, after if holds else None)
        self._take(operation, "write", [Part(table.name, key, units), *table.index_parts(before, after)])
        if not holds:
            self._usage.add(table.name, operation, Consumed(calls=1, write_units=write_units(before, None)))
            shown = before is not None and request.get(_FAILED) == "ALL_OLD"
            raise client_error(
                operation,
                "ConditionalCheckFailedException",
                "The conditional request failed",
                **({"Item": copied(before or {})} if shown else {}),
            )
        self._usage.add(table.name, operation, replace(table.write(key, after), calls=1))
        image = {"NONE": None, "ALL_OLD": before, "ALL_NEW": after}[wanted]
        return {} if image is None else {"Attributes": copied(image)}

    def _query(self, request: Answer) -> Answer:
        table = self._table("Query", request["TableName"])
        index = next((each for each in table.indexes if each.name == request.get("IndexName")), None)
        if "IndexName" in request and index is None:
            raise InvalidExpressionError(f"The table does not have the specified index: {request['IndexName']}")
        consistent = request.get("ConsistentRead", False)
        if index and consistent:
            raise InvalidExpressionError("Consistent reads are not supported on global secondary indexes")
        references = _references(request)
        hash_key, range_key = (index.hash_key, index.range_key) if index else (KEY, None)
        partition, in_range = parse_key_condition(request["KeyConditionExpression"], references, hash_key, range_key)
        filtered = _condition(request, references, "FilterExpression")
        references.check_used()

        def place(item: Item) -> tuple[bytes, bytes]:
            return (item[range_key]["S"].encode() if range_key else b"", item[KEY]["S"].encode())

        found = sorted(
            (
                item
                for item in table.seen_all(consistent=consistent)
                if (index is None or index.key_of(item)) and item[hash_key]["S"] == partition and in_range(item)
            ),
            key=place,
        )
        forward = request.get("ScanIndexForward", True)
        if start := _start(request, index):
            if start[hash_key]["S"] != partition or not in_range(start):
                raise InvalidExpressionError("The provided starting key is outside query boundaries")
            found = [item for item in found if (place(item) > place(start) if forward else place(item) < place(start))]
        return self._page("Query", request, table, index, found if forward else found[::-1], filtered)

    def _scan(self, request: Answer) -> Answer:
        table = self._table("Scan", request["TableName"])
        references = _references(request)
        filtered = _condition(request, references, "FilterExpression")
        references.check_used()
        found: Iterable[Item] = table.seen_all(consistent=request.get("ConsistentRead", False))
        if start := _start(request, None):
            after = scan_place(start[KEY]["S"])
            found = (item for item in found if scan_place(item[KEY]["S"]) > after)
        return self._page("Scan", request, table, None, found, filtered)

    def _page(
        self,
        operation: str,
        request: Answer,
        table: Table,
        index: Index | None,
        found: Iterable[Item],
        filtered: Condition,
    ) -> Answer:
        """Take a page: up to the limit and one megabyte of what is read, before the filter."""
        limit = request.get("Limit")
        page: list[Item] = []
        size, more = 0, False
        for whole in found:
            item = index.shown(whole) if index else whole
            if page and size + item_size(item) > LARGEST_PAGE:
                more = True
                break
            page.append(item)
            size += item_size(item)
            if len(page) == limit:
                # DynamoDB stops here without looking whether there is more.
                more = True
                break
        partition = page[0][index.hash_key if index else KEY]["S"] if page else ""
        name = index.name if index else table.name
        self._read(table, operation, Part(name, partition, size), consistent=request.get("ConsistentRead", False))
        items = [copied(item) for item in page if filtered(item)]
        names = [KEY, *((index.hash_key, index.range_key) if index else ())]
        last = {"LastEvaluatedKey": copied({name: page[-1][name] for name in names})} if more else {}
        return {"Items": items, "Count": len(items), "ScannedCount": len(page), **last}

    def _batch_get(self, request: Answer) -> Answer:
        for wanted in request["RequestItems"].values():
            check_modelled(wanted, "Keys ConsistentRead")
        wanted = {name: [_key(key) for key in each["Keys"]] for name, each in request["RequestItems"].items()}
        if sum(map(len, wanted.values())) > LARGEST_BATCH:
            raise InvalidExpressionError("Too many items requested for the BatchGetItem call")
        if not wanted or not all(wanted.values()):
            raise InvalidExpressionError("Member must have length greater than or equal to 1")
        responses: dict[str, list[Item]] = {}
        left: dict[str, Any] = {}
        for name, keys in wanted.items():
            table = self._table("BatchGetItem", name)
            if len(set(keys)) < len(keys):
                raise InvalidExpressionError("Provided list of item keys contains duplicates")
            consistent = request["RequestItems"][name].get("ConsistentRead", False)
            later = [key for key in keys if self.unprocessed(name, key)]
            found = []
            for place, key in enumerate(self.reads_of_a_batch([key for key in keys if key not in later])):
                if place:
                    self._faults.between("dynamodb", "BatchGetItem")
                found.append(self._found(table, "BatchGetItem", key, consistent=consistent))
            responses[name] = [answer["Item"] for answer in found if "Item" in answer]
            if later:
                left[name] = {**request["RequestItems"][name], "Keys": [{KEY: {"S": key}} for key in later]}
        return {"Responses": responses, "UnprocessedKeys": left}

    def _read(self, table: Table, operation: str, part: Part, *, consistent: bool) -> None:
        """Consume for a read of so many bytes of a partition."""
        whole = max(1, -(-int(part.units) // 4096))
        units = whole if consistent else whole / 2
        self._take(operation, "read", [part._replace(units=units)])
        self._usage.add(table.name, operation, Consumed(calls=1, read_units=units))

    def _take(self, operation: str, kind: Kind, parts: Sequence[Part]) -> None:
        if not self._partitions.take(kind, parts):
            raise client_error(operation, *THROTTLED["dynamodb"])

    def _table(self, operation: str, name: str) -> Table:
        if name not in self._tables:
            raise client_error(operation, "ResourceNotFoundException", "Requested resource not found")
        return self._tables[name]


def _about(request: Answer) -> str:
    """Name the table and the item that a request is about, of a batch the first."""
    if batch := request.get("RequestItems"):
        ((table, wanted),) = batch.items()
        key = wanted["Keys"][0]
    else:
        table, key = request["TableName"], request.get("Key") or request.get("Item") or {}
    return f"{table} {key.get(KEY, {}).get('S', '')}"


def _checked(operation: str, work: Callable[[Answer], Answer], request: Answer) -> Answer:
    try:
        return work(request)
    except (InvalidExpressionError, InvalidUpdateError, InvalidValueError) as error:
        raise client_error(operation, "ValidationException", f"{error}") from error


def _references(request: Answer) -> References:
    return References(request.get("ExpressionAttributeNames", {}), request.get("ExpressionAttributeValues", {}))


def _condition(request: Answer, references: References, name: str = "ConditionExpression") -> Condition:
    return parse_condition(request[name], references) if name in request else lambda item: True


def _key(key: Mapping[str, Any]) -> str:
    if key.keys() != {KEY} or key[KEY].keys() != {"S"}:
        raise InvalidValueError("The provided key element does not match the schema")
    text: str = key[KEY]["S"]
    if not text or len(text.encode()) > 2048:
        raise InvalidValueError("The value of a key is to have from 1 to 2048 bytes")
    return text


def _start(request: Answer, index: Index | None) -> Item | None:
    if "ExclusiveStartKey" not in request:
        return None
    start = kept_item(request["ExclusiveStartKey"])
    if start.keys() != {KEY, *((index.hash_key, index.range_key) if index else ())}:
        raise InvalidValueError("The provided starting key is invalid")
    return start


def _check_item(item: Item, indexes: Iterable[Index], too_large: str) -> None:
    for name in (name for index in indexes for name in (index.hash_key, index.range_key)):
        value = item.get(name, {"S": "-"})
        if "S" not in value:
            raise InvalidValueError(f"Type mismatch for Index Key {name}")
        if not value["S"]:
            raise InvalidValueError(f"The value of the index key {name} may not be empty")
    if item_size(item) > LARGEST_ITEM:
        raise InvalidValueError(too_large)
