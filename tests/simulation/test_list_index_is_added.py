"""A table of an earlier version gets the list index in place, and everything in it is listed, on the emulator."""

import itertools
from collections.abc import Callable
from typing import Any

from support.lists import made_at, walk
from transactions.agreed.tables import (
    KEY,
    LIST_INDEX,
    LIST_INDEX_HASH_KEY,
    LIST_INDEX_RANGE_KEY,
    MERCHANT_INDEX,
    MERCHANT_INDEX_HASH_KEY,
    MERCHANT_INDEX_RANGE_KEY,
)
from transactions.store import TransactionStore

TABLE = "transactions"
Client = Callable[[str], Any]


def attributes(*names: str) -> list[dict[str, str]]:
    return [{"AttributeName": name, "AttributeType": "S"} for name in names]


def index(name: str, hash_key: str, range_key: str, projection: str) -> dict[str, Any]:
    return {
        "IndexName": name,
        "KeySchema": [
            {"AttributeName": hash_key, "KeyType": "HASH"},
            {"AttributeName": range_key, "KeyType": "RANGE"},
        ],
        "Projection": {"ProjectionType": projection},
    }


def test_what_was_there_before_the_index_and_what_comes_after_is_one_list(emulated: Client) -> None:
    client = emulated("dynamodb")
    earlier = (KEY, MERCHANT_INDEX_HASH_KEY, MERCHANT_INDEX_RANGE_KEY)
    client.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": KEY, "KeyType": "HASH"}],
        AttributeDefinitions=attributes(*earlier),
        GlobalSecondaryIndexes=[index(MERCHANT_INDEX, MERCHANT_INDEX_HASH_KEY, MERCHANT_INDEX_RANGE_KEY, "ALL")],
    )
    both = TransactionStore(client, TABLE, lists_for_earlier_versions=True)
    made = [made_at(number, number // 2) for number in range(12)]
    for transaction in made[:4]:
        both.insert(transaction)
        client.update_item(
            TableName=TABLE,
            Key={KEY: {"S": transaction.id}},
            UpdateExpression=f"REMOVE {LIST_INDEX_HASH_KEY}, {LIST_INDEX_RANGE_KEY}",
        )
    without_index = list(itertools.chain(*walk(client, 5)))
    # As the provider does it.
    client.update_table(
        TableName=TABLE,
        AttributeDefinitions=attributes(*earlier, LIST_INDEX_HASH_KEY, LIST_INDEX_RANGE_KEY),
        GlobalSecondaryIndexUpdates=[
            {"Create": index(LIST_INDEX, LIST_INDEX_HASH_KEY, LIST_INDEX_RANGE_KEY, "KEYS_ONLY")}
        ],
    )
    for transaction in made[4:8]:
        both.insert(transaction)
    for transaction in made[8:]:
        TransactionStore(client, TABLE).insert(transaction)

    right = sorted(made, key=lambda each: (each.created_at, each.id), reverse=True)
    assert without_index == [each.id for each in right if each in made[:4]]
    for limit in (1, 5, 100):
        assert list(itertools.chain(*walk(client, limit))) == [each.id for each in right]
