"""A merchant's client: the one that openapi-python-client makes from docs/openapi.json, and nothing else.

Settings come from the environment: API_URL and API_KEY. Commands:

    submit TOKEN KEY     submit a transaction and say what was decided
    burst COUNT PREFIX   submit many, four at a time, and print the id of each that was accepted
    deliveries ID        say what became of its webhooks
    redeliver ID         have them sent once more
    test                 have a webhook sent that means nothing
"""

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from card_transactions import AuthenticatedClient
from card_transactions.api.transactions import read_transaction, submit_transaction
from card_transactions.api.webhooks import list_deliveries, redeliver_transaction, send_test_webhook
from card_transactions.models import (
    AskedFor,
    AskedForList,
    Card,
    DecidedTransaction,
    DeliveryList,
    PendingTransaction,
    Problem,
    Submission,
)
from card_transactions.models.currency import Currency

client = AuthenticatedClient(
    base_url=os.environ["API_URL"],
    token=os.environ["API_KEY"],
    prefix="",
    auth_header_name="x-api-key",
    headers={"User-Agent": "acme-shop/1"},
)


def submit(token: str, key: str) -> DecidedTransaction | PendingTransaction:
    """Submit under a key; what can be sent again is sent under the same one, and becomes no second transaction."""
    card = Card(token=token, bin_="424242", country="DE", expires="2031-12")
    body = Submission(amount=1250, currency=Currency.EUR, card=card, reference=key)
    while True:
        answer = submit_transaction.sync_detailed(client=client, body=body, idempotency_key=key, prefer="wait=10")
        if isinstance(answer.parsed, DecidedTransaction | PendingTransaction):
            return answer.parsed
        if "retry-after" not in answer.headers:
            refused(answer.parsed)
        time.sleep(int(answer.headers["retry-after"]))


def decided(transaction: DecidedTransaction | PendingTransaction) -> DecidedTransaction:
    """Follow a transaction that was not decided in time."""
    while not isinstance(transaction, DecidedTransaction):
        time.sleep(1)
        found = read_transaction.sync(transaction.id, client=client)
        transaction = found if isinstance(found, DecidedTransaction) else transaction
    return transaction


def burst(count: int, prefix: str) -> None:
    """Submit many transactions, each of a card of its own."""
    with ThreadPoolExecutor(4) as threads:
        for transaction in threads.map(
            lambda number: submit(f"tok_{prefix}_{number}", f"{prefix}-{number}"), range(count)
        ):
            print(transaction.id, flush=True)


def deliveries(transaction_id: str) -> None:
    """Print each webhook with its state and the last attempt."""
    found = list_deliveries.sync(transaction_id, client=client)
    if not isinstance(found, DeliveryList):
        refused(found)
    for delivery in found.data:
        last = delivery.attempts[-1] if delivery.attempts else None
        print(delivery.id, delivery.state, f"{last.reason or last.status}" if last else "not tried yet")


def refused(problem: object) -> None:
    """Say why a request was refused, and end."""
    sys.exit(f"refused: {problem.title}: {problem.detail}" if isinstance(problem, Problem) else "no answer")


def main(verb: str, *arguments: str) -> None:
    """Run a command."""
    match verb, arguments:
        case "submit", (token, key):
            transaction = decided(submit(token, key))
            print(transaction.id, transaction.status, " ".join(transaction.reasons))
        case "burst", (count, prefix):
            burst(int(count), prefix)
        case "deliveries", (transaction_id,):
            deliveries(transaction_id)
        case "redeliver", (transaction_id,):
            asked_for = redeliver_transaction.sync(transaction_id, client=client)
            if not isinstance(asked_for, AskedForList):
                refused(asked_for)
            print("sent again:", *(webhook.id for webhook in asked_for.data))
        case "test", ():
            sent = send_test_webhook.sync(client=client)
            print(sent.type_ if isinstance(sent, AskedFor) else refused(sent))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(*sys.argv[1:])
