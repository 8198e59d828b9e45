"""Sets merchants up, changes, suspends and resumes them, and rotates their webhook secrets."""

import json
from collections.abc import Sequence

import msgspec

from tapstack.cli.actions.accounts import account_of
from tapstack.console.errors import UserError
from tapstack.console.hints import command
from tapstack.console.progress import say
from tapstack.console.table import print_table
from tapstack.console.words import listed, nearest, quoted
from tapstack.operate.account import Account
from tapstack.operate.register import read_register
from tapstack.operate.rotation import RotatingSecret
from tapstack.operate.settings_change import side_effects
from tapstack.operate.settings_file import ID_FORM, checked, is_merchant_id, read_documents
from transactions.memory import CACHE_MS
from transactions.settings import MerchantSettings
from transactions.webhooks.signing import SECRET_MEMORY_MS

_SECONDS = CACHE_MS // 1000
_SECRET_SECONDS = SECRET_MEMORY_MS // 1000


def add(stack: str, file: str) -> int:
    """Put the settings of new merchants in force; `-` is stdin."""
    with account_of(stack) as account:
        private = _allows_private_targets(account)
        settings = [checked(document, allow_private=private) for document in read_documents(file)]
        for merchant in settings:
            if merchant.id not in account.data.merchant_ids:
                raise UserError(_unknown(account, merchant.id, is_new=True))
            if account.merchants.settings(merchant.id):
                how = command("merchant", "set", "FILE", stack=stack)
                raise UserError(f"merchant {merchant.id!r} has settings already; change them with: {how}")
        return _write(account, settings)


def change(stack: str, file: str) -> int:
    """Change merchants' settings; `-` is stdin."""
    with account_of(stack) as account:
        private = _allows_private_targets(account)
        settings: list[MerchantSettings] = []
        told: list[str] = []
        for document in read_documents(file):
            wanted = checked(document, allow_private=private)
            held = _settings(account, wanted.id)
            if document.get("version", held.version) != held.version:
                raise UserError(
                    f"settings of merchant {wanted.id!r}: version is {wanted.version}, and {held.version} is in force; "
                    f"look at them and change those: {command('merchant', 'show', wanted.id, stack=stack)}"
                )
            # Who changes a limit does not mean to lift a suspension.
            settings.append(wanted if "status" in document else msgspec.structs.replace(wanted, status=held.status))
            told += side_effects(held, wanted)
        for line in told:
            say(line)
        return _write(account, settings)


def show(stack: str, merchant_id: str) -> int:
    """Print a merchant's settings, keys and secrets as one JSON object."""
    with account_of(stack) as account:
        settings = _settings(account, merchant_id)
        shown = {
            "id": merchant_id,
            "api_keys": read_register(account.dynamodb, account.data.merchants_table_name).of(merchant_id).api_keys,
            "live_webhook_secrets": _secret(account, merchant_id).live(),
            "settings": msgspec.to_builtins(settings),
        }
    print(json.dumps(shown, indent=2, ensure_ascii=False))
    return 0


def list_merchants(stack: str, *, as_json: bool) -> int:
    """Print all merchants, those that have no settings yet too."""
    with account_of(stack) as account:
        register = read_register(account.dynamodb, account.data.merchants_table_name)
        merchants = {
            merchant_id: register.of(merchant_id)
            for merchant_id in sorted({*account.data.merchant_ids, *register.entries})
        }
    if as_json:
        listed = [
            {
                "merchant": merchant_id,
                "status": entry.settings.status if entry.settings else None,
                "version": entry.settings.version if entry.settings else None,
                "webhook_url": entry.settings.webhook_url if entry.settings else None,
                "api_keys": entry.api_keys,
            }
            for merchant_id, entry in merchants.items()
        ]
        print(json.dumps(listed, indent=2, ensure_ascii=False))
        return 0
    rows = []
    for merchant_id, entry in merchants.items():
        held = entry.settings
        about = (held.status, f"{held.version}", held.webhook_url or "-") if held else ("not set up", "-", "-")
        rows.append((merchant_id, *about, entry.api_keys or "none"))
    print_table(("merchant", "status", "version", "webhook", "API keys"), rows)
    return 0


