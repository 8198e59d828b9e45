"""The versions of a merchant's settings: shown, compared, and put in force again."""

import json

import msgspec

from tapstack.cli.actions.accounts import account_of
from tapstack.cli.actions.merchant_settings import allows_private_targets, settings_in_force
from tapstack.cli.statuses import DONE
from tapstack.console.errors import UserError
from tapstack.console.hints import command
from tapstack.console.progress import say
from tapstack.console.table import print_table
from tapstack.operate.account import Account
from tapstack.operate.settings_change import check_version_reason, side_effects
from tapstack.operate.settings_file import checked
from tapstack.operate.settings_versions import differences, history_rows, version_of
from transactions.clock import now
from transactions.held_settings import Draft, VersionNote
from transactions.memory import CACHE_MS
from transactions.settings import MerchantSettings


def history(stack: str, merchant_id: str, *, as_json: bool) -> int:
    """Print the versions, the latest first."""
    with account_of(stack) as account:
        settings_in_force(account, merchant_id)
        rows = list(history_rows(list(account.merchants.versions(merchant_id))))
    if as_json:
        print(json.dumps(rows, indent=2, ensure_ascii=False))
    else:
        print_table(
            ("version", "at", "by", "reason", "changed"),
            [
                (row["version"], row["at"] or "-", row["by"] or "-", row["reason"] or "-", ", ".join(row["changed"]))
                for row in rows
            ],
            right=("version",),
        )
    return DONE


def diff(stack: str, merchant_id: str, before: int, after: int, *, as_json: bool) -> int:
    """Print what differs between two versions."""
    with account_of(stack) as account:
        settings_in_force(account, merchant_id)
        earlier, later = (version_of(account.merchants, merchant_id, one).settings for one in (before, after))
    print_differences(earlier, later, as_json=as_json)
    return DONE


def rollback(stack: str, merchant_id: str, version: int, reason: str) -> int:
    """Put what a version says in force again; whether the merchant is suspended stays as it is."""
    check_version_reason(reason)
    with account_of(stack) as account:
        held = settings_in_force(account, merchant_id)
        wanted = version_of(account.merchants, merchant_id, version).settings
        # What was right when it was written may be refused today.
        again = checked(msgspec.to_builtins(wanted), allow_private=allows_private_targets(account))
        put_in_force(account, held, again, reason, f"what version {version} says")
    return DONE


def put_in_force(
    account: Account,
    held: MerchantSettings,
    wanted: MerchantSettings,
    reason: str,
    what: str,
    *,
    promoted: Draft | None = None,
) -> None:
    """Put settings in the place of those that were looked at, and say so.

    Args:
        account: the environment's.
        held: the settings that were looked at; whether the merchant is suspended stays as they have it.
        wanted: those that are to take their place.
        reason: why.
        what: calls them in the closing line.
        promoted: the draft that they are.

    Raises:
        UserError: no reason is given.
        SettingsChangedError: others are in force by now.
    """
    if not reason:
        how = command("merchant", "history", held.id, stack=account.stack)
        raise UserError(f"--reason is empty; say in a few words why, for whoever reads {how}")
    settings = msgspec.structs.replace(wanted, status=held.status)
    for line in side_effects(held, settings):
        say(line)
    note = VersionNote(account.caller().arn, now(), reason)
    written = account.merchants.write(settings, note, over=held.version, promoted=promoted)
    if written.version == held.version:
        say(f"merchant {held.id}: {what} is in force already, as version {held.version}")
        return
    say(f"merchant {held.id}: {what} is version {written.version}, and holds everywhere in {CACHE_MS // 1000} s")


def print_differences(before: MerchantSettings, after: MerchantSettings, *, as_json: bool) -> None:
    """Print what differs, a setting a line."""
    found = list(differences(before, after))
    if as_json:
        print(json.dumps([vars(each) for each in found], indent=2, ensure_ascii=False))
        return
    print_table(
        ("setting", "before", "after"),
        [(each.name, json.dumps(each.before), json.dumps(each.after)) for each in found],
    )
    if not found:
        say("nothing differs")
