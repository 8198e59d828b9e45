"""Lint the API's description, and hold it to the released one: `python -m tapstack.deploy.apilint [FILE]`."""

import sys
from pathlib import Path

from tapstack.checkout import CHECKOUT
from tapstack.console.errors import UserError
from tapstack.deploy.api_changes import RELEASED, Description, breaking_changes
from tapstack.deploy.apilint import check


def main(arguments: list[str]) -> int:
    """Print what is wrong with the description; the status is 1 where something is."""
    try:
        file = Path(arguments[0]) if arguments else CHECKOUT / "docs" / "openapi.json"
        changes = breaking_changes(Description.read(RELEASED), Description.read(file))
        findings = [*check(file), *(f"breaks clients of the last release: {change}" for change in changes)]
    except UserError as error:
        findings = [f"error: {error}"]
    for finding in findings:
        print(finding, file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
