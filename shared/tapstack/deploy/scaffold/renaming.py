"""Gives a layer another name: its project, contract and tests, its row, and where contracts call it a reader.

The name is that of the Pulumi project, so the stacks of the old name are none of the new one: a layer is renamed while
it is up nowhere.
"""

import io
import re
import shutil
import tokenize
from pathlib import Path
from typing import Final

from tapstack.checkout import CHECKOUT
from tapstack.console.errors import UserError
from tapstack.deploy.scaffold.declared_layer import DeclaredLayer
from tapstack.deploy.scaffold.layer import NewLayer
from tapstack.deploy.scaffold.staging import change
from tapstack.engine.policies import EXEMPTIONS
from tapstack.layers import TABLE

_WITH_NAMES: Final = {
    *(tokenize.NAME, tokenize.STRING, tokenize.COMMENT),
    # From Python 3.12 on, the texts between the braces of an f-string.
    *([tokenize.FSTRING_MIDDLE] if hasattr(tokenize, "FSTRING_MIDDLE") else []),
}


def rename(old: str, new: str, root: Path = CHECKOUT) -> list[str]:
    """Rename a layer that nobody reads, and that is up nowhere, in the checkout at `root`.

    Returns:
        The files that were written or removed, as paths below the checkout, sorted.

    Raises:
        UserError: there is no such layer, somebody reads it or imports its contract, the new name does not do, or a
            file cannot be written; nothing has changed.
    """
    target = NewLayer(new, (), ())

    def edit(copy: Path) -> None:
        own = DeclaredLayer(old, copy)
        own.require_unread()
        target.check(copy)
        own.declare_reader(new)
        table, moved = own.with_row_named(new), own.files()
        for path in moved:
            content = (copy / path).read_bytes()
            (copy / path).unlink()
            to = copy / _place(path, own.spelt, target)
            if to.exists():
                raise UserError(f"layer {new!r} would overwrite {to.relative_to(copy)}; choose another name")
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_bytes(renamed(content.decode("utf-8"), path, own.spelt, target).encode())
        shutil.rmtree(copy / "projects" / old)
        _rename_in_exemptions(copy / EXEMPTIONS, old, new)
        (copy / TABLE).write_text(table, encoding="utf-8")

    layer = DeclaredLayer(old, root)
    layer.require_unread()
    target.check(root)
    layer.require_unimported()
    return change(root, f"rename-layer {old} {new}", edit)


def renamed(content: str, path: str, old: NewLayer, new: NewLayer) -> str:
    """Write a layer's new name for its old one in one of its files.

    In Python names and paths of modules it is spelt as a module, or as what its classes' names begin with; in texts,
    comments and all other files as the layer itself.
    """
    if not path.endswith(".py"):
        return _in_text(content, old, new)
    lines = content.splitlines(keepends=True)
    for token in reversed(list(tokenize.generate_tokens(io.StringIO(content).readline))):
        if token.type not in _WITH_NAMES:
            continue
        put = _in_name if token.type == tokenize.NAME else _in_text
        (first, begin), (last, end) = token.start, token.end
        text = lines[first - 1][:begin] + put(token.string, old, new) + lines[last - 1][end:]
        lines[first - 1 : last] = text.splitlines(keepends=True)
    return "".join(lines)


def _rename_in_exemptions(file: Path, old: str, new: str) -> None:
    """Have what the layer is exempt from be the renamed one's."""
    if file.exists():
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace(f'layer = "{old}"\n', f'layer = "{new}"\n'), encoding="utf-8")


def _place(path: str, old: NewLayer, new: NewLayer) -> str:
    """Name the file that a layer's file becomes."""
    folder, name = f"projects/{old.name}/", Path(path).name
    if path.startswith(folder):
        return f"projects/{new.name}/{path.removeprefix(folder)}"
    if path.endswith(".json"):
        return f"{path.removesuffix(name)}{new.name}.json"
    return re.sub(rf"(?<![A-Za-z0-9]){re.escape(old.module)}(?![A-Za-z0-9])", new.module, path)


def _in_name(text: str, old: NewLayer, new: NewLayer) -> str:
    text = re.sub(rf"\b{re.escape(old.kind)}(?=[A-Z]\w)", new.kind, text)
    return re.sub(rf"(?<![A-Za-z0-9]){re.escape(old.module)}(?![A-Za-z0-9])", new.module, text)


def _in_text(text: str, old: NewLayer, new: NewLayer) -> str:
    text = re.sub(rf"\b{re.escape(old.kind)}(?=[A-Z]\w)", new.kind, text)
    text = re.sub(rf"(?<![A-Za-z0-9_]){re.escape(old.name)}(?![A-Za-z0-9_])", new.name, text)
    return re.sub(rf"(?<=_){re.escape(old.module)}(?![A-Za-z0-9])|\b{re.escape(old.module)}(?=_)", new.module, text)
