"""Transactions of a list, and a walk through its pages."""

from typing import Any, Final

import msgspec

from simulation.model.cloud import START
from transactions.idempotency import transaction_id
from transactions.store import TransactionStore
from transactions.submission import Submission
from transactions.transaction import Transaction

CARD: Final = {"token": "tok_abcd", "bin": "424242", "country": "DE", "expires": "2031-12"}
_SUBMISSION: Final = msgspec.convert({"amount": 1_250, "currency": "EUR", "card": CARD}, Submission)


def made_at(number: int, after_ms: int, merchant: str = "acme") -> Transaction:
    """Make a transaction that came so long after the beginning."""
    return Transaction(transaction_id(merchant, f"{number}"), merchant, "hash", START + after_ms, _SUBMISSION)


def walk(client: Any, limit: int, merchant: str = "acme") -> list[list[str]]:
    """Turn all pages of the table `transactions`; return the ids on each."""
    store = TransactionStore(client, "transactions")
    pages: list[list[str]] = []
    after = None
    while after or not pages:
        page = store.page(merchant, limit, after)
        pages.append([transaction.id for transaction in page.transactions])
        after = page.next_listing
    return pages
