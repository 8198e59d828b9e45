"""Try mutants of the functions: `nox -s mutation -- [FILES...] [--sample N] [--steps N] [--workers N] [--again]`."""

import argparse
import hashlib
import sys
from typing import Final

from mutation.mutants import FUNCTIONS, Mutant, mutants_of, source_files
from mutation.run import run
from mutation.survivors import disagreements, listed, verdicts_of
from tapstack.checkout import CHECKOUT
from tapstack.console.progress import bar

VERDICTS: Final = CHECKOUT / ".tapstack" / "mutation" / "verdicts.jsonl"
"""What came of each mutant, so that a run goes on where it was stopped."""


def main() -> int:
    """Try them; the status is 1 where what lives is not what is listed."""
    parser = argparse.ArgumentParser(prog="nox -s mutation --", description=__doc__)
    parser.add_argument("files", nargs="*", help="which files, by how their paths below functions/ begin; else all")
    parser.add_argument("--steps", type=int, default=1_000, help="of the simulation for each that no test finds")
    parser.add_argument("--workers", type=int, default=2, help="how many are tried at a time (default: 2)")
    parser.add_argument(
        "--sample", type=int, help="how many of the mutants, by chance but always the same ones; else all"
    )
    parser.add_argument("--again", action="store_true", help="try again those that lived and are not listed")
    options = parser.parse_args()
    files = source_files(options.files)
    if not files:
        parser.error(f"no file below functions/ begins with {' or '.join(options.files)}")
    every = [mutant for path in files for mutant in mutants_of(path)]
    mutants = sorted(every, key=_place)[: options.sample]
    reasons, tried = listed(), verdicts_of(mutants, VERDICTS)
    if options.again:
        tried = {name: killed for name, killed in tried.items() if killed or name in reasons}
    waiting = [mutant for mutant in mutants if mutant.name not in tried]
    if waiting:
        with bar() as progress:
            task = progress.add_task("mutants", total=len(waiting))
            run(waiting, VERDICTS, options.workers, options.steps, lambda: progress.advance(task))
    # A sample says nothing of what is listed and not in it.
    whole = [path.relative_to(FUNCTIONS).as_posix() for path in files] if options.sample is None else []
    return _tell(verdicts_of(mutants, VERDICTS), reasons, whole)


def _place(mutant: Mutant) -> str:
    """Put mutants into an order that has nothing to do with what they are."""
    return hashlib.sha256(mutant.name.encode()).hexdigest()


def _tell(verdicts: dict[str, bool], reasons: dict[str, str], whole: list[str]) -> int:
    wrong = sorted(disagreements(verdicts, reasons, whole))
    print("\n".join(wrong))
    killed = sum(verdicts.values())
    unlisted = sum(not dead and name not in reasons for name, dead in verdicts.items())
    print(f"\n{killed} of {len(verdicts)} killed; {len(verdicts) - killed - unlisted} live for a reason that is listed")
    if unlisted:
        print(f"{unlisted} others live: {killed / (killed + unlisted):.1%} of what counts is killed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
