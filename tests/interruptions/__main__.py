"""Cuts the teams' commands at moments that a seed draws, and prints what became of each: -- --seed 1 --moments 30."""

import argparse
import secrets
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from interruptions.moments import drawn, seen, state_of, tried
from interruptions.running import Shell, shell_on
from tapstack.lane.workspace import scratch_lane
from tapstack.layers import LAYERS


def main() -> int:
    """Run the moments; the status is 1 where one ended elsewhere than undisturbed."""
    parser = argparse.ArgumentParser(prog="interruptions", description=__doc__)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**32))
    parser.add_argument("--moments", type=int, default=30)
    parser.add_argument("--layer", action="append", choices=LAYERS, help="cut this one; all without any")
    chosen = parser.parse_args()
    layers = [name for name in LAYERS if name in (chosen.layer or LAYERS)]
    with tempfile.TemporaryDirectory() as folder, scratch_lane(Path(folder)) as lane, shell_on(lane) as shell:
        return _run(shell, chosen.seed, chosen.moments, layers)


def _run(shell: Shell, seed: int, number: int, layers: Sequence[str]) -> int:
    print(f"seed {seed}\n\n| command | moment | what was left | the same command |\n|---|---|---|---|", flush=True)
    wrong = 0
    for place, layer in enumerate(layers):
        if before := LAYERS[: LAYERS.index(layer)]:
            _undisturbed(shell, "up", *before, "--yes")
        wholes, calls = _wholes(shell, layer)
        share = number // len(layers) + (place < number % len(layers))
        for moment in drawn(seed, layer, share, calls):
            row = tried(shell, moment, wholes["destroy" if moment.command == "destroy" else "up"])
            wrong += bool(row.wrong)
            print(row, flush=True)
    print(f"\n{number} moments, {wrong} of them ended elsewhere than undisturbed")
    return 1 if wrong else 0


def _wholes(shell: Shell, layer: str) -> tuple[Mapping[str, Mapping[str, Any]], Mapping[str, float]]:
    """Run each command undisturbed: command to what there is then, and to the calls or seconds that it takes."""
    wholes, calls, kept = {}, dict[str, float](), list[str]()
    down = seen(shell, layer)
    for words in (
        ("up", layer, "--yes"),
        ("plan", layer),
        ("drift", layer),
        ("destroy", layer, "--yes", "--accept-data-loss", layer),
    ):
        shell.proxy.arm(None)
        began = time.monotonic()
        _undisturbed(shell, *words)
        looks = words[0] in {"plan", "drift"}
        calls[words[0]] = time.monotonic() - began if looks else shell.proxy.changes
        wholes[words[0]] = seen(shell, layer)
        if words[0] == "up":
            kept = [item["urn"] for item in state_of(shell, layer)["resources"] if item.get("retainOnDelete")]
    if wholes["destroy"] != down and not kept:
        sys.exit(f"an undisturbed destroy leaves something: {wholes['destroy']} instead of {down}")
    return wholes, calls


def _undisturbed(shell: Shell, *words: str) -> None:
    ended = shell.run(*words)
    if ended.status:
        sys.exit(f"{' '.join(words)} undisturbed: {ended.err}")


if __name__ == "__main__":
    sys.exit(main())
