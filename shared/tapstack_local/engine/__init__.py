"""The Pulumi engine the lane runs: found on the machine, installed, or built from its published source."""

from tapstack_local.engine.resolver import find_engine
from tapstack_local.engine.route import Engine

__all__ = ["Engine", "find_engine"]
