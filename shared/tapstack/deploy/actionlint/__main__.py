"""Check the workflows in `.github/workflows` with actionlint: `python -m tapstack.deploy.actionlint`."""

import sys

from tapstack.checkout import CHECKOUT
from tapstack.console.errors import UserError
from tapstack.deploy.actionlint import check


def main() -> int:
    """Print what is wrong with the workflows; the status is 1 where something is."""
    try:
        findings = check(sorted((CHECKOUT / ".github" / "workflows").glob("*.yml")))
    except UserError as error:
        findings = [f"error: {error}"]
    for finding in findings:
        print(finding, file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
