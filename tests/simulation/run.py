"""Runs machines and schedules, seed after seed, until so many steps are taken or something does not hold."""

import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from simulation.checkouts import Checkout
from simulation.invariants import InvariantError
from simulation.machine import Simulation
from simulation.schedules import Choice, Scene, Search

MACHINES_PER_SEED: Final = 10
STEPS_PER_MACHINE: Final = 100
STEPS_OF_SCHEDULES: Final = 500
"""Steps a seed's schedules take at least; every second seed puts them in order by chance instead of by priorities."""
STEPS_OF_A_SCENE: Final = 10_000
"""The same where nothing but one scene is run."""


@dataclass(frozen=True)
class Violation:
    """What a seed has found.

    Attributes:
        seed: finds it again.
        invariant: what does not hold; the error's kind where it is no invariant of ours.
        detail: how it does not.
        story: the steps that lead there, as a program.
    """

    seed: int
    invariant: str
    detail: str
    story: str


@dataclass(frozen=True)
class Run:
    """What a run came to.

    Attributes:
        steps: how many were taken.
        counts: how often each thing was done and each fault was put in.
        verdicts: how many decisions the oracle worked out and compared.
        answers: how many answers to submissions likewise.
        violation: the first, if there was one.
    """

    steps: int
    counts: Counter[str]
    verdicts: int
    answers: int
    violation: Violation | None


def simulate(
    first_seed: int,
    steps: int,
    *,
    shorten: bool = True,
    scene: Scene | None = None,
    earlier: Checkout | None = None,
    told: Callable[[int], None] = lambda steps: None,
) -> Run:
    """Take steps.

    Args:
        first_seed: of the first machines; the next have the next.
        steps: how many at least; one seed is always run to its end.
        shorten: whether to look for the shortest story of a violation.
        scene: the one whose schedules are run, and nothing else; None for machines and the schedules of all scenes.
        earlier: an earlier version that gets half of the calls of the schedules.
        told: hears how many steps are taken.
    """
    Simulation.steps = Simulation.verdicts = Simulation.answers = 0
    Simulation.totals.clear()
    number, violation = first_seed, None
    with warnings.catch_warnings():
        # Powertools says so whenever a batch brought nothing new.
        warnings.filterwarnings("ignore", "No application metrics")
        while violation is None and Simulation.steps < steps:
            choice: Choice = "priorities" if number % 2 else "chance"
            if scene:
                violation = _run_schedules(Search(number, choice, scenes=[scene], earlier=earlier), STEPS_OF_A_SCENE)
            else:
                schedules = Search(number, choice, earlier=earlier)
                violation = _run_seed(number, shorten=shorten) or _run_schedules(schedules, STEPS_OF_SCHEDULES)
            told(Simulation.steps)
            number += 1
    return Run(Simulation.steps, Counter(Simulation.totals), Simulation.verdicts, Simulation.answers, violation)


def _run_schedules(search: Search, steps: int) -> Violation | None:
    try:
        while search.steps < steps:
            search.run()
    except InvariantError as error:
        return Violation(search.seed, error.invariant, f"{error}", "\n".join(search.trace))
    finally:
        Simulation.steps += search.steps
        Simulation.verdicts += search.verdicts
        Simulation.answers += search.answers
        Simulation.totals.update(search.counts)
    return None


def _run_seed(number: int, *, shorten: bool) -> Violation | None:
    phases = (Phase.generate, Phase.shrink) if shorten else (Phase.generate,)
    chosen = settings(
        max_examples=MACHINES_PER_SEED,
        stateful_step_count=STEPS_PER_MACHINE,
        deadline=None,
        database=None,
        derandomize=False,
        phases=phases,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.normal,
    )
    try:
        run_state_machine_as_test(seed(number)(_fresh()), settings=chosen)
    except Exception as error:  # noqa: BLE001 - whatever it is, the seed has found it
        name = error.invariant if isinstance(error, InvariantError) else type(error).__name__
        return Violation(number, name, f"{error}", "\n".join(getattr(error, "__notes__", [])))
    return None


def _fresh() -> type[Simulation]:
    """Make a class of its own for a seed, which Hypothesis writes onto the class."""
    return type("Simulation", (Simulation,), {})
