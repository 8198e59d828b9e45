"""The API's description, loaded as the generator loads it: projects' modules are on nobody's path."""

from typing import Final

from tapstack.generate.openapi import FILE, load

__all__ = ["FILE", "openapi"]

openapi: Final = load()
