"""Sees which files of the checkout a program executes or opens, whatever way it comes by them."""

import os
import sys
from pathlib import Path
from typing import Any

from tapstack.checkout import CHECKOUT

# Made by tools, and what runs the program here.
_UNSEEN = (".venv", ".tapstack", ".git", "tests")


class UsedFiles:
    """Files that are used from now on; modules of the checkout count again, as if nothing had imported them before."""

    def __init__(self) -> None:
        self._paths: set[str] = set()
        for name, module in list(sys.modules.items()):
            file = getattr(module, "__file__", None)
            if file and name.split(".")[0] not in {"support", "__main__", "__mp_main__"} and _inside(file):
                del sys.modules[name]
        # A hook stays for the rest of the process.
        sys.addaudithook(self._hear)

    def _hear(self, event: str, args: tuple[Any, ...]) -> None:
        if event == "exec":
            self._paths.add(args[0].co_filename)
        elif event == "open" and isinstance(args[0], str | bytes | os.PathLike):
            self._paths.add(os.fsdecode(args[0]))

    def found(self) -> frozenset[str]:
        """Name the files, relative to the checkout; bytecode stands for nothing."""
        paths = {found for path in set(self._paths) if (found := _inside(path))}
        return frozenset(path for path in paths if not path.endswith(".pyc") and (CHECKOUT / path).is_file())


def _inside(path: str) -> str | None:
    absolute = Path(path).absolute()
    if not absolute.is_relative_to(CHECKOUT):
        return None
    relative = absolute.relative_to(CHECKOUT)
    return None if relative.parts and relative.parts[0] in _UNSEEN else relative.as_posix()
