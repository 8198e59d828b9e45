"""`docs/openapi.json`: what `projects/api-edge/openapi.py` makes of the API's types, paths and problems."""

import runpy
from pathlib import Path
from typing import Final

from tapstack.checkout import CHECKOUT

FILE: Final = CHECKOUT / "docs" / "openapi.json"


def render(root: Path) -> dict[str, str]:  # noqa: ARG001 - types are code, and so this checkout's
    """Write the document as its file has it."""
    module = runpy.run_path(str(CHECKOUT / "projects" / "api-edge" / "openapi.py"))
    return {FILE.relative_to(CHECKOUT).as_posix(): module["render"]()}
