"""The stand-in providers' processes: `python -m tapstack.providers aws` (or `random`, or `lane`).

A package's name makes it the plugin of one engine, which prints the port it serves on; `lane` the server of a lane.
"""

import argparse
import sys
from pathlib import Path

from tapstack.providers import SETTINGS, SettingsError
from tapstack.providers.server import serve_engine, serve_lane


def main() -> int:
    """Serve until a signal to end."""
    parser = argparse.ArgumentParser(prog="python -m tapstack.providers", description=__doc__)
    parser.add_argument("served", choices=("aws", "random", "lane"))
    parser.add_argument("--settings", type=Path, help=f"the checkout's {SETTINGS} (default: none)")
    # The engine adds its own address and may add flags for logging.
    options, _ = parser.parse_known_args()
    try:
        if options.served == "lane":
            serve_lane(options.settings)
        else:
            serve_engine(options.served, options.settings)
    except SettingsError as error:
        parser.exit(1, f"{error}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
