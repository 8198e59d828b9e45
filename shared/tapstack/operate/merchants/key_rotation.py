"""Rotating a merchant's API key, and moving its keys to another tier.

    one key ──rotate-key──▶ two keys, the earlier one with an end ──end-key-rotation──▶ one key

The new key comes into its usage plan before anything of the earlier one changes; from its end on the earlier one is
refused by the validator with a problem document that says so, and `end-key-rotation` deletes it.
"""

import re
from typing import Final

import msgspec

from tapstack.console.errors import UserError
from tapstack.console.words import quoted
from tapstack.operate.merchants.bindings import bind, unbind
from tapstack.operate.merchants.desk import Desk
from tapstack.operate.merchants.enrolments import Change, Enrolment, Key
from tapstack.operate.merchants.hand_over import HandOver, new_api_key
from tapstack.operate.merchants.onboarding import Hand
from transactions.agreed.tables import api_key_id

_LABEL: Final = re.compile(r"[a-z0-9](-?[a-z0-9]){0,31}")
_LABEL_FORM: Final = "a label is up to 32 of a to z, 0 to 9 and single hyphens between them"
_NUMBERED: Final = "key-"


def rotate_key(desk: Desk, merchant_id: str, label: str | None, overlap_ms: int, tier: str | None, hand: Hand) -> None:
    """Give a merchant another API key, and the earlier one an end; or go on with that.

    Args:
        desk: the environment's merchants.
        merchant_id: whose.
        label: what to call the new key; None numbers it.
        overlap_ms: for how long the earlier key is taken beside it.
        tier: whose usage plan the new key is put in; None for the merchant's.
        hand: is given the new key.

    Raises:
        UserError: there is no such merchant, it has two keys, or something else is under way with it.
        ChangedMeanwhileError: somebody else does the same.
    """
    if label is not None and not _LABEL.fullmatch(label):
        raise UserError(f"{quoted(label)} is no label; {_LABEL_FORM}")
    if tier is not None:
        desk.check_tier(tier)
    held = desk.free(merchant_id, "rotate-key", label)
    if held.change is None:
        held = _begin(desk, held, label or _next_label(held), overlap_ms, tier)
    change = held.change
    if change is None or change.hand_over is None:
        raise ValueError(f"the rotation of {merchant_id} has nothing to hand over")
    values = desk.encryption.hand_over(merchant_id, change.hand_over)
    held = _with_key(desk, held, change, values.api_key)
    hand(values, held.keys[-1])
    desk.enrolments.save(held, change=None)


def end_key_rotation(desk: Desk, merchant_id: str) -> Key | None:
    """Delete the earlier of a merchant's two keys; give it, or None where there is one key alone.

    Raises:
        UserError: there is no such merchant, or something is under way with it.
        ChangedMeanwhileError: somebody else changes it.
    """
    held = desk.idle(merchant_id)
    if len(held.keys) < 2:
        return None
    earlier, *left = held.keys
    desk.api_keys.delete(earlier.api_key_id)
    desk.enrolments.save(held, unbind(earlier), keys=left)
    return earlier


def set_tier(desk: Desk, merchant_id: str, tier: str) -> bool:
    """Move a merchant's keys into the usage plan of another tier, or go on with that; tell whether there was need to.

    A key may be in one usage plan of a stage, so between the two it is in none, and API Gateway refuses it.

    Raises:
        UserError: there is no such merchant or tier, or something else is under way with it.
        ChangedMeanwhileError: somebody else changes it.
    """
    desk.check_tier(tier)
    held = desk.free(merchant_id, "set-tier", tier)
    if held.change is None:
        if held.tier == tier and all(key.tier == tier for key in held.keys):
            return False
        change = Change(operation="set-tier", about=tier, began_at=desk.clock())
        held = desk.enrolments.save(held, change=change, tier=tier)
    for key in held.keys:
        desk.api_keys.place(key.api_key_id, tier)
    keys = [msgspec.structs.replace(key, tier=tier) for key in held.keys]
    desk.enrolments.save(held, change=None, keys=keys)
    return True


def _begin(desk: Desk, held: Enrolment, label: str, overlap_ms: int, tier: str | None) -> Enrolment:
    if len(held.keys) > 1:
        raise UserError(
            f"merchant {held.merchant_id!r} has two keys from a rotation before; "
            f"end it: {desk.hint('end-key-rotation', held.merchant_id)}"
        )
    if label in {key.label for key in held.keys}:
        raise UserError(f"merchant {held.merchant_id!r} has a key {label!r} already; choose another --label")
    desk.api_keys.check_room()
    now = desk.clock()
    values = HandOver(api_key=new_api_key())
    change = Change(
        operation="rotate-key",
        about=label,
        began_at=now,
        ends_at=now + overlap_ms,
        hand_over=desk.encryption.of_hand_over(held.merchant_id, values),
    )
    return desk.enrolments.save(held, change=change, tier=tier or held.tier)


def _with_key(desk: Desk, held: Enrolment, change: Change, value: str) -> Enrolment:
    if held.keys and held.keys[-1].label == change.about:
        return held
    made_id = desk.api_keys.ensure(held.merchant_id, change.about, value)
    desk.api_keys.place(made_id, held.tier)
    key = Key(label=change.about, api_key_id=made_id, tier=held.tier, binding=api_key_id(value), made_at=desk.clock())
    ending = [msgspec.structs.replace(earlier, ends_at=change.ends_at) for earlier in held.keys]
    keys = [*ending, key]
    return desk.enrolments.save(held, *(bind(held.merchant_id, each) for each in keys), keys=keys)


def _next_label(held: Enrolment) -> str:
    numbers = [key.label.removeprefix(_NUMBERED) for key in held.keys if key.label.startswith(_NUMBERED)]
    return f"{_NUMBERED}{max((int(number) for number in numbers if number.isdecimal()), default=0) + 1}"
