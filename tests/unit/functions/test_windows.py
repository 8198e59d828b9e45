"""A window holds its first moment and not its last, for everything that is counted by windows."""

from collections.abc import Sequence

import pytest

from transactions.velocity.windows import Counted, exceeded

WINDOW = 600


def counted(*times: int) -> list[Counted]:
    return [Counted(at, 1, {"EUR": 100}) for at in times]


@pytest.mark.parametrize(
    ("new", "earlier", "limit", "too_many"),
    [
        pytest.param(599, [0, 300], 2, True, id="the last moment of a window is in it"),
        pytest.param(600, [0, 300], 2, False, id="the moment after is not"),
        pytest.param(0, [300, 599], 2, True, id="later ones are in a window that begins with the new one"),
        pytest.param(0, [300, 600], 2, False, id="but for those a window later"),
        pytest.param(300, [0, 600], 2, False, id="no window holds both ends"),
        pytest.param(300, [1, 600], 2, True, id="a window holds what is a moment closer"),
        pytest.param(300, [], 1, False, id="as many as the limit are not too many"),
        pytest.param(300, [], 0, True, id="one more is"),
    ],
)
def test_a_count_is_held_in_every_window_with_the_new_one_in_it(
    new: int,
    earlier: Sequence[int],
    limit: int,
    too_many: bool,  # noqa: FBT001 - a column of the table
) -> None:
    assert exceeded(Counted(new), counted(*earlier), WINDOW, limit, {}) == (too_many, False)


@pytest.mark.parametrize(
    ("amounts", "limits", "too_much"),
    [
        pytest.param({"EUR": 100}, {"EUR": 300}, False, id="as much as the limit is not too much"),
        pytest.param({"EUR": 101}, {"EUR": 300}, True, id="one more is"),
        pytest.param({"USD": 300}, {"USD": 300}, False, id="what is of another currency is not added"),
        pytest.param({"USD": 301}, {"USD": 300}, True, id="each currency has its limit"),
        pytest.param({"USD": 301}, {"EUR": 1}, False, id="a currency without a limit has none"),
    ],
)
def test_an_amount_is_held_in_its_currency(amounts: dict[str, int], limits: dict[str, int], too_much: bool) -> None:  # noqa: FBT001 - likewise
    assert exceeded(Counted(300, 1, amounts), counted(0, 1), WINDOW, 9, limits) == (False, too_much)


def test_an_entry_counts_as_many_as_it_holds() -> None:
    assert exceeded(Counted(1, 2), [Counted(0, 3)], WINDOW, 4, {}) == (True, False)
    assert exceeded(Counted(1, 2), [Counted(0, 3)], WINDOW, 5, {}) == (False, False)
