"""What a genuine provider sends for the layers' resource types, call by call, as it spells it."""

from emulator.requests.api_edge import API_EDGE
from emulator.requests.compute import COMPUTE
from emulator.requests.data import DATA
from emulator.requests.domain import DOMAIN
from emulator.requests.network import NETWORK
from emulator.requests.resource import Call, Resource

RESOURCES = (*NETWORK, *DATA, *COMPUTE, *API_EDGE, *DOMAIN)
"""In an order in which each finds what it needs; deleted the other way round."""

__all__ = ["RESOURCES", "Call", "Resource"]
