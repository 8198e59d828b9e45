"""Something that is wrong with a layer's contract, for its team to put right."""

from typing import NamedTuple


class Problem(NamedTuple):
    """One of them."""

    layer: str
    """Whose tests fail by it."""
    text: str
    """One line: the thing, where it is, and what to do."""
