"""The table of differences itself; the emulators are held to it by `nox -s second-opinion`."""

import re

import pytest

from second_opinion.comparing import Difference
from second_opinion.table import RIGHT, Row, read_rows, unknown, untrue
from tapstack.checkout import CHECKOUT

ROWS = read_rows()
DIFFERENCE = Difference("ec2:DescribeThings", "Things[].Name", "one", "nothing")
ROW = Row(
    operations=("ec2:Describe*",),
    paths=("Things[].Name",),
    ministack="*",
    moto="nothing",
    aws="Tells it.",
    source="https://docs.aws.amazon.com/one.html",
    right="ministack",
    done="Nothing.",
)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.operations[0]} {row.paths[0]}")
def test_a_row_says_who_is_right_by_which_document_and_what_was_done(row: Row) -> None:
    assert row.right in RIGHT
    assert re.fullmatch(r"https://docs\.aws\.amazon\.com/\S+\.html", row.source)
    assert row.aws.endswith(".")
    assert row.done.endswith(".")


def test_every_way_round_is_named_by_a_row_and_every_row_names_one_that_is_there() -> None:
    serving = (CHECKOUT / "tests" / "second_opinion" / "serving.py").read_text(encoding="utf-8")
    ways = set(re.findall(r'^    "([a-z-]+)": [a-z_]+\(\),$', serving, re.MULTILINE))

    assert ways == {row.way_round for row in ROWS if row.way_round}
    assert len(ways) > 2


def test_a_difference_without_a_row_is_told() -> None:
    assert unknown([ROW], [DIFFERENCE]) == []
    assert unknown([ROW], [Difference("ec2:DescribeThings", "Things[].Name", "one", "two")]) != []
    assert unknown([ROW], [Difference("ec2:DescribeThings", "Things[].Id", "one", "nothing")]) != []


def test_a_row_that_knows_no_difference_is_no_longer_true() -> None:
    assert untrue([ROW], [DIFFERENCE]) == []
    assert untrue([ROW], []) == [ROW]
