"""The overview as Mermaid: the layers, how much is in them, and how many outputs cross their borders."""

import re
from collections.abc import Iterable

from tapstack.deploy.graph.model import Model


def overview(model: Model) -> str:
    """Write a flowchart, a line for each layer and for each layer that it reads; it ends without a line break."""
    ids = _ids(layer.name for layer in model.layers)
    lines = ["flowchart LR"]
    for layer in model.layers:
        text = f"<b>{_escaped(layer.name)}</b><br/>{len(layer.resources)} resources<br/>{len(layer.fields)} outputs"
        lines.append(f'  {ids[layer.name]}["{text}"]')
    for layer in model.layers:
        for producer in layer.reads:
            count = len(model.used(producer, layer.name))
            label = f'-- "{count} output{"s" if count > 1 else ""}" -->' if count else "-->"
            lines.append(f"  {ids[producer]} {label} {ids[layer.name]}")
    return "\n".join(lines)


def _ids(names: Iterable[str]) -> dict[str, str]:
    """Give each name an id: Mermaid has words of its own, and takes few signs in an id."""
    ids: dict[str, str] = {}
    for name in names:
        plain = f"layer_{re.sub(r'[^A-Za-z0-9]', '_', name)}"
        ids[name] = plain if plain not in ids.values() else f"{plain}_{len(ids)}"
    return ids


def _escaped(text: str) -> str:
    """Write everything that Mermaid or the page may read as a sign of its own by its number."""
    return re.sub(r"[^\w .:/-]", lambda match: f"#{ord(match[0])};", text)
