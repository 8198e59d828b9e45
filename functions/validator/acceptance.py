"""Accepting a transaction: one conditional write, which also answers a replay."""

from dataclasses import dataclass

from transactions.clock import Clock
from transactions.errors import IdempotencyConflictError, MerchantRefusedError
from transactions.idempotency import transaction_id
from transactions.merchants import Merchants
from transactions.store import TransactionStore
from transactions.submission import Submission, request_hash
from transactions.transaction import Transaction


@dataclass(frozen=True)
class Accepted:
    """A transaction that was accepted, now or before."""

    transaction: Transaction
    replayed: bool


def accept(
    submission: Submission, key: str, merchant_id: str, *, merchants: Merchants, store: TransactionStore, clock: Clock
) -> Accepted:
    """Accept a submission under an idempotency key.

    Raises:
        IdempotencyConflictError: the key was used with another body.
        MerchantRefusedError: the merchant is not set up, or suspended and the key is new.
    """
    settings = merchants.settings(merchant_id)
    if settings is None:
        raise MerchantRefusedError("the merchant is not set up yet")
    transaction = Transaction(
        transaction_id(merchant_id, key), merchant_id, request_hash(submission), clock(), submission
    )
    if settings.status == "suspended":
        # What was accepted before the suspension is still answered; only that is worth a read.
        earlier = store.get(transaction.id)
        if earlier is None:
            raise MerchantRefusedError("the merchant is suspended and may not submit new transactions")
    else:
        earlier = store.insert(transaction)
    if earlier is None:
        return Accepted(transaction, replayed=False)
    if earlier.request_hash != transaction.request_hash:
        raise IdempotencyConflictError("the Idempotency-Key was used before with another body; take a new key")
    return Accepted(earlier, replayed=True)
