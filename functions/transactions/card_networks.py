"""The networks' card numbers as data: how they begin and how long they are.

The source is the public register of issuer identification numbers (ISO/IEC 7812-1 says how they are built) as
https://en.wikipedia.org/wiki/Payment_card_number collects it from the networks' own publications. Ranges and lengths
are nominal: what a network may issue, not what is in circulation.

Left out: UATP (1), as every time since the epoch begins so; T-Union, whose cards pay for buses alone; and Maestro's
numbers of 12 digits, which nobody could tell from telephone numbers.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Network:
    """A card network.

    Attributes:
        name: as the public knows it.
        begins: what its numbers begin with; a pair is a range, both ends included and equally long.
        lengths: how many digits its numbers have.
    """

    name: str
    begins: tuple[str | tuple[str, str], ...]
    lengths: frozenset[int]


def _of(*lengths: int) -> frozenset[int]:
    return frozenset(lengths)


_UP_TO_19: Final = _of(16, 17, 18, 19)

NETWORKS: Final = (
    Network("American Express", ("34", "37"), _of(15)),
    Network("Dankort", ("5019",), _of(16)),
    Network("Diners Club", (("300", "305"), "3095", "36", "38", "39"), _of(14, 15, 16, 17, 18, 19)),
    Network("Discover", ("6011", ("644", "649"), "65"), _UP_TO_19),
    Network("Elo", ("506699", "5067", "5090", "627780", "636297", "636368"), _of(16)),
    Network("Hipercard", ("384100", "384140", "384160", "606282", "637095", "637568"), _of(16)),
    Network("Humo", ("9860",), _of(16)),
    Network("InstaPayment", (("637", "639"),), _of(16)),
    Network("InterPayment", ("636",), _UP_TO_19),
    Network("JCB", (("3528", "3589"),), _UP_TO_19),
    Network("Maestro", ("50", ("56", "58"), "6304", "639", "67"), _of(13, 14, 15, 16, 17, 18, 19)),
    Network("Mastercard", (("2221", "2720"), ("51", "55")), _of(16)),
    Network("Mir", (("2200", "2204"),), _UP_TO_19),
    Network("Napas", ("9704",), _of(16, 19)),
    Network("RuPay", ("508", "60", "81", "82"), _of(16)),
    Network("Solo", ("6334", "6767"), _of(16, 18, 19)),
    Network("Switch", ("564182", "633110", "6333", "6759"), _of(16, 18, 19)),
    Network("Troy", ("9792",), _of(16)),
    Network("UnionPay", ("62",), _UP_TO_19),
    Network("UzCard", ("5614", "8600"), _of(16)),
    Network("Verve", (("506099", "506198"), ("507865", "507964"), ("650002", "650027")), _of(16, 18, 19)),
    Network("Visa", ("4",), _of(13, 16, 19)),
)


def _by_beginning(networks: Iterable[Network]) -> Mapping[str, frozenset[int]]:
    lengths: dict[str, frozenset[int]] = {}
    for network in networks:
        for begins in network.begins:
            first, last = (begins, begins) if isinstance(begins, str) else begins
            for number in map(str, range(int(first), int(last) + 1)):
                # One set for all beginnings of a network; a thousand sets would have a cold start collect garbage.
                lengths[number] = lengths[number] | network.lengths if number in lengths else network.lengths
    return lengths


_LENGTHS: Final = _by_beginning(NETWORKS)
_LONGEST_BEGINNING: Final = max(map(len, _LENGTHS))


def is_issued(digits: str) -> bool:
    """Tell whether a network issues numbers that begin so and are so long."""
    return any(
        len(digits) in _LENGTHS.get(digits[:length], ())
        for length in range(1, min(len(digits), _LONGEST_BEGINNING) + 1)
    )
