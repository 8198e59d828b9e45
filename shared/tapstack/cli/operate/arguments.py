"""What the commands have in common on their command lines."""

import argparse

from tapstack.operate.target import LaneTarget, StackTarget, Target


def add_target(parser: argparse.ArgumentParser) -> None:
    """Let the command work on a deployed stack."""
    parser.add_argument(
        "--stack",
        metavar="NAME",
        help="a deployed stack, by Pulumi and the AWS credentials of this shell (default: the lane)",
    )


def target_of(options: argparse.Namespace) -> Target:
    """Find what the command works on.

    Raises:
        UserError: it is the lane, which is not up.
    """
    return StackTarget(options.stack) if options.stack is not None else LaneTarget()
