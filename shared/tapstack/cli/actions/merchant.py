"""Makes merchants, changes, shows and removes them, and rotates their keys and secrets."""

import json
from collections.abc import Mapping
from itertools import islice
from typing import Any

import msgspec

from tapstack.cli.actions.accounts import account_of
from tapstack.cli.actions.merchant_settings import allows_private_targets, settings_in_force
from tapstack.cli.statuses import DONE, FOUND
from tapstack.console.errors import UserError
from tapstack.console.hints import command
from tapstack.console.progress import bar, say
from tapstack.console.table import print_table
from tapstack.console.words import counted, shortened
from tapstack.operate.merchants import halves, key_rotation, onboarding, removal, secret_rotation
from tapstack.operate.merchants.enrolments import Key
from tapstack.operate.merchants.hand_over import HandOver
from tapstack.operate.register import Entry, read_register
from tapstack.operate.settings_change import check_version_reason, side_effects
from tapstack.operate.settings_file import checked, read_documents
from transactions.clock import iso, now
from transactions.held_settings import VersionNote
from transactions.memory import CACHE_MS
from transactions.settings import MerchantSettings
from transactions.webhooks.secret_store import SECRET_MEMORY_MS

_SECONDS = CACHE_MS // 1000
_SECRET_SECONDS = SECRET_MEMORY_MS // 1000


def add(stack: str, file: str, tier: str) -> int:
    """Make a merchant of a file of settings, `-` for stdin, and print its API key and webhook secret."""
    with account_of(stack) as account:
        documents = read_documents(file)
        if len(documents) > 1:
            raise UserError(
                f"{shortened(file)} holds the settings of {len(documents)} merchants; add them one at a time, each "
                "from a file of its own"
            )
        settings = checked(documents[0], allow_private=allows_private_targets(account))
        onboarding.add(account.desk, settings, tier, _printing(settings.id))
    say(f"merchant {settings.id} may submit within {_SECONDS} s; key and secret are shown this once: hand them over")
    return DONE


def change(stack: str, file: str, reason: str) -> int:
    """Change merchants' settings; `-` is stdin, and the reason is kept with each version."""
    check_version_reason(reason)
    with account_of(stack) as account:
        private = allows_private_targets(account)
        settings: list[tuple[MerchantSettings, int]] = []
        told: list[str] = []
        for document in read_documents(file):
            wanted = checked(document, allow_private=private)
            held = settings_in_force(account, wanted.id)
            if document.get("version", held.version) != held.version:
                raise UserError(
                    f"settings of merchant {wanted.id!r}: version is {wanted.version}, and {held.version} is in force; "
                    f"look at them and change those: {command('merchant', 'show', wanted.id, stack=stack)}"
                )
            # Who changes a limit does not mean to lift a suspension.
            merchant = wanted if "status" in document else msgspec.structs.replace(wanted, status=held.status)
            settings.append((merchant, held.version))
            told += side_effects(held, wanted)
        for line in told:
            say(line)
        note = VersionNote(account.caller().arn, now(), reason)
        for merchant, over in settings:
            written = account.merchants.write(merchant, note, over=over)
            say(f"merchant {merchant.id}: version {written.version} holds everywhere in {_SECONDS} s")
    return DONE


def show(stack: str, merchant_id: str) -> int:
    """Print a merchant's settings, tier, keys and secrets as one JSON object."""
    with account_of(stack) as account:
        settings = settings_in_force(account, merchant_id)
        held = account.desk.enrolment(merchant_id)
        shown = {
            "id": merchant_id,
            "tier": held.tier,
            "api_keys": [_described(key) for key in held.keys],
            "live_webhook_secrets": secret_rotation.live_secrets(account.desk, merchant_id),
            "under_way": held.change.operation if held.change else None,
            "settings": msgspec.to_builtins(settings),
        }
    print(json.dumps(shown, indent=2, ensure_ascii=False))
    return DONE


def list_merchants(stack: str, *, after: str | None, limit: int | None, as_json: bool) -> int:
    """Print merchants in the order of their ids, those that are half there or removed too.

    Args:
        stack: the stacks' name.
        after: begin behind this id.
        limit: print so many at the most.
        as_json: print them as data.
    """
    with account_of(stack) as account, bar() as progress:
        task = progress.add_task("reading", total=None)
        table = account.data.merchants_table_name
        register = read_register(account.dynamodb, table, lambda n: progress.advance(task, n), settled=False)
    behind = ((merchant_id, entry) for merchant_id, entry in register.items() if after is None or merchant_id > after)
    rows = [_row(merchant_id, entry) for merchant_id, entry in islice(behind, limit)]
    if as_json:
        print(json.dumps(rows, indent=2, ensure_ascii=False))
    else:
        cells = [tuple("-" if value is None else f"{value}" for value in row.values()) for row in rows]
        print_table(("merchant", "status", "tier", "version", "webhook", "API keys"), cells)
    if rows and rows[-1]["merchant"] != next(reversed(register)):
        say(f"more: {command('merchant', 'list', '--after', rows[-1]['merchant'], stack=stack)}")
    return DONE


def set_status(stack: str, merchant_id: str, status: str, reason: str) -> int:
    """Make a merchant `active` or `suspended`."""
    check_version_reason(reason)
    with account_of(stack) as account:
        held = settings_in_force(account, merchant_id)
        if held.status == status:
            say(f"merchant {merchant_id} is {status} already")
            return DONE
        changed = msgspec.convert(msgspec.to_builtins(held) | {"status": status}, MerchantSettings)
        note = VersionNote(account.caller().arn, now(), reason)
        written = account.merchants.write(changed, note, over=held.version)
    say(f"merchant {merchant_id} is {status}: version {written.version} holds everywhere in {_SECONDS} s")
    return DONE


