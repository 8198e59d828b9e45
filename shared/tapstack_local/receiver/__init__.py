"""The merchants of a lane, as far as webhooks go: a server that checks each one's signature and keeps it."""

from tapstack_local.receiver.deliveries import Delivery
from tapstack_local.receiver.process import Receiver

__all__ = ["Delivery", "Receiver"]
