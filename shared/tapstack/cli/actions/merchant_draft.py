"""A merchant's draft: settings that judge beside those in force, what they would have decided, and their promotion."""

import json

import msgspec

from tapstack.cli.actions.accounts import account_of
from tapstack.cli.actions.merchant_settings import settings_in_force, settings_of_file
from tapstack.cli.actions.merchant_versions import put_in_force
from tapstack.cli.statuses import DONE
from tapstack.console.errors import UserError
from tapstack.console.hints import command
from tapstack.console.progress import say
from tapstack.console.table import print_table
from tapstack.operate.account import Account
from tapstack.operate.settings_change import check_version_reason
from tapstack.operate.settings_versions import differences, version_of
from transactions.clock import iso, now
from transactions.held_settings import Draft, VersionNote
from transactions.memory import CACHE_MS
from transactions.settings import MerchantSettings
from transactions.shadow_counts import ShadowCounts, read_shadow_counts

_SECONDS = CACHE_MS // 1000


def draft(stack: str, merchant_id: str, file: str | None, reason: str) -> int:
    """Store a draft, `-` for stdin; without a file, take the one there is away."""
    check_version_reason(reason)
    with account_of(stack) as account:
        held = settings_in_force(account, merchant_id)
        if file is None:
            removed = account.merchants.write_draft(merchant_id, None)
            say(f"merchant {merchant_id} has no draft{'' if removed else ' anyway'}")
            return DONE
        wanted = settings_of_file(account, merchant_id, file)
        settings = _beside(wanted, held)
        if not list(differences(held, settings)):
            raise UserError(f"the draft of merchant {merchant_id!r} says what is in force; change something in it")
        account.merchants.write_draft(merchant_id, Draft(settings, VersionNote(account.caller().arn, now(), reason)))
    compared = command("merchant", "compare", merchant_id, stack=stack)
    say(f"the draft of merchant {merchant_id} judges beside version {held.version} in {_SECONDS} s; see: {compared}")
    return DONE


def compare(stack: str, merchant_id: str, *, as_json: bool) -> int:
    """Print what a draft has come to so far."""
    with account_of(stack) as account:
        held = settings_in_force(account, merchant_id)
        found = _draft(account, held)
        counts = read_shadow_counts(account.dynamodb, account.data.velocity_table_name, merchant_id, found.number)
    if as_json:
        print(json.dumps(_document(found, counts), indent=2, ensure_ascii=False))
        return DONE
    print(f"draft        of {iso(found.number)} by {found.note.by}, beside version {found.settings.version}")
    print(f"judged       {counts.judged}, and {counts.unknown} of which it cannot be told\n")
    rows = sorted(counts.verdicts.items())
    print_table(("decided", "draft", "count"), [(*pair, count) for pair, count in rows], right=("count",))
    print()
    print_table(("rule of the draft", "count"), sorted(counts.rules.items()), right=("count",))
    if counts.sample:
        print("\na sample of those with another verdict")
        rows_of_sample = [(each.transaction_id, each.verdict, each.draft) for each in counts.sample]
        print_table(("transaction", "decided", "draft"), rows_of_sample, whole=("transaction",))
    if held.merchant_velocity != found.settings.merchant_velocity:
        tried = command("backtest", "--merchant", merchant_id, "--settings", "FILE", stack=stack)
        say(f"the draft's own merchant_velocity is not judged beside: no transaction is counted by it; see: {tried}")
    return DONE


def promote(stack: str, merchant_id: str, reason: str) -> int:
    """Put the draft in force."""
    check_version_reason(reason)
    with account_of(stack) as account:
        held = settings_in_force(account, merchant_id)
        found = _draft(account, held)
        base = version_of(account.merchants, merchant_id, found.settings.version).settings
        changed = [each.name for each in differences(base, held) if each.name != "status"]
        if changed:
            how = command("merchant", "draft", merchant_id, "FILE", stack=stack)
            raise UserError(
                f"the draft of merchant {merchant_id!r} was made beside version {base.version}, and version "
                f"{held.version} has another {', '.join(changed)}; make it anew: {how}"
            )
        put_in_force(account, held, found.settings, reason, "the draft", promoted=found)
    return DONE


def _draft(account: Account, in_force: MerchantSettings) -> Draft:
    merchant_id = in_force.id
    held = account.merchants.held(merchant_id)
    if held is None or held.draft is None:
        how = command("merchant", "draft", merchant_id, "FILE", stack=account.stack)
        # Whoever asks again for what was cut short after its write sees that the draft is in force.
        seen = command("merchant", "history", merchant_id, stack=account.stack)
        raise UserError(
            f"merchant {merchant_id!r} has no draft, and version {in_force.version} is in force: {seen}; "
            f"make one: {how}"
        )
    return held.draft


def _beside(wanted: MerchantSettings, held: MerchantSettings) -> MerchantSettings:
    """Give a draft as it is kept: of the version beside which it judges, and neither suspended nor not."""
    return msgspec.structs.replace(wanted, version=held.version, status=held.status)


def _document(found: Draft, counts: ShadowCounts) -> dict[str, object]:
    return {
        "draft": {
            "at": iso(found.number),
            "by": found.note.by,
            "reason": found.note.reason,
            "beside": found.settings.version,
        },
        "judged": counts.judged,
        "unknown": counts.unknown,
        "verdicts": [
            {"decided": decided, "draft": draft, "count": count}
            for (decided, draft), count in sorted(counts.verdicts.items())
        ],
        "rules": dict(sorted(counts.rules.items())),
        "sample": [vars(each) for each in counts.sample],
    }
