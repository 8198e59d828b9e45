"""Rotating a merchant's webhook secret."""

from tapstack.console.errors import UserError
from tapstack.operate.merchants import secrets_item
from tapstack.operate.merchants.desk import Desk
from tapstack.operate.merchants.enrolments import Change
from tapstack.operate.merchants.hand_over import HandOver, new_webhook_secret
from tapstack.operate.merchants.onboarding import Hand
from transactions.webhooks.secret_store import read_secrets


def live_secrets(desk: Desk, merchant_id: str) -> int:
    """Count the secrets that a merchant's webhooks are signed with."""
    held = read_secrets(desk.dynamodb, desk.table, merchant_id)
    return 0 if held is None else 1 if held.previous is None else 2


def rotate_secret(desk: Desk, merchant_id: str, hand: Hand, *, force: bool = False) -> None:
    """Make a new secret the current one, and what was current the previous one; or go on with that.

    Args:
        desk: the environment's merchants.
        merchant_id: whose.
        hand: is given the new secret.
        force: whether a previous secret that is still live may go.

    Raises:
        UserError: there is no such merchant, a rotation is under way, or something else.
        ChangedMeanwhileError: somebody else does the same.
    """
    held = desk.free(merchant_id, "rotate-secret")
    if held.change is None:
        secrets = read_secrets(desk.dynamodb, desk.table, merchant_id)
        if secrets and secrets.previous is not None and not force:
            raise UserError(
                f"merchant {merchant_id!r} has two live secrets from a rotation before; end it: "
                f"{desk.hint('end-rotation', merchant_id)}; or drop the older one now with --force"
            )
        values = HandOver(webhook_secret=new_webhook_secret())
        change = Change(
            operation="rotate-secret",
            began_at=desk.clock(),
            hand_over=desk.encryption.of_hand_over(merchant_id, values),
        )
        fresh = desk.encryption.of_secret(merchant_id, values.webhook_secret)
        if secrets:
            write = secrets_item.following(merchant_id, secrets, current=fresh, previous=secrets.current)
        else:
            write = secrets_item.first(merchant_id, fresh)
        held = desk.enrolments.save(held, write, change=change)
    if held.change is None or held.change.hand_over is None:
        raise ValueError(f"the rotation of {merchant_id} has nothing to hand over")
    hand(desk.encryption.hand_over(merchant_id, held.change.hand_over), None)
    desk.enrolments.save(held, change=None)


def end_rotation(desk: Desk, merchant_id: str) -> bool:
    """Drop the previous secret; tell whether there was one.

    Raises:
        UserError: there is no such merchant, or something is under way with it.
        ChangedMeanwhileError: somebody else changes it.
    """
    held = desk.idle(merchant_id)
    secrets = read_secrets(desk.dynamodb, desk.table, merchant_id)
    if secrets is None or secrets.previous is None:
        return False
    write = secrets_item.following(merchant_id, secrets, current=secrets.current, previous=None)
    desk.enrolments.save(held, write)
    return True
