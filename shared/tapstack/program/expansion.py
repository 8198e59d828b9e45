"""How an expansion ends: the new is made and exported, and of the old nothing is deleted.

What readers hold is replaced in three steps: the producer makes the new beside the old, the readers move to it, and the
producer deletes the old. The engine knows no update without its deletions, but they are its last step, once the program
has ended well. What a program that fails would have replaced stays in the state, as pending deletions; what it would
have taken out stays as it is; what it exports is exported. So a program that expands fails in a way of its own, as its
last act.
"""

import os
from typing import Final

from transactions.product import PRODUCT

VARIABLE: Final = f"{PRODUCT.upper()}_EXPAND"
"""Set in the engine's environment, it makes an update an expansion."""
ENDING: Final = "expanded: the new is made and exported, and nothing of the old is deleted"
"""What a program that has expanded ends with; with any other error the update has failed."""


def end() -> None:
    """End the program where it expands; called once everything is declared, the exports too.

    Raises:
        RunError: it expands. What was declared is made, and exported, all the same.
    """
    import pulumi  # noqa: PLC0415 - commands need the words alone, and the SDK takes its time to load

    if os.environ.get(VARIABLE) and not pulumi.runtime.is_dry_run():
        raise pulumi.RunError(ENDING)
