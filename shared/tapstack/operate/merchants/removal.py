"""Removing a merchant, or taking back one that is half added.

1  the enrolment says so
2  the settings: suspended, and without a webhook URL     nothing new comes, and what is decided is told to nobody
3  the API keys                                           API Gateway refuses them
4  bindings and secrets, and the enrolment says removed   one transaction

Kept are the settings of all versions, by which decisions can be explained, the transactions with their deliveries, and
the enrolment, so that the id is not used again. Of a merchant that was only half added nothing is kept: nothing was
ever submitted.
"""

from typing import Final

import msgspec

from tapstack.operate.merchants.bindings import unbind
from tapstack.operate.merchants.desk import Desk
from tapstack.operate.merchants.enrolments import Change, Enrolment, delete
from tapstack.operate.settings_file import is_merchant_id
from transactions.agreed.tables import secret_id
from transactions.held_settings import VersionNote

_HALF: Final = "half added"


def remove(desk: Desk, merchant_id: str) -> bool:
    """Remove a merchant, or go on with that.

    Returns:
        Whether anything of it is kept: False for one that was only half added.

    Raises:
        UserError: there is no such merchant, or it was removed.
        ChangedMeanwhileError: somebody else changes it.
    """
    held = desk.enrolments.read(merchant_id) if is_merchant_id(merchant_id) else None
    if held is None or held.state == "removed":
        # Says which, and what can be done.
        held = desk.enrolment(merchant_id)
    if held.state != "removing":
        held = _begin(desk, held)
    half = held.change is not None and held.change.about == _HALF
    if not half:
        _stop(desk, merchant_id)
    # A key may be there that is not noted yet, of an operation that was cut.
    noted = {key.api_key_id for key in held.keys}
    for api_key_id in sorted(noted | desk.api_keys.ids_of(merchant_id)):
        desk.api_keys.delete(api_key_id)
    gone = (*map(unbind, held.keys), delete(secret_id(merchant_id)))
    if half:
        desk.enrolments.drop(held, *gone)
    else:
        desk.enrolments.save(held, *gone, state="removed", keys=[], change=None, removed_at=desk.clock())
    return not half


def _begin(desk: Desk, held: Enrolment) -> Enrolment:
    # Settings come in one transaction with the first key.
    change = Change(operation="remove", about="" if held.keys else _HALF, began_at=desk.clock())
    return desk.enrolments.save(held, state="removing", change=change)


def _stop(desk: Desk, merchant_id: str) -> None:
    settings = desk.merchants.settings(merchant_id)
    if settings is not None:
        note = VersionNote(desk.caller(), desk.clock(), "removed")
        desk.merchants.write(msgspec.structs.replace(settings, status="suspended", webhook_url=None), note)
