"""What Lambda refuses."""

from typing import Final

from tapstack.providers.rules.lambda_ import functions, mappings

RULES: Final = (
    *functions.RULES,
    *mappings.RULES,
)
