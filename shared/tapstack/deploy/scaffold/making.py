"""Makes a layer: project, contract, test, and its entry in everything that is made from the table of layers."""

from pathlib import Path

from tapstack.checkout import CHECKOUT
from tapstack.console.errors import UserError
from tapstack.deploy.github.workflows import preview_file
from tapstack.deploy.scaffold import files
from tapstack.deploy.scaffold.layer import NewLayer
from tapstack.deploy.scaffold.staging import change
from tapstack.layers import TABLE


def make(layer: NewLayer, root: Path = CHECKOUT) -> list[str]:
    """Make a layer in the checkout at `root`.

    Returns:
        The files that were written, as paths below the checkout, sorted.

    Raises:
        UserError: the checkout cannot take such a layer, or a file cannot be made or written; nothing has changed.
    """

    def edit(copy: Path) -> None:
        layer.check(copy)
        texts = files.render(layer, copy)
        for path in sorted({*texts, preview_file(layer.name)} - {TABLE}):
            if (copy / path).exists():
                raise UserError(f"layer {layer.name!r} would overwrite {path}; choose another name, or remove the file")
        for path, text in texts.items():
            (copy / path).parent.mkdir(parents=True, exist_ok=True)
            (copy / path).write_text(text, encoding="utf-8")

    layer.check(root)  # at once, where it need not wait for the copy
    return change(root, f"new-layer {layer.name}", edit)
