"""What a log may say of an error, so that an operator finds what failed and where: no values, whatever they are.

The text of an error can repeat parts of what was handled, so of an error there are its kind and its place in the code
alone, and of what was handled the ids, where they are ids.
"""

import re
import traceback
from pathlib import Path
from typing import Any, Final

from transactions.agreed.merchant_ids import MERCHANT_ID_PATTERN
from transactions.idempotency import is_transaction_id

_ROOT: Final = Path(__file__).parents[1]
_MERCHANT_ID: Final = re.compile(MERCHANT_ID_PATTERN)


def described(error: BaseException) -> dict[str, Any]:
    """Describe an error: its kind, and the calls that led to it as `file:line function`, the last one innermost."""
    return {
        "error": type(error).__name__,
        "where": [
            f"{_file(frame.filename)}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)
        ],
    }


def ids(transaction_id: object, merchant_id: object) -> dict[str, str | None]:
    """Name what failed, as far as the given are ids; None stands for what is not."""
    return {
        "transaction_id": transaction_id
        if isinstance(transaction_id, str) and is_transaction_id(transaction_id)
        else None,
        "merchant_id": merchant_id if isinstance(merchant_id, str) and _MERCHANT_ID.fullmatch(merchant_id) else None,
    }


def _file(path: str) -> str:
    """Shorten a path: what lies in the package as it is imported, of others the file's name."""
    file = Path(path)
    return file.relative_to(_ROOT).as_posix() if file.is_relative_to(_ROOT) else file.name
