"""Python files of a checkout as syntax trees, and what is said of one that is none."""

import ast
from pathlib import Path

from tapstack.console.errors import UserError


def parse(source: str | bytes, name: str) -> ast.Module:
    """Take a file's content as Python; bytes are decoded as Python does, by the file's own declaration or UTF-8.

    Args:
        source: the content.
        name: the file's path below the checkout, for the error.

    Raises:
        UserError: it is no Python, or in no encoding that it declares; one line with file and line.
    """
    try:
        return ast.parse(source, filename=name)
    except SyntaxError as error:
        raise UserError(f"{name}:{error.lineno or 1} is not valid Python: {error.msg}; fix it first") from error
    except ValueError as error:  # Python 3.11 says so of a null byte
        raise UserError(f"{name}:1 is not valid Python: {error}; fix it first") from error


def parse_file(file: Path, root: Path) -> ast.Module:
    """Take a file of the checkout at `root` as Python.

    Raises:
        UserError: it is no Python; one line with file and line.
    """
    return parse(file.read_bytes(), file.relative_to(root).as_posix())
