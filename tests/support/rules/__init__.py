"""Each rule of `tapstack.providers.rules`, broken by a small program."""

from collections.abc import Mapping
from typing import Final

from support.rules import apis, functions, identities, messaging, networks, stores
from support.rules.case import Broken, Held

BROKEN: Final[Mapping[str, Broken | Held]] = {
    **apis.BROKEN,
    **functions.BROKEN,
    **identities.BROKEN,
    **messaging.BROKEN,
    **networks.BROKEN,
    **stores.BROKEN,
}
"""Rule to what breaks it."""
