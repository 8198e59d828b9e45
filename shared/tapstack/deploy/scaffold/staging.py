"""Makes a layer in a copy of the checkout first, so that the checkout gets all of it or nothing."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from tapstack.checkout import CHECKOUT
from tapstack.console.errors import UserError
from tapstack.deploy.github.workflows import preview_file
from tapstack.deploy.scaffold import files
from tapstack.deploy.scaffold.layer import NewLayer
from tapstack.layers import TABLE

_GENERATED: Final = ("manifests", "contracts", "github", "transaction")
"""What is made from the table of layers, as `tapstack generate` names it."""

_LEFT_OUT: Final = (
    *(".git", ".venv", ".nox", ".tapstack", "__pycache__", "Pulumi.local.yaml"),
    *(".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis"),
)


def make(layer: NewLayer, root: Path = CHECKOUT) -> list[str]:
    """Make a layer in the checkout at `root`.

    Returns:
        The files that were written, as paths below the checkout, sorted.

    Raises:
        UserError: the checkout cannot take such a layer, or a file cannot be made or written; nothing has changed.
    """
    layer.check(root)
    texts = files.render(layer, root)
    _refuse_overwriting({*texts, preview_file(layer.name)} - {TABLE}, root, layer)
    with tempfile.TemporaryDirectory(prefix="tapstack-new-layer-") as folder:
        copy = Path(folder).resolve() / "checkout"
        shutil.copytree(root, copy, ignore=shutil.ignore_patterns(*_LEFT_OUT))
        for path, text in texts.items():
            (copy / path).parent.mkdir(parents=True, exist_ok=True)
            (copy / path).write_text(text, encoding="utf-8")
        _generate(copy)
        made = _differing(copy, root)
        _write(made)
    return sorted(path.relative_to(root).as_posix() for path in made)


def _refuse_overwriting(paths: Iterable[str], root: Path, layer: NewLayer) -> None:
    if existing := sorted(path for path in paths if (root / path).exists()):
        raise UserError(f"layer {layer.name!r} would overwrite {existing[0]}; choose another name, or remove the file")


def _generate(checkout: Path) -> None:
    """Make what is made from the layers of the copied checkout, by that checkout's own code."""
    packages = os.pathsep.join(str(checkout / folder) for folder in ("shared", "functions"))
    done = subprocess.run(
        [sys.executable, "-m", "tapstack", "generate", *_GENERATED],
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": packages, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip() or "it gave no reason").splitlines()[-1]
        raise UserError(f"tapstack generate failed, so nothing was written: {said.removeprefix('error: ')}")


def _differing(copy: Path, root: Path) -> dict[Path, bytes]:
    """Find the files of the copy that the checkout has not, or has otherwise."""
    found = {}
    for path in copy.rglob("*"):
        original = root / path.relative_to(copy)
        if path.is_file() and not (original.is_file() and original.read_bytes() == path.read_bytes()):
            found[original] = path.read_bytes()
    return found


def _write(made: Mapping[Path, bytes]) -> None:
    """Write all files; whatever goes wrong on the way, even a Ctrl-C, takes back those that were written."""
    path = Path()
    try:
        with ExitStack() as undo:
            for path, content in made.items():
                for folder in reversed([folder for folder in path.parents if not folder.exists()]):
                    folder.mkdir()
                    undo.callback(folder.rmdir)
                undo.callback(_put_back, path, path.read_bytes() if path.exists() else None)
                path.write_bytes(content)
            undo.pop_all()
    except OSError as error:
        raise UserError(f"{path} cannot be written, so nothing was: {error.strerror}") from error


def _put_back(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink(missing_ok=True)
    else:
        path.write_bytes(content)
