"""Where this checkout of TapStack lies."""

from pathlib import Path
from typing import Final

# The package is always installed in place (`uv sync`), two folders below the checkout.
CHECKOUT: Final = Path(__file__).resolve().parents[2]
