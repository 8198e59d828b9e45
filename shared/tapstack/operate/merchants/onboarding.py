"""Adding a merchant: one step, or nothing.

1  the enrolment, with what is to be handed over, and the webhook secret    one transaction
2  the API key                                                              API Gateway refuses it: in no usage plan
3  its place in the tier's usage plan                                       the validator refuses it: it is nobody's
4  its binding, its row in the enrolment, and the settings                  one transaction; the merchant may submit
5  key and secret are printed
6  the enrolment is complete, and forgets what was handed over

Cut anywhere, the same command goes on; `remove` takes back. Cut between 5 and 6, it prints the same once more.
"""

import hashlib
from collections.abc import Callable

import msgspec

from tapstack.console.errors import UserError
from tapstack.operate.merchants import secrets_item
from tapstack.operate.merchants.bindings import bind
from tapstack.operate.merchants.desk import Desk
from tapstack.operate.merchants.enrolments import Change, Enrolment, Key, put
from tapstack.operate.merchants.hand_over import HandOver, new_api_key, new_webhook_secret
from transactions.agreed.tables import api_key_id, settings_id
from transactions.clock import iso
from transactions.held_settings import HeldSettings, VersionNote
from transactions.settings import MerchantSettings

FIRST_LABEL = "key-1"

Hand = Callable[[HandOver, Key | None], None]
"""Prints what was made; the key is the new one, None where none was."""


def add(desk: Desk, settings: MerchantSettings, tier: str, hand: Hand) -> None:
    """Add a merchant, or go on with adding it.

    Args:
        desk: the environment's merchants.
        settings: its settings.
        tier: whose usage plan its API key is put in.
        hand: is given API key and webhook secret.

    Raises:
        UserError: there is such a merchant, it was removed, or it is being added with other settings.
        ChangedMeanwhileError: somebody else does the same.
    """
    desk.check_tier(tier)
    about = _digest(settings)
    held = _begun(desk, settings.id, tier, about)
    if held.change is None or held.change.hand_over is None:
        raise ValueError(f"the addition of {settings.id} has nothing to hand over")
    values = desk.encryption.hand_over(settings.id, held.change.hand_over)
    held = _set_up(desk, held, settings, values.api_key)
    hand(values, held.keys[0])
    desk.enrolments.save(held, state="enrolled", change=None)


def _begun(desk: Desk, merchant_id: str, tier: str, about: str) -> Enrolment:
    # In this order: whoever adds the same merchant meanwhile has an enrolment before there are settings.
    in_force = desk.merchants.settings(merchant_id)
    held = desk.enrolments.read(merchant_id)
    if held is None:
        if in_force:
            raise UserError(
                f"merchant {merchant_id!r} is one of an earlier release, kept as resources; "
                f"take it over: {desk.hint('adopt')}"
            )
        return _begin(desk, merchant_id, tier, about)
    if held.state in {"removing", "removed"}:
        raise UserError(desk.gone(held))
    if held.state == "enrolled":
        how = desk.hint("set", "FILE")
        raise UserError(f"merchant {merchant_id!r} is there already; change its settings with: {how}")
    began = iso(held.change.began_at) if held.change else ""
    if held.tier != tier or (held.change and held.change.about != about):
        other = f"for tier {held.tier}" if held.tier != tier else "with other settings"
        raise UserError(
            f"merchant {merchant_id!r} is being added {other} since {began}; go on with those, "
            f"or take it back: {desk.hint('remove', merchant_id)}"
        )
    return held


def _begin(desk: Desk, merchant_id: str, tier: str, about: str) -> Enrolment:
    desk.api_keys.check_room()
    values = HandOver(api_key=new_api_key(), webhook_secret=new_webhook_secret())
    now = desk.clock()
    change = Change(
        operation="add",
        about=about,
        began_at=now,
        hand_over=desk.encryption.of_hand_over(merchant_id, values),
    )
    nothing = Enrolment(merchant_id=merchant_id, version=0, state="adding", tier=tier, made_at=now)
    secret = secrets_item.first(merchant_id, desk.encryption.of_secret(merchant_id, values.webhook_secret))
    return desk.enrolments.save(nothing, secret, change=change)


def _set_up(desk: Desk, held: Enrolment, settings: MerchantSettings, value: str) -> Enrolment:
    if held.keys:
        return held
    made_id = desk.api_keys.ensure(held.merchant_id, FIRST_LABEL, value)
    desk.api_keys.place(made_id, held.tier)
    key = Key(label=FIRST_LABEL, api_key_id=made_id, tier=held.tier, binding=api_key_id(value), made_at=desk.clock())
    note = VersionNote(desk.caller(), desk.clock(), "added")
    first = HeldSettings(msgspec.structs.replace(settings, version=1), note).item(settings_id(settings.id))
    return desk.enrolments.save(held, bind(held.merchant_id, key), put(first, new=True), keys=[key])


def _digest(settings: MerchantSettings) -> str:
    """Tell settings apart, whatever version they will have."""
    written = msgspec.json.encode(msgspec.structs.replace(settings, version=0), order="deterministic")
    return hashlib.sha256(written).hexdigest()[:16]
