"""Walk a merchant's journey on a lane of its own, and print its page in Markdown."""

import sys
import tempfile
from pathlib import Path

from journey.merchant import JourneyError
from journey.walk import walk
from tapstack.lane.workspace import scratch_lane
from tapstack.layers import LAYERS


def main() -> int:
    """Walk it; the status is 1 where it did not go as told."""
    with tempfile.TemporaryDirectory(prefix="tapstack-journey-") as folder, scratch_lane(Path(folder) / "lane") as lane:
        for layer in LAYERS:
            lane.stack(layer).up()
        try:
            sys.stdout.write(walk(lane, Path(folder)))
        except JourneyError as error:
            print(f"error: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
