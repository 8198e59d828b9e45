"""The objects of a state backend, as this command line reads and writes them: in a folder, or in an S3 bucket.

Keys are as the engine has them: below the backend's address, with slashes.
"""

import abc
import hashlib
import os
import shlex
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from tapstack.console.errors import UserError

_FILE: Final = "file"
_S3: Final = "s3"


class StoreError(UserError):
    """An object of the backend cannot be read, written or removed."""


class Store(abc.ABC):
    """The objects of one backend."""

    @abc.abstractmethod
    def read(self, key: str) -> bytes | None:
        """Read an object; None where there is none.

        Raises:
            StoreError: it cannot be read.
        """

    @abc.abstractmethod
    def write(self, key: str, content: bytes) -> None:
        """Write an object as a whole, or not at all.

        Raises:
            StoreError: it cannot be written.
        """

    @abc.abstractmethod
    def create(self, key: str, content: bytes) -> bool:
        """Write an object only where there is none, and tell whether it was written; of two at once one is told so.

        Raises:
            StoreError: it cannot be written.
        """

    @abc.abstractmethod
    def remove(self, key: str) -> None:
        """Remove an object; where there is none, nothing is done.

        Raises:
            StoreError: it cannot be removed.
        """

    @abc.abstractmethod
    def versions(self, prefix: str) -> Mapping[str, str]:
        """List the objects whose keys begin with a prefix, which need not be readable: key to what tells its version.

        A version is another one after every write that changes the object.

        Raises:
            StoreError: they cannot be listed.
        """

    @abc.abstractmethod
    def removal(self, key: str) -> str:
        """Give the command line that removes an object by hand."""


def store_of(url: str, folder: Path) -> Store | None:
    """Find the objects of a backend; None for a backend that is neither a folder nor an S3 bucket.

    Args:
        url: its address, as `pulumi login` takes it.
        folder: what a relative path in the address is relative to.
    """
    scheme = urlsplit(url).scheme
    if scheme == _FILE:
        path = url.removeprefix(f"{_FILE}://").partition("?")[0]
        return FileStore(folder / Path(path).expanduser())
    if scheme == _S3:
        # The SDK takes a third of a second to load, which a backend in a folder has no use for.
        from tapstack.engine.backend.s3 import S3Store  # noqa: PLC0415

        return S3Store.of(url)
    return None


class FileStore(Store):
    """A backend in a folder."""

    def __init__(self, root: Path) -> None:
        """Describe it."""
        self._root = root

    def read(self, key: str) -> bytes | None:
        """Read a file."""
        try:
            return (self._root / key).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._failure("read", key, error) from error

    def write(self, key: str, content: bytes) -> None:
        """Write a file beside its place, and move it there."""
        try:
            self._written(key, content).replace(self._root / key)
        except OSError as error:
            raise self._failure("written", key, error) from error

    def create(self, key: str, content: bytes) -> bool:
        """Link a file that is whole to its place, which only one can."""
        try:
            unfinished = self._written(key, content)
            try:
                (self._root / key).hardlink_to(unfinished)
            except FileExistsError:
                return False
            finally:
                unfinished.unlink()
        except OSError as error:
            raise self._failure("written", key, error) from error
        return True

    def remove(self, key: str) -> None:
        """Remove a file."""
        try:
            (self._root / key).unlink(missing_ok=True)
        except OSError as error:
            raise self._failure("removed", key, error) from error

    def versions(self, prefix: str) -> Mapping[str, str]:
        """List files; the version is made of the file's number, size and time."""
        folder = prefix.rpartition("/")[0]
        found = {}
        try:
            for file in (self._root / folder).rglob("*"):
                key = file.relative_to(self._root).as_posix()
                if key.startswith(prefix) and file.is_file():
                    status = file.stat()
                    told = f"{status.st_ino}-{status.st_size}-{status.st_mtime_ns}"
                    found[key] = hashlib.sha256(told.encode()).hexdigest()[:32]
        except OSError as error:
            raise self._failure("listed", folder, error) from error
        return found

    def removal(self, key: str) -> str:
        """Give the command line that removes a file."""
        return f"rm {shlex.quote(str(self._root / key))}"

    def _written(self, key: str, content: bytes) -> Path:
        path = self._root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            # For other teams to read, whose users may not be able to read the states.
            os.fchmod(descriptor, 0o644)
        return Path(name)

    def _failure(self, done: str, key: str, error: OSError) -> StoreError:
        return StoreError(f"{self._root / key} cannot be {done}: {error.strerror}; see that this user may")
