"""The merchants of a lane, as far as webhooks go: a server that checks each one's signature and keeps it."""

from tapstack.lane.receiver.deliveries import Delivery
from tapstack.lane.receiver.process import Receiver

__all__ = ["Delivery", "Receiver"]