def set_status(stack: str, merchant_id: str, status: str) -> int:
    """Make a merchant `active` or `suspended`."""
    with account_of(stack) as account:
        held = _settings(account, merchant_id)
        if held.status == status:
            say(f"merchant {merchant_id} is {status} already")
            return 0
        changed = msgspec.convert(msgspec.to_builtins(held) | {"status": status}, MerchantSettings)
        written = account.merchants.write(changed)
    say(f"merchant {merchant_id} is {status}: version {written.version} holds everywhere in {_SECONDS} s")
    return 0


def rotate_secret(stack: str, merchant_id: str, *, force: bool) -> int:
    """Make a new webhook secret beside the old one; `force` drops what is left from a rotation before."""
    with account_of(stack) as account:
        secret = _secret(account, merchant_id)
        secret.rotate(force=force)
    end = command("merchant", "end-rotation", merchant_id, stack=stack)
    say(
        f"merchant {merchant_id} has a new webhook secret in {secret.name}; "
        f"both sign its webhooks in {_SECRET_SECONDS} s"
    )
    say(f"hand it over, and when the merchant verifies with it: {end}")
    return 0


def end_rotation(stack: str, merchant_id: str) -> int:
    """Drop the old webhook secret."""
    with account_of(stack) as account:
        ended = _secret(account, merchant_id).end()
    say(f"merchant {merchant_id} has one live webhook secret{'' if ended else ' already'}")
    return 0


def _write(account: Account, settings: Sequence[MerchantSettings]) -> int:
    for merchant in settings:
        written = account.merchants.write(merchant)
        say(f"merchant {merchant.id}: version {written.version} holds everywhere in {_SECONDS} s")
    return 0


def _allows_private_targets(account: Account) -> bool:
    """Ask the notifier's own configuration: what it refuses is not to be settled."""
    function = account.functions.get_function_configuration(
        FunctionName=account.compute.notifier_function_name, Qualifier=account.compute.alias_name
    )
    return bool(function["Environment"]["Variables"]["WEBHOOK_ALLOW_PRIVATE_TARGETS"] == "true")


def _settings(account: Account, merchant_id: str) -> MerchantSettings:
    # No key of the table is called as nobody can be.
    held = account.merchants.settings(merchant_id) if is_merchant_id(merchant_id) else None
    if held is None:
        if merchant_id in account.data.merchant_ids:
            add_file = command("merchant", "add", "FILE", stack=account.stack)
            raise UserError(f"merchant {merchant_id!r} has no settings yet; write them with: {add_file}")
        raise UserError(_unknown(account, merchant_id))
    return held


def _secret(account: Account, merchant_id: str) -> RotatingSecret:
    if merchant_id not in account.data.merchant_ids:
        raise UserError(_unknown(account, merchant_id))
    return RotatingSecret(account.secrets_manager, account.data.webhook_secret_prefix, merchant_id, account.stack)


def _unknown(account: Account, merchant_id: str, *, is_new: bool = False) -> str:
    """Say that there is no such merchant, which one may have been meant, and how one is taken on that is new."""
    ids = account.data.merchant_ids
    near = nearest(merchant_id, ids)
    told = f"merchant {quoted(merchant_id)} is none of layer 'data', whose merchants are {listed(ids)}; "
    if near:
        told += f"did you mean {near!r}?"
    if near and not is_new:
        return told
    # What nobody can be called has no place in a command line to be pasted.
    if not is_merchant_id(merchant_id):
        return f"{told}{ID_FORM}"
    return f"{told}{' ' if near else ''}to take it on, run: {account.take_on(merchant_id)}"
