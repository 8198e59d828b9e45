"""The `Prefer` header (RFC 7240), of which `wait` is known: how long a client is willing to wait for the decision.

What is malformed, unknown or too much is passed over or cut down, never refused: it is a preference.
"""

import re
from collections.abc import Sequence
from typing import Final

from transactions.agreed.invocations import LONGEST_WAIT_SECONDS

PREFER_HEADER: Final = "prefer"
APPLIED_HEADER: Final = "preference-applied"
# Commas part preferences, and semicolons their parameters, but for those in quotes.
_PREFERENCE: Final = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*(?:"|\Z))+')
_NAME: Final = re.compile(r"[ \t]*wait[ \t]*(?=[=;]|\Z)", re.IGNORECASE)
_WAIT: Final = re.compile(r"[ \t]*wait[ \t]*=[ \t]*([0-9]{1,9})[ \t]*(?:;.*)?", re.IGNORECASE)


def preferred_wait(headers: Sequence[str]) -> int | None:
    """Tell for how many seconds a client would wait, up to the longest there is; None where it does not say so.

    Args:
        headers: the values of the header, in order; of a preference that comes twice the first counts.
    """
    for preference in _PREFERENCE.findall(",".join(headers)):
        if _NAME.match(preference):
            found = _WAIT.fullmatch(preference)
            return min(int(found[1]), LONGEST_WAIT_SECONDS) if found else None
    return None


def applied(seconds: int) -> dict[str, str]:
    """Say in an answer that the preference was followed."""
    return {APPLIED_HEADER: f"wait={seconds}"}
