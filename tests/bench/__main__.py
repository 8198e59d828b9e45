"""Measure what the functions cost and print the figures: `nox -s bench`; with --page, docs/benchmarks.md with them."""

import argparse

from bench.measure import imports, ratios, sizes
from bench.report import FILE, render, written
from bench.units import used


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="nox -s bench --", description=__doc__)
    parser.add_argument("--page", action="store_true", help="print the page that holds the last figures, with new ones")
    options = parser.parse_args()
    figures = render(ratios(), used(), imports(), sizes())
    print(written(FILE.read_text(encoding="utf-8"), figures) if options.page else f"{figures}\n", end="")


if __name__ == "__main__":
    main()
