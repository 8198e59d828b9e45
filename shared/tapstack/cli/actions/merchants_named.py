"""The merchant that an operator names by its id."""

from tapstack.console.errors import UserError
from tapstack.console.words import unknown
from tapstack.operate.account import Account
from tapstack.operate.register import merchant_ids
from transactions.settings import MerchantSettings


def settings_of(account: Account, merchant_id: str) -> MerchantSettings:
    """Read the settings of a merchant.

    Raises:
        UserError: there is no such merchant; the nearest one is named.
    """
    settings = account.merchants.settings(merchant_id)
    if settings is None:
        known = merchant_ids(account.dynamodb, account.data.merchants_table_name)
        raise UserError(unknown("merchant", merchant_id, sorted(known)))
    return settings
