"""The life of a layer in the checkout: made, renamed, taken out, each as a whole or not at all."""

from tapstack.deploy.scaffold.layer import NewLayer
from tapstack.deploy.scaffold.making import make
from tapstack.deploy.scaffold.removing import remove
from tapstack.deploy.scaffold.renaming import rename

__all__ = ["NewLayer", "make", "remove", "rename"]
