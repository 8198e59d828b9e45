"""All files that GitHub reads and that are made from the layers."""

from pathlib import Path

from tapstack.checkout import CHECKOUT
from tapstack.deploy.footprint import footprint
from tapstack.deploy.github import codeowners, workflows
from tapstack.layers import TABLE, read_layers


def render(root: Path = CHECKOUT) -> dict[str, str | None]:
    """Make the files for the layers of the checkout at `root`: path below it to text, None for a layer's that is gone.

    Raises:
        LayersError: the table of layers cannot be read.
        FileNotFoundError: a layer has no program.
    """
    table = root / TABLE
    layers = list(read_layers(table.read_text(encoding="utf-8")).values())
    footprints = {layer.name: footprint(layer.name, root) for layer in layers}
    made = {
        ".github/CODEOWNERS": codeowners.render(layers, footprints, root),
        **workflows.render(layers, footprints, root),
    }
    return {**made, **{path: None for path in workflows.made_earlier(root) if path not in made}}
