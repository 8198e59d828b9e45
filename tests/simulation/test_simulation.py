"""The simulation finds nothing, and would find something."""

import shutil
from pathlib import Path

import pytest

from simulation.mutants import MUTANTS, Mutant, try_mutant
from simulation.run import simulate
from tapstack.checkout import CHECKOUT

STEPS = 3_000
QUICKLY_FOUND = (
    "decide what is decided",
    "count a card without a condition",
    "forget records that failed",
    "close a review that is closed",
    "take only an earlier one for a duplicate",
    "let a card expire with its month in UTC",
    "read the own shard last",
    "name a write after the batch's first transaction",
)


def test_nothing_breaks_an_invariant() -> None:
    run = simulate(3, STEPS)

    assert run.violation is None, f"{run.violation.detail}\n{run.violation.story}"
    assert run.steps >= STEPS
    assert {"crash_before", "crash_after", "throttle", "timeout_applied", "timeout_unapplied"} <= run.counts.keys()


def test_a_seed_runs_the_same_way_again() -> None:
    assert simulate(7, 500).counts == simulate(7, 500).counts


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_each_mutants_place_is_there_once(mutant: Mutant, tmp_path: Path) -> None:
    copy = tmp_path / "functions"
    shutil.copytree(CHECKOUT / "functions", copy, ignore=shutil.ignore_patterns("__pycache__"))

    mutant.apply(copy)

    changed = (copy / mutant.file).read_text(encoding="utf-8")
    assert changed != (CHECKOUT / "functions" / mutant.file).read_text(encoding="utf-8")
    compile(changed, mutant.file, "exec")


@pytest.mark.parametrize("name", QUICKLY_FOUND)
def test_a_deliberate_bug_is_found(name: str) -> None:
    verdict = try_mutant(next(mutant for mutant in MUTANTS if mutant.name == name))

    assert verdict.found_by, verdict.detail
