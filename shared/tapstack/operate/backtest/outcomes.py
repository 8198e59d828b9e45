"""What a decided transaction turned out to be, where somebody has said so: the attribute `outcome` of its item."""

from typing import Final, Literal, get_args

from transactions.attributes import Item

Outcome = Literal["fraud", "genuine", "disputed"]

_OUTCOMES: Final = {outcome: outcome for outcome in get_args(Outcome)}


def outcome_of(item: Item) -> Outcome | None:
    """Read the outcome from a transaction's item; None where nobody has said one, or one that is not known here."""
    found: Outcome | None = _OUTCOMES.get(item.get("outcome", {}).get("S"))
    return found
