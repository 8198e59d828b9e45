"""Takes a layer out of the checkout: its project, contract and tests, its row, and where contracts call it a reader."""

import shutil
from pathlib import Path

from tapstack.checkout import CHECKOUT
from tapstack.deploy.scaffold.declared_layer import DeclaredLayer
from tapstack.deploy.scaffold.staging import change
from tapstack.layers import TABLE


def remove(name: str, root: Path = CHECKOUT) -> list[str]:
    """Take a layer that nobody reads, and that is up nowhere, out of the checkout at `root`.

    Returns:
        The files that were written or removed, as paths below the checkout, sorted.

    Raises:
        UserError: there is no such layer, somebody reads it or imports its contract, or a file cannot be written;
            nothing has changed.
    """

    def edit(copy: Path) -> None:
        own = DeclaredLayer(name, copy)
        own.require_unread()
        own.declare_reader(None)
        table, gone = own.without_row(), own.files()
        for path in gone:
            (copy / path).unlink()
        shutil.rmtree(copy / "projects" / name)
        (copy / TABLE).write_text(table, encoding="utf-8")

    layer = DeclaredLayer(name, root)
    layer.require_unread()
    layer.require_unimported()
    return change(root, f"remove-layer {name}", edit)
