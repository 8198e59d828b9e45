"""Names the layers that use a file which has changed since a revision."""

import json

from tapstack.deploy.changes import changed_since
from tapstack.deploy.footprint import touched
from tapstack.layers import BY_NAME, LAYERS


def name_touched(since: str | None, *, with_downstream: bool, as_json: bool) -> int:
    """Print the layers in the order they deploy."""
    layers = touched(LAYERS, changed_since(since)) if since else LAYERS
    if with_downstream:
        layers = _with_downstream(layers)
    for line in [json.dumps(layers)] if as_json else layers:
        print(line)
    return 0


def _with_downstream(layers: tuple[str, ...]) -> tuple[str, ...]:
    """Add the layers that read one of `layers`, and those that read them: what they read may change."""
    named: set[str] = set()
    for layer in LAYERS:
        if layer in layers or named.intersection(BY_NAME[layer].reads):
            named.add(layer)
    return tuple(layer for layer in LAYERS if layer in named)