def set_tier(stack: str, merchant_id: str, tier: str) -> int:
    """Move a merchant's keys into the usage plan of another tier."""
    with account_of(stack) as account:
        moved = key_rotation.set_tier(account.desk, merchant_id, tier)
    if moved:
        say(
            f"merchant {merchant_id} is in tier {tier}; requests that API Gateway refused with 403 meanwhile "
            "can be sent again"
        )
    else:
        say(f"merchant {merchant_id} is in tier {tier} already")
    return DONE


def rotate_key(stack: str, merchant_id: str, *, label: str | None, overlap_ms: int, tier: str | None) -> int:
    """Make another API key beside the one there is, and print it."""
    with account_of(stack) as account:
        desk = account.desk
        key_rotation.rotate_key(desk, merchant_id, label, overlap_ms, tier, _printing(merchant_id))
        earlier = desk.enrolment(merchant_id).keys[:-1]
    for key in earlier:
        say(f"key {key.label} of merchant {merchant_id} is refused from {iso(key.ends_at or 0)} on")
    end = command("merchant", "end-key-rotation", merchant_id, stack=stack)
    say(f"the new key holds everywhere in {_SECONDS} s; hand it over, and when the merchant uses it: {end}")
    return DONE


def end_key_rotation(stack: str, merchant_id: str) -> int:
    """Delete the earlier of a merchant's two keys."""
    with account_of(stack) as account:
        ended = key_rotation.end_key_rotation(account.desk, merchant_id)
    say(f"merchant {merchant_id} has one key{f'; key {ended.label} is deleted' if ended else ' already'}")
    return DONE


def rotate_secret(stack: str, merchant_id: str, *, force: bool) -> int:
    """Make a new webhook secret beside the old one, and print it; `force` drops what a rotation before has left."""
    with account_of(stack) as account:
        secret_rotation.rotate_secret(account.desk, merchant_id, _printing(merchant_id), force=force)
    end = command("merchant", "end-rotation", merchant_id, stack=stack)
    say(f"both secrets of merchant {merchant_id} sign its webhooks in {_SECRET_SECONDS} s")
    say(f"hand the new one over, and when the merchant verifies with it: {end}")
    return DONE


def end_rotation(stack: str, merchant_id: str) -> int:
    """Drop the old webhook secret."""
    with account_of(stack) as account:
        ended = secret_rotation.end_rotation(account.desk, merchant_id)
    say(f"merchant {merchant_id} has one live webhook secret{'' if ended else ' already'}")
    return DONE


def remove(stack: str, merchant_id: str) -> int:
    """Remove a merchant, or take back one that is half added."""
    with account_of(stack) as account:
        kept = removal.remove(account.desk, merchant_id)
    if not kept:
        say(f"merchant {merchant_id} was only half added; nothing is left of it")
        return DONE
    say(f"merchant {merchant_id} is removed: its API keys and webhook secrets are deleted")
    say(
        "kept are its transactions, for their retention is the table's; all its settings, by which decisions are "
        "explained; and its id, which no other merchant can have"
    )
    return DONE


def reconcile(stack: str, *, fix: bool, as_json: bool) -> int:
    """Find halves and orphans, and mend them if asked to; the status is 2 when something remains to be done."""
    with account_of(stack) as account:
        with bar() as progress:
            task = progress.add_task("looking", total=None)
            found = halves.find(account.desk, lambda count: progress.advance(task, count))
        left = []
        for half in found:
            if fix and half.mend:
                half.mend()
            else:
                left.append(half)
    how = command("merchant", "reconcile", "--fix", stack=stack)
    rows = [
        {
            "found": half.what,
            "merchant": half.merchant_id,
            "name": half.name,
            "mended": half not in left,
            "next": "" if half not in left else half.next or how,
        }
        for half in found
    ]
    if as_json:
        print(json.dumps(rows, indent=2, ensure_ascii=False))
    elif rows:
        cells = [
            (
                *(f"{row[name]}" for name in ("found", "merchant", "name")),
                "yes" if row["mended"] else "no",
                f"{row['next']}",
            )
            for row in rows
        ]
        print_table(("found", "merchant", "name", "mended", "next"), cells)
    say(f"{counted(len(left), 'thing')} to be done" if left else "every merchant is whole")
    return FOUND if left else DONE


def _printing(merchant_id: str) -> onboarding.Hand:
    def hand(values: HandOver, key: Key | None) -> None:
        shown: dict[str, Any] = {"merchant": merchant_id}
        if key:
            shown |= {"label": key.label, "tier": key.tier}
        print(json.dumps(shown | msgspec.to_builtins(values), indent=2), flush=True)

    return hand


def _described(key: Key) -> Mapping[str, Any]:
    end = None if key.ends_at is None else iso(key.ends_at)
    return {"label": key.label, "id": key.api_key_id, "tier": key.tier, "made_at": iso(key.made_at), "ends_at": end}


def _row(merchant_id: str, entry: Entry) -> dict[str, Any]:
    settings, held = entry.settings, entry.enrolment
    state = "to adopt" if held is None else held.state
    return {
        "merchant": merchant_id,
        "status": settings.status if settings and state == "enrolled" else state,
        "tier": held.tier if held else None,
        "version": settings.version if settings else None,
        "webhook_url": settings.webhook_url if settings else None,
        "api_keys": len(held.keys) if held else len(entry.bindings),
    }
