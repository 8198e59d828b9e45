"""All files that GitHub reads and that are made from the layers."""

from pathlib import Path

from tapstack.checkout import CHECKOUT
from tapstack.deploy.footprint import footprint
from tapstack.deploy.github import codeowners, workflows
from tapstack.layers import FILE, read_layers


def render(root: Path = CHECKOUT) -> dict[str, str]:
    """Make the files for the layers of the checkout at `root`: path below it to text.

    Raises:
        ValueError: the table of layers makes no order.
        FileNotFoundError: a layer has no program.
    """
    table = root / FILE.relative_to(CHECKOUT)
    layers = list(read_layers(table.read_text(encoding="utf-8")).values())
    footprints = {layer.name: footprint(layer.name, root) for layer in layers}
    return {
        ".github/CODEOWNERS": codeowners.render(layers, footprints, root),
        **workflows.render(layers, footprints, root),
    }


def drifted(root: Path = CHECKOUT) -> list[str]:
    """List the files that are missing or differ from what `render` makes."""
    return [path for path, text in render(root).items() if _read(root / path) != text]


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None
