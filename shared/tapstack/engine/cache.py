"""What a machine keeps between lanes and checkouts: engines, the Go toolchain, the emulator's environment."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import platformdirs

from tapstack.engine.locks import locked


def cache_folder() -> Path:
    """The user's cache folder of TapStack, outside every checkout."""
    return platformdirs.user_cache_path("tapstack", appauthor=False)


def build_once(folder: Path, build: Callable[[Path], None]) -> Path:
    """Return a cache entry, building it when it is not there.

    The entry is built in a temporary folder beside it and renamed when it is complete, so that an interrupted build
    never counts; a lock keeps two processes from building the same entry at once.

    Args:
        folder: where the entry belongs.
        build: fills the empty folder it is given; what it raises goes through, and nothing is kept.
    """
    if folder.is_dir():
        return folder
    with locked(folder.with_name(f"{folder.name}.lock")):
        if not folder.is_dir():  # another process may have finished it while this one waited
            partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
            try:
                build(partial)
                partial.chmod(0o755)
                partial.rename(folder)
            finally:
                shutil.rmtree(partial, ignore_errors=True)
    return folder
