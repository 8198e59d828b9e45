"""What is no drift is told to those who look for it."""

from tapstack.checkout import CHECKOUT
from tapstack.deploy.drift.by_design import ADDITIONS, CHANGES, NOT_LOOKED_AT


def test_teams_read_what_is_no_drift_and_why() -> None:
    page = (CHECKOUT / "docs" / "teams.md").read_text(encoding="utf-8")

    rows = [(row.what, row.reason) for row in (*CHANGES, *ADDITIONS)]
    for what, reason in (*rows, *NOT_LOOKED_AT.items()):
        assert f"| {what} | {reason} |\n" in page
