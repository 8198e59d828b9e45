"""An earlier version of the functions runs beside this one, on the same tables and queues."""

import importlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from simulation.checkouts import PACKAGES, REVISION_FILE, Checkout, earlier_checkout
from simulation.invariants import InvariantError
from simulation.mutants import MUTANTS
from simulation.schedules import SCENES, Search
from simulation.world import World
from tapstack.checkout import CHECKOUT

CANNOT_READ_THIS_ONES_CARDS = "db27d9aa6efec58e066305f58169dca2b0aed424"
"""A revision whose fraud-detector knows the former shape of a card's history alone."""


def run_until(search: Search, steps: int) -> None:
    while search.steps < steps:
        search.run()


def test_both_versions_decide_and_everything_holds() -> None:
    search = Search(1, earlier=earlier_checkout())
    run_until(search, 2_000)

    assert search.verdicts == search.counts["request"] > 100


def test_a_wrong_verdict_of_the_earlier_version_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "functions"
    shutil.copytree(earlier_checkout().folder, folder)
    next(mutant for mutant in MUTANTS if mutant.name == "take only an earlier one for a duplicate").apply(folder)
    search = Search(1, scenes=[scene for scene in SCENES if scene.name == "cards"], earlier=Checkout(folder))

    with pytest.raises(InvariantError, match="not taken for a duplicate, right is the opposite"):
        run_until(search, 10_000)


def test_a_version_that_cannot_read_what_this_one_writes_is_found() -> None:
    search = Search(1, earlier=earlier_checkout(CANNOT_READ_THIS_ONES_CARDS))

    with pytest.raises(InvariantError, match=r"came again|a function fails only where AWS fails: ValidationError"):
        run_until(search, 5_000)


def test_an_environment_keeps_to_its_version() -> None:
    earlier = earlier_checkout()
    with World() as world:
        world.functions.version = lambda: earlier
        world.list_page("acme", 1, None)
        world.functions.version = lambda: None
        world.list_page("acme", 1, None)
        handlers = [environment.module.__file__ for environment in world.functions.environments]

    assert [f"{path}".startswith(f"{CHECKOUT}") for path in handlers] == [False, True]


def test_loading_an_earlier_version_leaves_the_modules_of_this_one_alone() -> None:
    names = {name for name in sys.modules if name.partition(".")[0] in PACKAGES}
    before = {name: sys.modules[name] for name in names}
    with earlier_checkout().imported():
        theirs = importlib.import_module("transactions.store")
        assert not f"{theirs.__file__}".startswith(f"{CHECKOUT}")

    assert {name: sys.modules[name] for name in names} == before


def test_the_revision_is_in_the_history_of_this_one() -> None:
    revision = REVISION_FILE.read_text(encoding="utf-8").strip()

    done = subprocess.run(["git", "merge-base", "--is-ancestor", revision, "HEAD"], cwd=CHECKOUT, check=False)

    assert done.returncode == 0


def test_a_revision_that_is_not_there_is_named_with_what_to_do() -> None:
    with pytest.raises(LookupError, match=r"names 0000.*git fetch --unshallow"):
        earlier_checkout("0" * 40)
