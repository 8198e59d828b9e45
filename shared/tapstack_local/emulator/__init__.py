"""The AWS emulator of a lane: ministack in an environment of its own, on a port of its own."""

from tapstack_local.emulator.server import Emulator

__all__ = ["Emulator"]
