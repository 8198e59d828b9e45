"""The shell in which somebody types what a program's error tells: what it has to run before."""

import os
from typing import Final

from transactions.product import PRODUCT

SHELL_VARIABLE: Final = f"{PRODUCT.upper()}_SHELL"
"""What a shell must run before `pulumi` typed by hand works on the stack; not set where that is nothing."""


def typed(line: str) -> str:
    """Give a command line of `pulumi` as it works in the shell that the deployment was started from."""
    shell = os.environ.get(SHELL_VARIABLE)
    return f"{shell} && {line}" if shell else line
