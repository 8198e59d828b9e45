"""Which files of a function's source belong into its package: its code, with what links lead to, and no leftovers."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from tapstack.program.errors import PackagingError

_LEFTOVERS: Final = (
    # Hidden files are their tools': settings with secrets (.env), those of editors and of systems.
    ".*",
    "*.env",
    "__pycache__",
    "*.py[co]",
    # https://www.gnu.org/software/emacs/manual/html_node/emacs/Backup-Names.html and .../Auto-Save-Files.html
    "*~",
    "#*#",
    # https://vimhelp.org/recover.txt.html#swap-file
    "*.sw[a-p]",
    # What patch and merge tools leave: https://www.gnu.org/software/diffutils/manual/html_node/Backup-Names.html
    "*.orig",
    "*.rej",
    "*.bak",
    "*.tmp",
)


def source_files(root: Path, folders: tuple[str, ...]) -> Iterator[tuple[str, Path]]:
    """Walk folders below `root`, those that links lead to included.

    Yields:
        The path below `root` as the code has it, with slashes, and the file.

    Raises:
        PackagingError: a link leads nowhere, out of `root`, or back to where it is.
    """
    for folder in folders:
        yield from _below(root / folder, root, ())


def is_leftover(name: str) -> bool:
    """Tell whether a file or folder of this name is no part of any package."""
    return any(fnmatchcase(name, pattern) for pattern in _LEFTOVERS)


def _below(folder: Path, root: Path, inside: tuple[Path, ...]) -> Iterator[tuple[str, Path]]:
    inside = (*inside, folder.resolve())
    for path in sorted(folder.iterdir()):
        if is_leftover(path.name):
            continue
        if path.is_symlink():
            _check_link(path, root, inside)
        if path.is_dir():
            yield from _below(path, root, inside)
        elif path.is_file():
            yield path.relative_to(root).as_posix(), path


def _check_link(link: Path, root: Path, inside: tuple[Path, ...]) -> None:
    target = link.resolve()
    place = link.relative_to(root).as_posix()
    if not target.exists():
        raise PackagingError(f"{place} is a link to {link.readlink()}, which is not there; correct it or remove it")
    if not target.is_relative_to(root.resolve()):
        raise PackagingError(
            f"{place} is a link that leads out of {root.name}/, to {link.readlink()}, and packages would differ from "
            "machine to machine; put a copy there"
        )
    if target in inside:
        raise PackagingError(f"{place} is a link to a folder that it is in itself; remove it")
