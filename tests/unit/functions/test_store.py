"""What the transactions table is asked, and what becomes of its answers."""

from unittest import mock

import msgspec

from simulation.model.cloud import Cloud
from transactions.store import TransactionStore
from transactions.submission import Submission
from transactions.transaction import Decision, Transaction, Verdict


def transaction(amount: int) -> Transaction:
    card = {"token": "tok_abcd", "bin": "424242", "country": "DE", "expires": "2031-12"}
    submission = msgspec.convert({"amount": amount, "currency": "EUR", "card": card}, Submission)
    return Transaction("txn_1", "acme", "hash", 1, submission)


def decision(verdict: Verdict) -> Decision:
    return Decision(verdict=verdict, score=0, reasons=[], decided_at=2, settings_version=1)


def test_who_comes_second_gets_what_is_there_from_the_same_call() -> None:
    cloud = Cloud()
    store = TransactionStore(cloud.dynamodb, "transactions")

    assert store.insert(transaction(1)) is None
    assert store.insert(transaction(2)) == transaction(1)
    assert store.decide(transaction(1), decision("approved")) == decision("approved")
    assert store.decide(transaction(1), decision("declined")) == decision("approved")


def test_reads_of_many_see_every_write_before_them_and_ask_again_for_what_was_left_over() -> None:
    # https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
    keys = [{"id": {"S": f"txn_{number}"}} for number in range(101)]
    client = mock.Mock()
    client.batch_get_item.side_effect = [
        {"Responses": {}, "UnprocessedKeys": {"transactions": {"Keys": keys[98:100], "ConsistentRead": True}}},
        {"Responses": {}},
    ]

    assert TransactionStore(client, "transactions").read([f"txn_{number}" for number in range(101)]) == []

    requests = [call.kwargs["RequestItems"]["transactions"] for call in client.batch_get_item.call_args_list]
    assert [request["ConsistentRead"] for request in requests] == [True, True]
    assert requests[0]["Keys"] == keys[:100]
    assert requests[1]["Keys"] == [keys[100], *keys[98:100]]
