"""Makes a new layer: project, contract, test, and its entry in everything that is made from the table of layers."""

from tapstack.deploy.scaffold.layer import NewLayer
from tapstack.deploy.scaffold.staging import make

__all__ = ["NewLayer", "make"]
