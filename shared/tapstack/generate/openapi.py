"""`docs/openapi.json`: what `projects/api-edge/openapi.py` makes of the API's types, paths and problems."""

import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import Final

from tapstack.checkout import CHECKOUT

FILE: Final = CHECKOUT / "docs" / "openapi.json"


def load() -> ModuleType:
    """Load the module that describes the API, with those beside it; a project's modules are on nobody's path."""
    folder = str(CHECKOUT / "projects" / "api-edge")
    sys.path.insert(0, folder)
    try:
        return importlib.import_module("openapi")
    finally:
        sys.path.remove(folder)


def render(root: Path) -> dict[str, str]:  # noqa: ARG001 - types are code, and so this checkout's
    """Write the document as its file has it."""
    text: str = load().render()
    return {FILE.relative_to(CHECKOUT).as_posix(): text}
