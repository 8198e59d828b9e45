"""A new layer, made by its command in a copy of the checkout, goes up on the lane and passes every check at once."""

import json
from collections.abc import Iterator

import pytest

from support.scratch_checkout import ScratchCheckout, scratch_checkout

REPORT = "import json, tapstack, tapstack.layers as layers; print(json.dumps([tapstack.__file__, layers.LAYERS]))"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ScratchCheckout]:
    """A copy of the checkout in which `new-layer` has made the layer `made-up`."""
    copy = scratch_checkout(tmp_path_factory.mktemp("new-layer"))
    copy.python("-m", "tapstack", "new-layer", "made-up", "--reads", "data", "--owner", "@tapstack/auditors")
    yield copy
    copy.python("-m", "tapstack", "down")


def test_the_layer_stands_after_those_it_reads(checkout: ScratchCheckout) -> None:
    file, layers = json.loads(checkout.python("-c", REPORT).stdout)

    assert file == str(checkout.root / "shared" / "tapstack" / "__init__.py")
    assert layers.index("made-up") > layers.index("data")


def test_it_goes_up_on_the_lane_once_what_it_reads_is_up(checkout: ScratchCheckout) -> None:
    early = checkout.python("-m", "tapstack", "up", "made-up", status=1)
    assert (
        "made-up: data is not up, and not in this plan; deploy all: .venv/bin/tapstack up data made-up" in early.stderr
    )

    checkout.python("-m", "tapstack", "up", "data", "--yes")
    checkout.python("-m", "tapstack", "up", "made-up", "--yes")

    outputs = json.loads(checkout.python("-m", "tapstack", "outputs").stdout)
    assert outputs["made-up"]["event_log_name"] == "tapstack-local-made-up-events"
    assert ":log-group:tapstack-local-made-up-events" in outputs["made-up"]["event_log_arn"]


@pytest.mark.parametrize(
    "check",
    [
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
        ["tapstack", "generate", "--check"],
        ["tapstack", "contracts", "--quiet"],
        ["tapstack.deploy.actionlint"],
        ["mypy", "projects/made-up"],
        ["mypy", "tests/unit/test_made_up.py", "shared/tapstack/contracts/made_up.py"],
        ["pytest", "-q", "tests/unit/test_made_up.py"],
        ["pytest", "-q", "tests/contracts", "-k", "[made-up]"],
        ["pytest", "-q", "tests/unit/deploy/test_footprint.py", "-k", "made-up"],
    ],
    ids=" ".join,
)
def test_it_passes_every_check(checkout: ScratchCheckout, check: list[str]) -> None:
    checkout.python("-m", *check, MYPYPATH="projects/made-up")


def test_its_owners_review_all_of_it(checkout: ScratchCheckout) -> None:
    owned = {
        line.split()[0]
        for line in (checkout.root / ".github" / "CODEOWNERS").read_text(encoding="utf-8").splitlines()
        if line.endswith("@tapstack/auditors")
    }

    assert owned == {
        "/projects/made-up/",
        "/shared/tapstack/contracts/made_up.py",
        "/shared/tapstack/contracts/snapshots/made-up.json",
        "/tests/unit/test_made_up.py",
        "/.github/workflows/made-up.yml",
    }
