"""The transaction that an operator names by its id."""

from tapstack.console.errors import UserError
from tapstack.console.words import quoted
from tapstack.operate.account import Account
from transactions.idempotency import is_transaction_id
from transactions.transaction import Transaction


def transaction_of(account: Account, transaction_id: str) -> Transaction:
    """Read a transaction.

    Raises:
        UserError: there is none of this id, or it is no id.
    """
    # An environment that is not there is told first, as every other command tells it.
    table = account.data.transactions_table_name
    if not is_transaction_id(transaction_id):
        raise UserError(f"{quoted(transaction_id)} is no transaction id: {_meant(transaction_id)}")
    found = account.transactions.get(transaction_id)
    if found is None:
        raise UserError(f"there is no transaction {transaction_id!r} in {table}; look at the id, and at --stack")
    return found


def _meant(text: str) -> str:
    """Say which id may have been meant, or what one looks like."""
    body = text.strip().lower().rpartition("_")[2]
    if is_transaction_id(meant := f"txn_{body}"):
        return f"did you mean {meant!r}?"
    return "one is txn_ and 32 of the letters a to z and the digits 2 to 7, as the API, webhooks and `send` give it"
