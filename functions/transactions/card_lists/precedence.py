"""How the entries of a card go before rules and limits: of what was found, what counts in the decision.

    in force       counts
    nothing        all that was found
    mute of R      all that was found but R
    allow          what no entry lifts, and `card_allowed`, which weighs nothing
    block          `card_blocked`, which declines by itself, and all that was found

What no entry lifts (`rules.UNLIFTED`): a currency that the merchant does not take, a card that has expired, and the
card's own limits. A mute of those is refused where it is set, and has no effect where it is found all the same. A
block goes before an allow, which its place in the item rules out.

From the table follows, for whatever was found and whatever is in force beside:

    under a block the verdict is declined           its weight is `decline_from`, and no weight is below nothing
    under an allow it is what the unlifted come to  nothing else has a weight
    an entry that is no block makes none harder     it only takes away what has a weight of nothing or more
    one that ended is none                          `in_force` leaves it out
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from transactions.card_lists.entry import InForce
from transactions.rules import UNLIFTED
from transactions.settings import MerchantSettings

CARD_BLOCKED: Final = "card_blocked"
CARD_ALLOWED: Final = "card_allowed"

WEIGHTS: Final[Mapping[str, Callable[[MerchantSettings], int]]] = {
    CARD_BLOCKED: lambda settings: settings.decline_from,
    CARD_ALLOWED: lambda _: 0,
}
"""Reason code to its weight, which follows from the thresholds: no merchant's settings name these codes."""


def counting(found: Sequence[str], in_force: InForce) -> tuple[str, ...]:
    """Give the reason codes that count, of those that were found, in the order of the decision.

    Args:
        found: reason codes.
        in_force: what the card's entries come to.
    """
    if in_force.blocked:
        return (CARD_BLOCKED, *found)
    muted = in_force.muted - UNLIFTED
    if in_force.allowed:
        return (CARD_ALLOWED, *(code for code in found if code in UNLIFTED))
    return tuple(code for code in found if code not in muted) if muted else tuple(found)
