"""The ids of merchants: parts of item ids and of the names of API keys."""

from typing import Final

MERCHANT_ID_PATTERN: Final = "[a-z][a-z0-9-]{1,31}"
