"""Cuts the teams' commands at moments that a seed draws, and prints what became of each: -- --seed 1 --moments 30."""

import argparse
import secrets
import sys
import tempfile
import time
from pathlib import Path

from interruptions.moments import LAYERS, drawn, seen, tried
from interruptions.running import Shell, shell_on
from tapstack.lane.workspace import scratch_lane


def main() -> int:
    """Run the moments; the status is 1 where one ended elsewhere than undisturbed."""
    parser = argparse.ArgumentParser(prog="interruptions", description=__doc__)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**32))
    parser.add_argument("--moments", type=int, default=30)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, scratch_lane(Path(folder)) as lane, shell_on(lane) as shell:
        return _run(shell, chosen.seed, chosen.moments)


def _run(shell: Shell, seed: int, number: int) -> int:
    print(f"seed {seed}\n\n| command | moment | what was left | the same command |\n|---|---|---|---|", flush=True)
    wholes, calls = {}, dict[tuple[str, str], float]()
    for layer in LAYERS:
        down = seen(shell, layer)
        for words in (
            ("up", layer, "--yes"),
            ("plan", layer),
            ("drift", layer),
            ("destroy", layer, "--yes", "--accept-data-loss", layer),
        ):
            shell.proxy.arm(None)
            began = time.monotonic()
            ended = shell.run(*words)
            looks = words[0] in {"plan", "drift"}
            calls[words[0], layer] = time.monotonic() - began if looks else shell.proxy.changes
            if ended.status:
                sys.exit(f"{' '.join(words)} undisturbed: {ended.err}")
            wholes[words[0], layer] = seen(shell, layer)
        if wholes["destroy", layer] != down:
            sys.exit(f"an undisturbed destroy leaves something: {wholes['destroy', layer]} instead of {down}")
    wrong = 0
    for moment in drawn(seed, number, calls):
        row = tried(shell, moment, wholes["destroy" if moment.command == "destroy" else "up", moment.layer])
        wrong += bool(row.wrong)
        print(row, flush=True)
    print(f"\n{number} moments, {wrong} of them ended elsewhere than undisturbed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
