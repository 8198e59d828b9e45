"""Tables in the model: what the emulator cannot show, held against AWS's documentation."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from simulation.model.cloud import Cloud
from simulation.model.errors import NotModelledError
from simulation.model.table import Version
from simulation.model.values import item_size

Request = dict[str, Any]
ITEM: Request = {"id": {"S": "a"}, "merchant_id": {"S": "acme"}, "listing": {"S": "1"}}
KEY: Request = {"id": {"S": "a"}}


def filled(size: int) -> Request:
    """Make an item of a size in bytes."""
    item: Request = {**ITEM, "note": {"S": ""}}
    item["note"] = {"S": "x" * (size - item_size(item))}
    return item


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"S": "abc"}, 3),
        ({"S": "é€"}, 5),
        ({"B": b"1234"}, 4),
        ({"BOOL": False}, 1),
        ({"NULL": True}, 1),
        # A byte for each two significant digits, and one.
        ({"N": "0"}, 1),
        ({"N": "7"}, 2),
        ({"N": "100"}, 2),
        ({"N": "123"}, 3),
        ({"N": "0.001234"}, 3),
        ({"N": "1250"}, 3),
        ({"N": "1767225600000"}, 5),
        # Three bytes, and one for each element.
        ({"L": []}, 3),
        ({"L": [{"S": "ab"}, {"N": "7"}]}, 3 + 1 + 2 + 1 + 2),
        ({"M": {}}, 3),
        ({"M": {"key": {"S": "ab"}}}, 3 + 1 + 3 + 2),
        ({"M": {"k": {"L": [{"M": {}}]}}}, 3 + 1 + 1 + (3 + 1 + 3)),
        ({"SS": ["a", "bc"]}, 3),
        ({"NS": ["1", "22"]}, 4),
    ],
)
def test_an_attribute_is_as_large_as_aws_says(value: Request, size: int) -> None:
    assert item_size({"é": value}) == 2 + size


@pytest.mark.parametrize(("size", "units"), [(100, 1), (1024, 1), (1025, 2), (2048, 2), (2049, 3)])
def test_a_put_consumes_a_unit_for_each_kilobyte_begun_and_as_much_in_the_index(
    cloud: Cloud, size: int, units: int
) -> None:
    cloud.dynamodb.put_item(TableName="transactions", Item=filled(size))

    consumed = cloud.usage.of("transactions", "PutItem")
    assert (consumed.write_units, consumed.index_write_units) == (units, units)


def test_a_write_consumes_by_the_larger_of_before_and_after(cloud: Cloud) -> None:
    cloud.dynamodb.put_item(TableName="transactions", Item=filled(3000))
    cloud.usage.reset()

    cloud.dynamodb.update_item(TableName="transactions", Key=KEY, UpdateExpression="REMOVE note")
    cloud.dynamodb.put_item(TableName="transactions", Item=filled(5000))
    cloud.dynamodb.delete_item(TableName="transactions", Key=KEY)
    cloud.dynamodb.delete_item(TableName="transactions", Key=KEY)

    assert cloud.usage.of("transactions", "UpdateItem").write_units == 3
    assert cloud.usage.of("transactions", "PutItem").write_units == 5
    # Five for what was there, and one for what was not.
    assert cloud.usage.of("transactions", "DeleteItem").write_units == 6


def test_a_failed_condition_consumes_by_what_is_there(cloud: Cloud) -> None:
    refused = cloud.dynamodb.exceptions.ConditionalCheckFailedException
    with pytest.raises(refused):
        cloud.dynamodb.put_item(TableName="transactions", Item=filled(5000), ConditionExpression="attribute_exists(id)")
    assert cloud.usage.of("transactions", "PutItem").write_units == 1
    cloud.dynamodb.put_item(TableName="transactions", Item=filled(3000))
    cloud.usage.reset()

    with pytest.raises(refused):
        cloud.dynamodb.put_item(
            TableName="transactions", Item=filled(5000), ConditionExpression="attribute_not_exists(id)"
        )

    consumed = cloud.usage.of("transactions", "PutItem")
    assert (consumed.calls, consumed.write_units, consumed.index_write_units) == (1, 3, 0)


@pytest.mark.parametrize(
    ("expression", "units"),
    [
        ("SET note = :new", 1),
        ("SET listing = :new", 2),
        ("REMOVE listing", 1),
        ("SET merchant_id = :old", 0),
    ],
)
def test_an_index_consumes_for_what_changes_in_it(cloud: Cloud, expression: str, units: int) -> None:
    cloud.dynamodb.put_item(TableName="transactions", Item=ITEM)
    values = {name: {"S": text} for name, text in ((":new", "2"), (":old", "acme")) if name in expression}

    cloud.dynamodb.update_item(
        TableName="transactions",
        Key=KEY,
        UpdateExpression=expression,
        **({"ExpressionAttributeValues": values} if values else {}),  # type: ignore[arg-type]
    )

    assert cloud.usage.of("transactions", "UpdateItem").index_write_units == units


@pytest.mark.parametrize(
    ("size", "consistent", "units"), [(4096, True, 1), (4097, True, 2), (4096, False, 0.5), (4097, False, 1)]
)
def test_a_read_consumes_a_unit_for_four_kilobytes_or_half_of_that(
    cloud: Cloud, size: int, *, consistent: bool, units: float
) -> None:
    cloud.dynamodb.put_item(TableName="transactions", Item=filled(size))

    cloud.dynamodb.get_item(TableName="transactions", Key=KEY, ConsistentRead=consistent)
    cloud.dynamodb.get_item(TableName="transactions", Key={"id": {"S": "none"}}, ConsistentRead=consistent)

    assert cloud.usage.of("transactions", "GetItem").read_units == units + (1 if consistent else 0.5)


def test_a_query_consumes_by_all_it_reads_together_and_a_batch_by_each(cloud: Cloud) -> None:
    for name in "ab":
        cloud.dynamodb.put_item(TableName="transactions", Item={**filled(3000), "id": {"S": name}})

    cloud.dynamodb.query(
        TableName="transactions",
        IndexName="merchant-index",
        KeyConditionExpression="merchant_id = :acme",
        ExpressionAttributeValues={":acme": {"S": "acme"}},
    )
    cloud.dynamodb.batch_get_item(RequestItems={"transactions": {"Keys": [{"id": {"S": "a"}}, {"id": {"S": "b"}}]}})

    assert cloud.usage.of("transactions", "Query").read_units == 1
    assert cloud.usage.of("transactions", "BatchGetItem").read_units == 1
    assert cloud.usage.total().calls == 5


@pytest.mark.parametrize(("size", "taken"), [(400 * 1024, True), (400 * 1024 + 1, False)])
def test_an_item_has_at_most_400_kilobytes(cloud: Cloud, size: int, *, taken: bool) -> None:
    if taken:
        cloud.dynamodb.put_item(TableName="transactions", Item=filled(size))
        return
    with pytest.raises(ClientError, match="maximum allowed size"):
        cloud.dynamodb.put_item(TableName="transactions", Item=filled(size))


def test_a_read_that_is_not_consistent_sees_the_version_it_is_given(cloud: Cloud) -> None:
    asked: list[list[int]] = []

    def one_back(key: str, versions: Any) -> Version:
        asked.append([version.since for version in versions])
        found: Version = versions[-2]
        return found

    for note in "12":
        cloud.advance(10)
        cloud.dynamodb.put_item(TableName="transactions", Item={**ITEM, "note": {"S": note}})
    cloud.transactions.stale = one_back
    query: Request = {
        "TableName": "transactions",
        "IndexName": "merchant-index",
        "KeyConditionExpression": "merchant_id = :acme",
        "ExpressionAttributeValues": {":acme": {"S": "acme"}},
    }

    late = cloud.dynamodb.get_item(TableName="transactions", Key=KEY)
    now = cloud.dynamodb.get_item(TableName="transactions", Key=KEY, ConsistentRead=True)
    listed = cloud.dynamodb.query(**query)
    batch = cloud.dynamodb.batch_get_item(RequestItems={"transactions": {"Keys": [KEY], "ConsistentRead": True}})

    assert (late["Item"]["note"], now["Item"]["note"]) == ({"S": "1"}, {"S": "2"})
    assert listed["Items"][0]["note"] == {"S": "1"}
    assert batch["Responses"]["transactions"][0]["note"] == {"S": "2"}
    assert asked == [[0, cloud.now - 10, cloud.now]] * 2


def test_what_has_expired_goes_and_the_rest_stays(cloud: Cloud) -> None:
    for key, expires in (("a", {"N": "99"}), ("b", {"N": "100"}), ("c", {"S": "1"}), ("d", None)):
        item: Request = {"id": {"S": key}, **({"expires_at": expires} if expires else {})}
        cloud.dynamodb.put_item(TableName="velocity", Item=item)

    assert cloud.velocity.expire(100) == ["a"]
    assert sorted(item["id"]["S"] for item in cloud.velocity.items()) == ["b", "c", "d"]
    assert cloud.merchants.expire(100) == []


def test_a_batch_may_leave_keys_for_later(cloud: Cloud) -> None:
    for key in "ab":
        cloud.dynamodb.put_item(TableName="transactions", Item={**ITEM, "id": {"S": key}})
    cloud.dynamodb_model.unprocessed = lambda table, key: key == "b"

    answer = cloud.dynamodb.batch_get_item(
        RequestItems={"transactions": {"Keys": [{"id": {"S": "a"}}, {"id": {"S": "b"}}]}}
    )

    assert [item["id"] for item in answer["Responses"]["transactions"]] == [{"S": "a"}]
    assert answer["UnprocessedKeys"] == {"transactions": {"Keys": [{"id": {"S": "b"}}]}}


def test_a_page_ends_at_a_megabyte(cloud: Cloud) -> None:
    for key in "abc":
        cloud.dynamodb.put_item(TableName="transactions", Item={**filled(400 * 1024), "id": {"S": key}})

    first = cloud.dynamodb.scan(TableName="transactions")
    second = cloud.dynamodb.scan(TableName="transactions", ExclusiveStartKey=first["LastEvaluatedKey"])

    assert (first["Count"], second["Count"], "LastEvaluatedKey" in second) == (2, 1, False)


@pytest.mark.parametrize(
    ("less", "more"),
    [({"S": "B"}, {"S": "a"}), ({"S": "z"}, {"S": "é"}), ({"N": "9"}, {"N": "10"}), ({"B": b"\x01"}, {"B": b"\xff"})],
)
def test_texts_and_bytes_are_ordered_by_byte_and_numbers_by_value(cloud: Cloud, less: Request, more: Request) -> None:
    cloud.dynamodb.put_item(TableName="velocity", Item={**KEY, "note": less})
    query: Request = {"TableName": "velocity", "FilterExpression": "note < :v AND note <= :v AND NOT note >= :v"}

    assert cloud.dynamodb.scan(**query, ExpressionAttributeValues={":v": more})["Count"] == 1
    assert cloud.dynamodb.scan(**query, ExpressionAttributeValues={":v": less})["Count"] == 0
    query["FilterExpression"] = "note >= :v AND note <= :v AND NOT note < :v AND NOT note > :v"
    assert cloud.dynamodb.scan(**query, ExpressionAttributeValues={":v": less})["Count"] == 1


def test_an_update_reads_the_item_as_it_was(cloud: Cloud) -> None:
    cloud.dynamodb.put_item(TableName="velocity", Item={**KEY, "one": {"S": "1"}, "two": {"S": "2"}})

    answer = cloud.dynamodb.update_item(
        TableName="velocity", Key=KEY, UpdateExpression="SET one = two, two = one", ReturnValues="ALL_NEW"
    )

    assert answer["Attributes"] == {**KEY, "one": {"S": "2"}, "two": {"S": "1"}}


def test_what_was_given_out_or_taken_in_is_no_way_into_the_table(cloud: Cloud) -> None:
    item: Any = {**ITEM, "box": {"M": {"x": {"L": [{"S": "kept"}]}}}}
    cloud.dynamodb.put_item(TableName="transactions", Item=item)
    item["box"]["M"]["x"]["L"].append({"S": "later"})
    given: Any = cloud.dynamodb.get_item(TableName="transactions", Key=KEY)["Item"]
    given["box"]["M"]["x"]["L"].clear()

    kept = cloud.dynamodb.get_item(TableName="transactions", Key=KEY)["Item"]["box"]

    assert kept == {"M": {"x": {"L": [{"S": "kept"}]}}}


# What AWS refuses and the emulator lets pass.
@pytest.mark.parametrize(
    "request_",
    [
        {"UpdateExpression": "SET"},
        {"UpdateExpression": "SET a = :v REMOVE a"},
        {"UpdateExpression": "SET box = :m, box.x = :v", "more": {":m": {"M": {}}}},
        {"UpdateExpression": "SET a = id + :v"},
        {"UpdateExpression": "REMOVE missing.x", "ExpressionAttributeValues": {}},
        {"UpdateExpression": "ADD missing.x :n", "ExpressionAttributeValues": {":n": {"N": "1"}}},
        {"UpdateExpression": "SET a = :v", "ConditionExpression": "a < :b", "more": {":b": {"BOOL": True}}},
        {"UpdateExpression": "SET a = :v", "ConditionExpression": "begins_with(a, :b)", "more": {":b": {"N": "1"}}},
    ],
    ids=str,
)
def test_what_aws_refuses_is_refused(cloud: Cloud, request_: Request) -> None:
    values = request_.get("ExpressionAttributeValues", {":v": {"S": "x"}}) | request_.pop("more", {})

    with pytest.raises(ClientError) as caught:
        cloud.dynamodb.update_item(
            **{"TableName": "transactions", "Key": KEY, **request_, "ExpressionAttributeValues": values}
        )

    assert caught.value.response["Error"]["Code"] == "ValidationException"
    assert cloud.transactions.items() == []


@pytest.mark.parametrize(
    "more",
    [
        {"ConditionExpression": "id IN (:v)"},
        {"ConditionExpression": "id BETWEEN :v AND :v"},
        {"ConditionExpression": "contains(id, :v)"},
        {"ConditionExpression": "id = :v AND box[0] = :v"},
        {"UpdateExpression": "DELETE a :v"},
        {"UpdateExpression": "SET a = :v", "ReturnValues": "UPDATED_NEW"},
        {"UpdateExpression": "SET a = :v", "Expected": {}},
    ],
    ids=str,
)
def test_what_is_not_modelled_says_so_past_every_except(cloud: Cloud, more: Request) -> None:
    request = {"UpdateExpression": "SET a = :v", "ExpressionAttributeValues": {":v": {"S": "x"}}, **more}

    with pytest.raises(NotModelledError):
        cloud.dynamodb.update_item(TableName="transactions", Key=KEY, **request)

    assert not issubclass(NotModelledError, Exception)
