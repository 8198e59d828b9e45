"""The Pulumi engine the lane runs: found on the machine, installed, or built from its published source."""

from tapstack.engine.install.resolver import find_engine
from tapstack.engine.install.route import Engine

__all__ = ["Engine", "find_engine"]
