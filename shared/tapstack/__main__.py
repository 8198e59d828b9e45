"""`python -m tapstack`: the command line, where its entry point is not installed."""

import sys

from tapstack.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
