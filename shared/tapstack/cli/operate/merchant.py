"""Set merchants up, change, suspend and resume them, and rotate their webhook secrets."""

import argparse
import json
from collections.abc import Callable

import msgspec

from tapstack.cli.operate.arguments import add_target, target_of
from tapstack.console.errors import UserError
from tapstack.console.progress import say
from tapstack.console.table import print_table
from tapstack.operate.register import read_register
from tapstack.operate.rotation import RotatingSecret
from tapstack.operate.settings_file import checked, read_documents
from tapstack.operate.target import Target
from transactions.merchants import CACHE_MS
from transactions.settings import MerchantSettings

_SECONDS = CACHE_MS // 1000


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the actions and their arguments."""
    actions = parser.add_subparsers(metavar="action", required=True)

    def action(name: str, run: Callable[[Target, argparse.Namespace], int], words: str) -> argparse.ArgumentParser:
        added = actions.add_parser(name, help=words, description=words)
        add_target(added)
        added.set_defaults(act=run)
        return added

    def of_merchant(name: str, run: Callable[[Target, argparse.Namespace], int], words: str) -> argparse.ArgumentParser:
        added = action(name, run, words)
        added.add_argument("id", metavar="ID", help="the merchant")
        return added

    def of_file(name: str, run: Callable[[Target, argparse.Namespace], int], words: str) -> None:
        action(name, run, words).add_argument("file", metavar="FILE", help="JSON, one object or an array; - is stdin")

    of_file("add", _add, "put new merchants' settings in force")
    of_file("set", _set, "change merchants' settings")
    of_merchant("show", _show, "print a merchant's settings, and what keys and secrets it has")
    action("list", _list, "list the merchants")
    of_merchant("suspend", lambda target, options: _status(target, options.id, "suspended"), "refuse new transactions")
    of_merchant("resume", lambda target, options: _status(target, options.id, "active"), "take new transactions again")
    of_merchant("rotate-secret", _rotate, "make a new webhook secret; the old one stays live beside it").add_argument(
        "--force", action="store_true", help="drop the secret that is left from a rotation before"
    )
    of_merchant("end-rotation", _end_rotation, "drop the old webhook secret")


def run(options: argparse.Namespace) -> int:
    """Do what is asked for."""
    status: int = options.act(target_of(options), options)
    return status


def _add(target: Target, options: argparse.Namespace) -> int:
    private = _allows_private_targets(target)
    settings = [checked(document, allow_private=private) for document in read_documents(options.file)]
    for merchant in settings:
        if merchant.id not in target.data.merchant_ids:
            raise UserError(_unknown(target, merchant.id))
        if target.merchants.settings(merchant.id):
            raise UserError(f"merchant {merchant.id!r} has settings already; change them with: merchant set")
    return _write(target, settings)


def _set(target: Target, options: argparse.Namespace) -> int:
    private = _allows_private_targets(target)
    settings = []
    for document in read_documents(options.file):
        wanted = checked(document, allow_private=private)
        held = _settings(target, wanted.id)
        if document.get("version", held.version) != held.version:
            raise UserError(
                f"settings of merchant {wanted.id!r}: version is {wanted.version}, and {held.version} is in force; "
                f"look at them with `merchant show {wanted.id}` and change those"
            )
        # Who changes a limit does not mean to lift a suspension.
        settings.append(wanted if "status" in document else msgspec.structs.replace(wanted, status=held.status))
    return _write(target, settings)


def _write(target: Target, settings: list[MerchantSettings]) -> int:
    for merchant in settings:
        written = target.merchants.write(merchant)
        say(f"merchant {merchant.id}: version {written.version} holds everywhere in {_SECONDS} s")
    return 0


def _show(target: Target, options: argparse.Namespace) -> int:
    settings = _settings(target, options.id)
    shown = {
        "id": options.id,
        "api_keys": read_register(target.dynamodb, target.data.merchants_table_name).of(options.id).api_keys,
        "live_webhook_secrets": _secret(target, options.id).live(),
        "settings": msgspec.to_builtins(settings),
    }
    print(json.dumps(shown, indent=2, ensure_ascii=False))
    return 0


def _list(target: Target, _options: argparse.Namespace) -> int:
    register = read_register(target.dynamodb, target.data.merchants_table_name)
    rows = []
    for merchant_id in sorted({*target.data.merchant_ids, *register.entries}):
        entry = register.of(merchant_id)
        held = entry.settings
        about = (held.status, f"{held.version}", held.webhook_url or "-") if held else ("not set up", "-", "-")
        rows.append((merchant_id, *about, entry.api_keys or "none"))
    print_table(("merchant", "status", "version", "webhook", "API keys"), rows)
    return 0


def _status(target: Target, merchant_id: str, status: str) -> int:
    held = _settings(target, merchant_id)
    if held.status == status:
        say(f"merchant {merchant_id} is {status} already")
        return 0
    written = target.merchants.write(msgspec.convert(msgspec.to_builtins(held) | {"status": status}, MerchantSettings))
    say(f"merchant {merchant_id} is {status}: version {written.version} holds everywhere in {_SECONDS} s")
    return 0


def _rotate(target: Target, options: argparse.Namespace) -> int:
    secret = _secret(target, options.id)
    secret.rotate(force=options.force)
    say(f"merchant {options.id} has a new webhook secret in {secret.name}; both sign its webhooks in {_SECONDS} s")
    say(f"hand it over, and when the merchant verifies with it: merchant end-rotation {options.id}")
    return 0


def _end_rotation(target: Target, options: argparse.Namespace) -> int:
    ended = _secret(target, options.id).end()
    say(f"merchant {options.id} has one live webhook secret{'' if ended else ' already'}")
    return 0


def _allows_private_targets(target: Target) -> bool:
    """Ask the notifier's own configuration: what it refuses is not to be settled."""
    function = target.functions.get_function_configuration(
        FunctionName=target.compute.notifier_function_name, Qualifier=target.compute.alias_name
    )
    return bool(function["Environment"]["Variables"]["WEBHOOK_ALLOW_PRIVATE_TARGETS"] == "true")


def _settings(target: Target, merchant_id: str) -> MerchantSettings:
    held = target.merchants.settings(merchant_id)
    if held is None:
        if merchant_id in target.data.merchant_ids:
            raise UserError(f"merchant {merchant_id!r} has no settings yet; write them with: merchant add FILE")
        raise UserError(_unknown(target, merchant_id))
    return held


def _secret(target: Target, merchant_id: str) -> RotatingSecret:
    if merchant_id not in target.data.merchant_ids:
        raise UserError(_unknown(target, merchant_id))
    return RotatingSecret(target.secrets_manager, target.data.webhook_secret_prefix, merchant_id)


def _unknown(target: Target, merchant_id: str) -> str:
    known = ", ".join(target.data.merchant_ids) or "none yet"
    return (
        f"merchant {merchant_id!r} is none of layer 'data', whose merchants are {known}; "
        f"to take it on, run: {target.take_on(merchant_id)}"
    )
