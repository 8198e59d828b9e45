"""All resource types the stand-in providers know, by type token.

A module is named after its AWS service; a service with many types is a package of them. The rows of every module here
that has `ROWS` are known by that alone.
"""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Final

from tapstack.providers.table import Row


def _modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(__path__, f"{__name__}."):
        yield importlib.import_module(found.name)


ROWS: Final[Mapping[str, Row]] = {
    token: row for module in _modules() for token, row in getattr(module, "ROWS", {}).items()
}


def module_for(token: str) -> str:
    """Name the file, in the checkout, that a type's row belongs into."""
    service = token.partition(":")[2].partition("/")[0]
    module = f"{service}_" if service == "lambda" else service
    end = "/" if (Path(__file__).parent / module).is_dir() else ".py"
    return f"shared/tapstack/providers/tables/{module}{end}"
