"""The ids of merchants: parts of item ids, of the names of secrets and API keys, and of settings' keys."""

from typing import Final

MERCHANT_ID_PATTERN: Final = "[a-z][a-z0-9-]{1,31}"
MERCHANT_ID_MEANING: Final = "2 to 32 lower-case letters, digits and hyphens, beginning with a letter"
