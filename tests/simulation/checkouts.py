"""Handlers of an earlier revision beside this checkout's, as while a new version gets its first share of the calls.

`earlier_revision` names the revision: what runs in production while this checkout is deployed. It is moved when a
version is released. Its functions come from the repository's history, so a clone has to have that.

Both versions' modules have the same names. Each is loaded under a `sys.modules` of its own, and refers to its own from
then on: no function imports anything later than when it is loaded.
"""

import importlib
import io
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Final

from tapstack.checkout import CHECKOUT

PACKAGES: Final = frozenset({"fraud_detector", "notifier", "transactions", "validator"})
REVISION_FILE: Final = Path(__file__).with_name("earlier_revision")


@dataclass
class Checkout:
    """One version of the functions.

    Attributes:
        folder: holds their packages.
    """

    folder: Path
    _modules: dict[str, ModuleType] = field(default_factory=dict)

    @contextmanager
    def imported(self) -> Iterator[None]:
        """Have imports of the functions' packages mean this version's."""
        outside = _taken_out()
        sys.modules |= self._modules
        sys.path.insert(0, f"{self.folder}")
        importlib.invalidate_caches()
        try:
            yield
        finally:
            sys.path.remove(f"{self.folder}")
            self._modules = _taken_out()
            sys.modules |= outside


def _taken_out() -> dict[str, ModuleType]:
    names = [name for name in sys.modules if name.partition(".")[0] in PACKAGES]
    return {name: sys.modules.pop(name) for name in names}


@cache
def earlier_checkout(revision: str = "") -> Checkout:
    """Take the functions of an earlier revision out of the history, until this process ends.

    Args:
        revision: the revision; empty for the one that `earlier_revision` names.

    Raises:
        LookupError: the clone does not have it.
    """
    wanted = revision or REVISION_FILE.read_text(encoding="utf-8").strip()
    archive = subprocess.run(
        ["git", "archive", "--format=tar", wanted, "functions"], cwd=CHECKOUT, capture_output=True, check=False
    )
    if archive.returncode:
        raise LookupError(
            f"{REVISION_FILE.name} names {wanted}, which this clone does not have; "
            f"fetch the whole history: git fetch --unshallow"
        )
    folder = TemporaryDirectory(prefix="earlier-functions-")
    _folders.append(folder)
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
        files.extractall(folder.name, filter="data")
    return Checkout(Path(folder.name) / "functions")


_folders: Final[list[TemporaryDirectory[str]]] = []
"""Kept from being deleted before the process ends."""
