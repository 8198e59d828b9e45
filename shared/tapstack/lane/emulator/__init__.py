"""The AWS emulator of a lane: ministack in an environment of its own, on a port of its own."""

from tapstack.lane.emulator.server import Emulator

__all__ = ["Emulator"]
