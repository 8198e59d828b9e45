"""Measure how many ordinary ids, times, numbers and headers are taken for card numbers: `python -m corpora [--write]`.

It prints the tables of docs/card-numbers.md; with `--write` it writes them there. Run it with `tests` and `functions`
on `PYTHONPATH`.
"""

import argparse
import sys

from corpora.report import FILE, render, written


def main() -> int:
    """Print or write the figures."""
    parser = argparse.ArgumentParser(prog="python -m corpora", description="Measure what is taken for card numbers.")
    parser.add_argument("--write", action="store_true", help=f"write the figures into {FILE.name}")
    options = parser.parse_args()
    figures = render()
    if options.write:
        FILE.write_text(written(FILE.read_text(encoding="utf-8"), figures), encoding="utf-8")
        print(f"wrote {FILE.name}")
    else:
        print(figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
