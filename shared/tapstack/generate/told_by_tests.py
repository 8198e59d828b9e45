"""Pages that programs among the tests make by doing what they tell of."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tapstack.console.errors import UserError


def render_story(root: Path) -> dict[str, str]:
    """Tell how a team renames an output that others read, by doing it on a lane of its own; it takes some minutes.

    Raises:
        UserError: a step of it did not go as told.
    """
    told = _run(root, "story", "the story did not go as told, so it is not written; mend it in tests/story/renaming.py")
    return {"docs/renaming-an-output.md": told}


def render_life(root: Path) -> dict[str, str]:
    """Tell how layers are made, read, renamed and taken out, by doing it on a lane of its own; it takes some minutes.

    Raises:
        UserError: a step of it did not go as told.
    """
    told = _run(
        root, "story", "the story did not go as told, so it is not written; mend it in tests/story/life.py", "life"
    )
    return {"docs/life-of-a-layer.md": told}


def render_network_story(root: Path) -> dict[str, str]:
    """Tell how the network is replaced while everything runs in it, by doing it on a lane of its own.

    It takes some minutes.

    Raises:
        UserError: a step of it did not go as told.
    """
    told = _run(
        root,
        "story",
        "the story did not go as told, so it is not written; mend it in tests/story/network.py",
        "network",
    )
    return {"docs/replacing-the-network.md": told}


def render_journey(root: Path) -> dict[str, str]:
    """Tell how a merchant integrates, by doing it with generated clients on a lane of its own; it takes some minutes.

    Raises:
        UserError: a step of it did not go as told.
    """
    told = _run(
        root, "journey", "the journey did not go as told, so it is not written; mend it in tests/journey/walk.py"
    )
    return {"docs/integrating.md": told}


def render_card_numbers(root: Path) -> dict[str, str]:
    """Measure which ordinary texts are taken for card numbers, and put the figures into their page.

    Raises:
        UserError: they could not be measured.
    """
    told = _run(root, "corpora", "the corpora could not be measured, so docs/card-numbers.md is not written")
    return {"docs/card-numbers.md": told}


def render_benchmarks(root: Path) -> dict[str, str]:
    """Measure what the functions cost, and put the figures into their page; no two runs give the same times.

    Raises:
        UserError: they could not be measured.
    """
    told = _run(root, "bench", "the functions could not be measured, so docs/benchmarks.md is not written", "--page")
    return {"docs/benchmarks.md": told}


def render_capacity(root: Path) -> dict[str, str]:
    """Run the functions on the model, and say at how many transactions a second they end.

    Raises:
        UserError: they could not be run.
    """
    told: dict[str, str] = json.loads(
        _run(root, "capacity", "the functions could not be run, so docs/capacity.md is not written", "--files")
    )
    return told


def _run(root: Path, module: str, failed: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root / "tests")},
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise UserError(failed)
    return done.stdout
