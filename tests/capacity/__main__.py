"""Print where the system ends: `python -m capacity`; with --files, `docs/capacity.md` and its pictures, as JSON."""

import argparse
import json

from capacity.bottlenecks import bottlenecks, measure
from capacity.report import figures, files


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="capacity", description=__doc__)
    parser.add_argument("--files", action="store_true", help="print path to text of what is in docs, as JSON")
    options = parser.parse_args()
    measured = measure()
    found = bottlenecks(measured)
    print(json.dumps(files(measured, found)) if options.files else figures(measured, found))


if __name__ == "__main__":
    main()
