"""The life of a layer on the real engine, as docs/life-of-a-layer.md tells it: made, read, renamed, taken out."""

import os
import re
from collections.abc import Iterator

import pytest

from story import life
from story.telling import Story
from support.scratch_checkout import ScratchCheckout, scratch_checkout
from tapstack.checkout import CHECKOUT

# The story's two dozen commands, on a machine that may have other work.
pytestmark = pytest.mark.timeout(1500)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ScratchCheckout]:
    """A copy of the checkout with a lane of its own."""
    copy = scratch_checkout(tmp_path_factory.mktemp("life"))
    yield copy
    copy.python("-m", "tapstack", "down", "--force")


@pytest.fixture(scope="module")
def told(checkout: ScratchCheckout) -> Story:
    """The story, which ends where a step does not go as told."""
    story = Story(checkout)
    life.tell(story, cores=os.cpu_count() or 1)
    return story


def test_a_layer_is_made_read_renamed_and_taken_out_and_nothing_of_it_is_left(
    told: Story, checkout: ScratchCheckout
) -> None:
    first = checkout.run(["git", "rev-list", "--max-parents=0", "HEAD"]).stdout.strip()

    assert checkout.run(["git", "diff", "--stat", first]).stdout == ""
    assert checkout.run(["git", "status", "--porcelain"]).stdout == ""
    assert not (checkout.root / "projects" / "ledger").exists()
    assert not (checkout.root / "projects" / "record-book").exists()


def test_a_misspelt_setting_is_refused_on_the_engine(told: Story, checkout: ScratchCheckout) -> None:
    checkout.python("-m", "tapstack", "new-layer", "ledger")
    settings = checkout.root / "projects" / "ledger" / "Pulumi.local.yaml"
    settings.write_text("config:\n  tapstack-ledger:logRetentionDay: 7\n", encoding="utf-8")

    refused = checkout.python("-m", "tapstack", "plan", "ledger", status=2)

    assert "setting tapstack-ledger:logRetentionDay is unknown" in refused.stdout + refused.stderr
    assert "did you mean logRetentionDays?" in refused.stdout + refused.stderr


def test_the_page_tells_the_commands_that_are_run(told: Story) -> None:
    page = (CHECKOUT / "docs" / "life-of-a-layer.md").read_text(encoding="utf-8")

    commands = re.compile(r"^\$ (.*)$", re.MULTILINE)
    assert commands.findall(page) == commands.findall("\n".join(told.lines))
