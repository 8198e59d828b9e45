"""The mutants that live, with the reason of each: `survivors.toml`.

A reason has the mutants that live for it, by their names. Those name code, not lines: a mutant is the same one wherever
its code moves to within its function, and another one once its code is changed.
"""

import json
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from mutation.mutants import Mutant

SURVIVORS: Final = Path(__file__).with_name("survivors.toml")


def listed(document: Path = SURVIVORS) -> dict[str, str]:
    """Read the list: a mutant's name to why nothing sees it.

    Raises:
        ValueError: a mutant is listed twice, or a reason says nothing.
    """
    groups = tomllib.loads(document.read_text(encoding="utf-8"))["survivors"]
    names = Counter(name for group in groups for name in group["mutants"])
    for name, times in names.items():
        if times > 1:
            raise ValueError(f"{document.name} lists {name!r} {times} times")
    for group in groups:
        if not group["reason"].strip():
            raise ValueError(f"{document.name} gives no reason for {group['mutants']}")
    return {name: group["reason"] for group in groups for name in group["mutants"]}


def verdicts_of(mutants: Sequence[Mutant], file: Path) -> dict[str, bool]:
    """Read what came of mutants, of the very code there is now: name to whether it was killed, by the last trial."""
    if not file.exists():
        return {}
    lines = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    killed = {line["source"]: line["killed"] for line in lines}
    return {mutant.name: killed[mutant.digest] for mutant in mutants if mutant.digest in killed}


def disagreements(verdicts: Mapping[str, bool], reasons: Mapping[str, str], files: Iterable[str]) -> Iterator[str]:
    """Compare what lives with what is listed, for files of which every mutant was tried."""
    for name, killed in verdicts.items():
        if not killed and name not in reasons:
            yield f"lives, and is not listed: {name}"
        if killed and name in reasons:
            yield f"is listed, and dies: {name}"
    for name in reasons.keys() - verdicts.keys():
        if name.partition(" ")[0] in files:
            yield f"is listed, and is no mutant: {name}"
