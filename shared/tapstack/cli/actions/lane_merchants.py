"""The lane's merchants, made as operators make theirs, and their API keys, which the lane asks its emulator for."""

import json
from collections.abc import Mapping
from typing import Any

from tapstack.lane.samples import MERCHANTS, TIERS
from tapstack.operate.account import Account
from tapstack.operate.merchants import onboarding, removal
from tapstack.operate.register import read_register
from transactions.held_settings import VersionNote
from transactions.settings_document import parse_settings


def set_up(account: Account, webhooks: str) -> None:
    """See that the samples' merchants are there, with their webhooks sent to a receiver.

    Args:
        account: the lane's.
        webhooks: the receiver's URL; each merchant's webhooks go to a path with its id.
    """
    documents: list[dict[str, Any]] = json.loads(MERCHANTS.read_text(encoding="utf-8"))
    for document in documents:
        target = {"webhook_url": f"{webhooks}/{document['id']}"}
        settings = parse_settings(document | target, allow_private=True)
        held = account.desk.enrolments.read(settings.id)
        if held and held.state == "adding":
            # The receiver was another one.
            removal.remove(account.desk, settings.id)
            held = None
        if held is None:
            onboarding.add(account.desk, settings, TIERS[settings.id], lambda _, __: None)
        else:
            note = VersionNote(account.caller().arn, account.clock(), "the lane came up again")
            account.merchants.write(settings, note)


def api_keys(account: Account) -> Mapping[str, str]:
    """Give the newest API key of each merchant of a lane."""
    register = read_register(account.dynamodb, account.data.merchants_table_name)
    newest = {
        merchant_id: entry.enrolment.keys[-1].api_key_id
        for merchant_id, entry in register.items()
        if entry.enrolment and entry.enrolment.keys
    }
    values = {merchant_id: account.desk.api_keys.value(key_id) for merchant_id, key_id in newest.items()}
    return {merchant_id: value for merchant_id, value in values.items() if value}
