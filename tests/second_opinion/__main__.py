"""Another team's emulator as a second opinion of AWS: `nox -s second-opinion`.

Sends a genuine provider's calls to the lane's emulator and to moto, and holds each difference to a row of
`differences.toml`; then takes the four layers up and down on moto.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from second_opinion.comparing import differences
from second_opinion.layers import faults, lane_on_moto
from second_opinion.moto import Moto
from second_opinion.table import FILE, read_rows, unknown, untrue
from tapstack.console.progress import say, step
from tapstack.lane.emulator import Emulator


def compare(folder: Path) -> Iterator[str]:
    """Tell which differences have no row, and which rows no difference."""
    rows = read_rows()
    with ExitStack() as started:
        urls = []
        for name, kind in (("ministack", Emulator), ("moto", Moto)):
            (folder / name).mkdir()
            server = kind(folder / name)
            started.callback(server.stop)
            with step(name, "starting") as current:
                urls.append(server.start(current).url)
        found = differences(*urls)
    right = Counter(row.right for row in rows)
    say(
        f"{len(found)} differences in {len(rows)} rows; right is " + ", ".join(f"{who} {n}" for who, n in right.items())
    )
    yield from (f"no row in {FILE.name}: {difference}" for difference in unknown(rows, found))
    yield from (f"no longer true: {row.operations} {row.paths}; take the row away" for row in untrue(rows, found))


def main() -> int:
    """Compare, deploy, and print what is wrong; return the exit status."""
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        wrong = list(compare(folder))
        (folder / "layers").mkdir()
        with lane_on_moto(folder / "layers") as lane:
            wrong += faults(lane, say)
    for fault in wrong:
        say(fault)
    say(f"{len(wrong)} faults" if wrong else "as the table says")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
