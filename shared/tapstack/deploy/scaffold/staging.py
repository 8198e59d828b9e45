"""Changes a checkout by way of a copy of it, so that the checkout gets all of a change or nothing.

What somebody saves meanwhile stays: only files that the change itself makes, writes or removes are touched, and where
one of those is no longer what was copied, nothing is.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

from tapstack.console.errors import UserError
from tapstack.engine.locks import LockTakenError, locked

_GENERATED: Final = (
    "manifests",
    "settings-page",
    "controls",
    "contracts",
    "published-contracts",
    "github",
    "transaction",
)
"""What is made from the table of layers, as `tapstack generate` names it."""

_LEFT_OUT: Final = (
    *(".git", ".venv", ".nox", ".tapstack", "__pycache__", "node_modules"),
    *(".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis", ".import_linter_cache"),
)
_LOCK: Final = ".tapstack/layers.lock"


def change(root: Path, command: str, edit: Callable[[Path], None]) -> list[str]:
    """Change the layers of the checkout at `root`.

    Args:
        root: the checkout.
        command: who changes it, for others to read.
        edit: changes the copy whose path it is given; what is made from the table of layers is made anew after it.

    Returns:
        What was written or removed, as paths below the checkout, sorted.

    Raises:
        UserError: another command changes the layers, `edit` refuses, a file cannot be made or written, or one that
            would be written was saved meanwhile; nothing has changed.
    """
    with _alone(root, command), tempfile.TemporaryDirectory(prefix="tapstack-layers-") as folder:
        copy = Path(folder).resolve() / "checkout"
        shutil.copytree(root, copy, ignore=shutil.ignore_patterns(*_LEFT_OUT), symlinks=True)
        before = _contents(copy)
        edit(copy)
        _generate(copy)
        after = _contents(copy)
        made = {path: after.get(path) for path in {**before, **after} if before.get(path) != after.get(path)}
        _refuse_saved_meanwhile(made, before, root)
        _write({root / path: content for path, content in made.items()})
        _drop_empty({root / path for path, content in made.items() if content is None})
    return sorted(made)


@contextmanager
def _alone(root: Path, command: str) -> Iterator[None]:
    """Keep others from changing the layers of the checkout during a `with` block."""
    try:
        with locked(root / _LOCK, blocking=False, holder=f"`{command}` (pid {os.getpid()})"):
            yield
    except LockTakenError as error:
        raise UserError(
            f"the layers of this checkout are being changed by {error.holder or 'another command'}; run this again "
            "when that has ended"
        ) from error
    except OSError as error:
        raise UserError(f"{error.filename} cannot be read or written: {error.strerror}; nothing was changed") from error


def _contents(root: Path) -> dict[str, bytes]:
    """Read all files of a tree: path below it to content; links are nobody's content."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and not path.is_symlink() and "__pycache__" not in path.parts
    }


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


def _refuse_saved_meanwhile(made: Mapping[str, bytes | None], before: Mapping[str, bytes], root: Path) -> None:
    for path in sorted(made):
        file = root / path
        now = file.read_bytes() if file.is_file() else None
        if now != before.get(path):
            raise UserError(f"{path} was saved by somebody else meanwhile, so nothing was written; run this again")


def _write(made: Mapping[Path, bytes | None]) -> None:
    """Write or remove all files; whatever goes wrong on the way, even a Ctrl-C, takes back what was done."""
    path = Path()
    try:
        with ExitStack() as undo:
            for path, content in made.items():
                for folder in reversed([folder for folder in path.parents if not folder.exists()]):
                    folder.mkdir()
                    undo.callback(folder.rmdir)
                undo.callback(_put_back, path, path.read_bytes() if path.exists() else None)
                _put_back(path, content)
            undo.pop_all()
    except OSError as error:
        raise UserError(f"{path} cannot be written, so nothing was: {error.strerror}") from error


def _put_back(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink(missing_ok=True)
    else:
        path.write_bytes(content)


def _drop_empty(removed: set[Path]) -> None:
    """Remove the folders that a change has left empty, but for what Python had compiled in them."""
    for folder in sorted({path.parent for path in removed}, reverse=True):
        with suppress(OSError):
            if all(left.name == "__pycache__" for left in folder.iterdir()):
                shutil.rmtree(folder)
