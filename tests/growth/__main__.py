"""Measure what grows with the merchants, and print it as a table: -- [--merchants 1000] [--on-model 10000]."""

import argparse

from growth import lane, model

_FEW = 10


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="nox -s growth --", description=__doc__)
    parser.add_argument("--merchants", type=int, default=1_000, help="on the lane")
    parser.add_argument("--on-model", type=int, default=10_000)
    chosen = parser.parse_args()
    sizes = sorted({_FEW, chosen.merchants // 2, chosen.merchants})
    for title, rows in (
        ("merchants on the lane", lane.measured(sizes)),
        ("merchants on the model", model.measured([_FEW, chosen.merchants, chosen.on_model])),
    ):
        measures = {name: None for found in rows.values() for name in found}
        print(f"| {title} | {' | '.join(f'{size:,}' for size in rows)} |\n|---|{'---:|' * len(rows)}")
        for name in measures:
            print(f"| {name} | {' | '.join(found.get(name, '') for found in rows.values())} |")
        print(flush=True)


if __name__ == "__main__":
    main()
