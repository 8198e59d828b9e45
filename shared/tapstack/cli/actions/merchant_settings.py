"""Settings as the actions on them take them: those in force, and those of a file."""

from tapstack.console.errors import UserError
from tapstack.console.hints import command
from tapstack.console.words import quoted, shortened
from tapstack.operate.account import Account
from tapstack.operate.settings_file import checked, read_documents
from transactions.settings import MerchantSettings


def allows_private_targets(account: Account) -> bool:
    """Ask the notifier's own configuration: what it refuses is not to be settled."""
    function = account.functions.get_function_configuration(
        FunctionName=account.compute.notifier_function_name, Qualifier=account.compute.alias_name
    )
    return bool(function["Environment"]["Variables"]["WEBHOOK_ALLOW_PRIVATE_TARGETS"] == "true")


def settings_in_force(account: Account, merchant_id: str) -> MerchantSettings:
    """Read a merchant's settings.

    Raises:
        UserError: there is no such merchant, or it has none.
    """
    account.desk.enrolment(merchant_id)
    held = account.merchants.settings(merchant_id)
    if held is None:
        how = command("merchant", "reconcile", stack=account.stack)
        raise UserError(f"merchant {merchant_id!r} has no settings; look for the cause: {how}")
    return held


def settings_of_file(account: Account, merchant_id: str, file: str) -> MerchantSettings:
    """Read a file of one merchant's settings, `-` for stdin, and check them.

    Raises:
        UserError: it cannot be read, or holds settings of another merchant, or of several.
        InvalidSettingsError: they are wrong.
    """
    documents = read_documents(file)
    named = documents[0].get("id", merchant_id)
    if len(documents) > 1 or named != merchant_id:
        held = f"{len(documents)} merchants" if len(documents) > 1 else f"merchant {quoted(f'{named}')}"
        raise UserError(f"{shortened(file)} holds settings of {held}; give those of merchant {merchant_id!r} alone")
    return checked({**documents[0], "id": merchant_id}, allow_private=allows_private_targets(account))
