"""The API's description, loaded as the generator loads it: projects' modules are on nobody's path."""

import importlib.util
from types import ModuleType
from typing import Final

from tapstack.checkout import CHECKOUT

FILE: Final = CHECKOUT / "docs" / "openapi.json"


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("openapi", CHECKOUT / "projects" / "api-edge" / "openapi.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


openapi: Final = _load()
