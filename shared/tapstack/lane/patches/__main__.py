"""Run the emulator with all patches."""

import os
import sys
from pathlib import Path

from tapstack.lane.patches.serving import serve
from tapstack.lane.patches.table import PATCHES


def main() -> None:
    """Apply each patch, then serve."""
    for patch in PATCHES:
        patch.apply()
    # The way to this folder is none of the Lambda workers' business.
    os.environ.pop("PYTHONPATH", None)
    shared = f"{Path(__file__).parents[3]}"
    sys.path[:] = [path for path in sys.path if path != shared]
    serve()


if __name__ == "__main__":
    main()
