"""Reasons in an operator's own words, as they are kept with what was done."""

from tapstack.console.errors import UserError
from tapstack.console.words import quoted
from transactions.card_numbers import holds_card_number


def check_reason(reason: str, longest: int, about: str, *, may_be_empty: bool = False) -> None:
    """Refuse a reason that cannot be kept.

    Args:
        reason: as it was given.
        longest: how many bytes it may have.
        about: what whoever reads it looks at.
        may_be_empty: whether none need be given.

    Raises:
        UserError: it is empty, too long, holds a control character or what looks like a card number.
    """
    if holds_card_number(reason):
        raise UserError("--reason holds what looks like a card number; it is kept, so leave the number out")
    is_blank = not reason.strip() and not (may_be_empty and not reason)
    if is_blank or not reason.isprintable():
        raise UserError(f"--reason is {quoted(reason)}; say in a few words why, for whoever looks at {about} next")
    if (size := len(reason.encode())) > longest:
        raise UserError(f"--reason has {size} bytes; {longest} is the most")
