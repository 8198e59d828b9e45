"""The command lines that messages name: one spelling, ready to be pasted."""

import os
import shutil
from pathlib import Path
from typing import Final

from tapstack.checkout import CHECKOUT

LANE: Final = "local"
"""The stack that a command works on where none is named: the lane's."""

PROGRAM_VARIABLE: Final = "TAPSTACK_PROGRAM"
"""How the person at the shell calls the program; whatever a command starts tells them the same."""

_PROGRAM: Final = "tapstack"
_UV: Final = "UV"
"""The variable by which `uv run` tells what it runs that it does."""


def command(*words: str, stack: str = LANE) -> str:
    """Give the command line of a verb and what follows it: `.venv/bin/tapstack --stack dev up data`.

    Args:
        words: the verb, layers and options.
        stack: the stack that is worked on; the lane's is not named.
    """
    of_stack = () if stack == LANE else ("--stack", stack)
    return " ".join((os.environ.get(PROGRAM_VARIABLE) or _program(), *of_stack, *words))


def shell_for(stack: str) -> str:
    """Give what a shell must run before `pulumi` typed by hand works on a stack; empty where that is nothing."""
    return f'eval "$({command("env")})"' if stack == LANE else ""


def by_hand(project: str, *words: str, stack: str) -> str:
    """Give the command line of `pulumi` itself, such as `(cd projects/data && pulumi refresh --stack dev)`.

    Args:
        project: the folder of `projects/` to be in.
        words: the engine's command, and what follows it.
        stack: the stack that is worked on; before the lane's comes what points a shell at the lane.
    """
    return " && ".join(filter(None, (shell_for(stack), f"(cd projects/{project} && {' '.join(('pulumi', *words))})")))


def name_program() -> None:
    """Let the programs that this one starts name it as this one does; their own `PATH` has more folders."""
    os.environ.setdefault(PROGRAM_VARIABLE, _program())


def _program() -> str:
    ours = CHECKOUT / ".venv" / "bin" / _PROGRAM
    found = shutil.which(_PROGRAM)
    # `uv run` puts the environment on the `PATH` of this run alone; another checkout's program works on that one.
    if found and Path(found).resolve() == ours.resolve() and (Path(found) != ours or _UV not in os.environ):
        return _PROGRAM
    return str(ours.relative_to(CHECKOUT) if Path.cwd() == CHECKOUT else ours)
