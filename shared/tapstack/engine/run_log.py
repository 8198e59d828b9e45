"""Where one run of the engine writes: a folder of its own, beside those of the last runs of its kind."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

from tapstack.console.errors import UserError
from tapstack.engine.locks import is_held

KEPT: Final = 20
"""How many folders of ended runs stay, per layer and action."""
_OUTPUT: Final = "output.log"
_EVENTS: Final = "events.jsonl"
_DIGEST: Final = "digest.json"
_PLAN: Final = "plan.json"


@dataclass(frozen=True)
class RunLog:
    """What one run writes.

    Attributes:
        output: the file of what the engine prints.
        stream: that file, open; it is locked until all who have it open, the engine among them, have closed it.
        events: the file that the engine is told to write its events to.
        digest: the file of what a preview prints as JSON; it is gone when the run is over.
        plan: the file that a preview is told to save its plan to; it is gone when the run is over.
    """

    output: Path
    stream: BinaryIO
    events: Path
    digest: Path
    plan: Path


@contextmanager
def run_log(logs: Path, kind: str) -> Iterator[RunLog]:
    """Make the folder of a run, `<logs>/<kind>/<time>-<pid>`, and drop those of runs that ended long ago.

    Nobody but its owner may read it: it has the resources' inputs and outputs, and the settings.

    Args:
        logs: the folder of all logs.
        kind: what runs of one kind share, such as `data-up`.

    Raises:
        UserError: the folder cannot be written.
    """
    try:
        logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = _new_folder(logs / kind)
        (folder / _EVENTS).touch(mode=0o600)
        for name in (_OUTPUT, _DIGEST, _PLAN):
            (folder / name).touch(mode=0o600)
        stream = (folder / _OUTPUT).open("wb")
    except OSError as error:
        raise UserError(
            f"the engine's log cannot be written to {logs / kind}: {error.strerror}; make the folder writable"
        ) from error
    with stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        _prune(logs / kind)
        try:
            yield RunLog(folder / _OUTPUT, stream, folder / _EVENTS, folder / _DIGEST, folder / _PLAN)
        finally:
            for name in (_DIGEST, _PLAN):
                (folder / name).unlink(missing_ok=True)


def _new_folder(parent: Path) -> Path:
    parent.mkdir(mode=0o700, exist_ok=True)
    while True:
        folder = parent / f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}-{os.getpid()}"
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            continue
        return folder


def _prune(parent: Path) -> None:
    for folder in sorted(parent.iterdir())[:-KEPT]:
        if not is_held(folder / _OUTPUT):
            shutil.rmtree(folder, ignore_errors=True)
