"""The data files that a module names: texts in its code that are the paths of files there are."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tapstack.deploy.python_source import parse_file

_LONGEST: Final = 200
_JOINS: Final = frozenset({"joinpath", "with_name", "Path", "open", "read_text"})


def named_files(module: Path, root: Path) -> set[str]:
    """Find the files, and the folders of data, that a module of the checkout at `root` names.

    Texts that are joined by `/` or `joinpath` are one path; it may begin beside the module, in any folder above it, or
    at the checkout. Python files are not among them: those are imported.

    Returns:
        Paths of files below the checkout, with slashes.
    """
    bases = [folder for folder in module.parents if folder.is_relative_to(root) and folder != root]
    found = set()
    for text in _paths(parse_file(module, root)):
        for base in (*bases, root):
            found |= {file.relative_to(root).as_posix() for file in _data(base / text)}
    return found


def _paths(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and (joined := _joined(node)):
            yield joined
        elif isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in _JOINS:
            if texts := [text for argument in node.args if (text := _text(argument))]:
                yield "/".join(texts)
        elif (text := _text(node)) and "." in text:
            yield text


def _joined(node: ast.expr) -> str:
    """Join the texts at the end of a chain of `/`."""
    if isinstance(node, ast.Constant):
        return _text(node)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        last = _joined(node.right) if isinstance(node.right, ast.Constant) else ""
        before = _joined(node.left) if last else ""
        return f"{before}/{last}" if before else last
    return ""


def _text(node: ast.AST) -> str:
    """Give a constant's text where it may be the path of data, else the empty text."""
    text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
    if len(text) > _LONGEST or not text.isprintable():
        return ""
    # Hidden files and folders hold what commands have written, and no two checkouts have the same.
    return "" if any(not part or part.startswith(".") for part in text.split("/")) else text


def _data(path: Path) -> Iterator[Path]:
    try:
        if path.is_file() and path.suffix not in {".py", ".pyc"}:
            yield path
        elif path.is_dir() and not any(path.rglob("*.py")):
            yield from (file for file in sorted(path.rglob("*")) if file.is_file())
    except OSError:  # no name of a file, such as one that is too long
        return
