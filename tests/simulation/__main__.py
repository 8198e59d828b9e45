"""Simulate the system under faults: `nox -s simulate -- [--steps N] [--seed N]`."""

import argparse
import sys

from rich.console import Console
from rich.table import Table

from simulation.checkouts import earlier_checkout
from simulation.run import Run, simulate
from simulation.schedules import SCENES
from tapstack.console.progress import bar


def main() -> int:
    """Run it; the status is 1 where something did not hold."""
    parser = argparse.ArgumentParser(prog="nox -s simulate --", description=__doc__)
    parser.add_argument("--steps", type=int, default=20_000, help="how many steps to take at least (default: 20000)")
    parser.add_argument("--seed", type=int, default=1, help="the first seed (default: 1)")
    parser.add_argument("--no-shorten", action="store_true", help="take a violation as it comes")
    scenes = {scene.name: scene for scene in SCENES}
    parser.add_argument("--scene", choices=scenes, help="run the schedules of one scene and nothing else")
    parser.add_argument(
        "--beside-earlier",
        action="store_true",
        help="give half of the schedules' calls to the version that tests/simulation/earlier_revision names",
    )
    options = parser.parse_args()
    if options.steps < 1:
        parser.error(f"--steps {options.steps}: at least 1 is needed")
    with bar() as progress:
        task = progress.add_task("simulating", total=options.steps)
        run = simulate(
            options.seed,
            options.steps,
            shorten=not options.no_shorten,
            scene=scenes.get(options.scene),
            earlier=earlier_checkout() if options.beside_earlier else None,
            told=lambda steps: progress.update(task, completed=min(steps, options.steps)),
        )
    _print(run)
    return 1 if run.violation else 0


def _print(run: Run) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    table.add_column("what happened")
    table.add_column("times", justify="right")
    for what, times in sorted(run.counts.items(), key=lambda entry: -entry[1]):
        table.add_row(what, f"{times}")
    console = Console(highlight=False)
    console.print(table)
    if run.violation is None:
        print(f"\n{run.verdicts} verdicts and {run.answers} answers compared with the oracle's")
        print(f"{run.steps} steps, 0 violations")
        return
    found = run.violation
    print(f"\nviolated: {found.detail}\n{found.story}")
    print(f"\nseed {found.seed} finds it again: nox -s simulate -- --seed {found.seed} --steps 1")


if __name__ == "__main__":
    sys.exit(main())
