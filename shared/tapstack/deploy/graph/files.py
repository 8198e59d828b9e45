"""Files that are there as a whole or not at all."""

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tapstack.console.errors import UserError


def write_all(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write files into a folder; the old ones stay until all the new ones are written.

    Args:
        folder: made where it is not there.
        contents: by file name.

    Raises:
        UserError: the folder cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Beside its target, a file can be renamed without being copied.
        draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=folder))
        try:
            for name, content in contents.items():
                (draft / name).write_bytes(content)
            for name in contents:
                os.replace(draft / name, folder / name)  # noqa: PTH105
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except OSError as error:
        raise UserError(
            f"{folder} cannot be written to: {error.strerror}; make it writable, or name another with --output"
        ) from error
