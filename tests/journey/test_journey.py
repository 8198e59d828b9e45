"""A merchant's journey goes as its page tells it."""

from pathlib import Path

from journey.walk import walk
from tapstack.checkout import CHECKOUT
from tapstack.lane.lane import Lane
from tapstack.layers import LAYERS


def test_a_merchant_integrates_with_nothing_but_generated_clients_as_the_page_tells(lane: Lane, tmp_path: Path) -> None:
    for layer in LAYERS:
        lane.stack(layer).up()
    folder = tmp_path / "merchants"
    folder.mkdir()

    assert walk(lane, folder) == (CHECKOUT / "docs" / "integrating.md").read_text(encoding="utf-8")
