"""Make a new layer: a project, its contract, its test, and its place among the others."""

import argparse

from tapstack.deploy.scaffold import NewLayer, make


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("name", help="lower-case letters, digits and hyphens, such as audit-log")
    parser.add_argument("--reads", metavar="LAYER,…", default="", help="the layers whose contracts it reads")
    parser.add_argument(
        "--owner",
        metavar="@TEAM",
        action="append",
        help="who reviews changes of it; may be given more than once (default: @tapstack/NAME)",
    )


def run(options: argparse.Namespace) -> int:
    """Make the layer and say what was written."""
    reads = dict.fromkeys(read.strip() for read in options.reads.split(",") if read.strip())
    owners = tuple(dict.fromkeys(options.owner or [f"@tapstack/{options.name}"]))
    for path in make(NewLayer(options.name, tuple(reads), owners)):
        print(f"wrote {path}")
    print(f"now deploy it into the lane with `nox -s up-{options.name}`, and test it with `nox -s test-{options.name}`")
    return 0
