"""What the routes to an engine have in common: the version they want and the engine they return."""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

# What the lane installs or builds. CLIs from 3.220.0 on no longer hand the virtualenv to the language host that can be
# built from published modules, so this version and the modules in `cli/` and `language_host/` go together.
VERSION: Final = "3.200.0"

# What it takes from PATH, with the language host of the same release beside it.
OLDEST: Final = (3, 200, 0)
NEWEST: Final = (4, 0, 0)
ACCEPTED: Final = ">=3.200.0,<4.0.0"


class RouteClosedError(Exception):
    """This route leads to no engine on this machine; the message says why in one line."""


@dataclass(frozen=True, slots=True)
class Engine:
    """A Pulumi CLI with its Python language host.

    Attributes:
        version: the CLI's version, without the `v`.
        route: how it came to be here, in words.
        path: the `pulumi` binary.
        language_host: the `pulumi-language-python` binary.
    """

    version: str
    route: str
    path: Path
    language_host: Path

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders that have to come first on `PATH`, without duplicates."""
        return tuple(dict.fromkeys((self.path.parent, self.language_host.parent)))


def cli_version(binary: Path) -> str:
    """Ask a `pulumi` binary for its version.

    Returns:
        The version without the leading `v`.

    Raises:
        RouteClosedError: the binary does not run, or answers something else.
    """
    try:
        answer = subprocess.run(
            [binary, "version"],
            env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"},
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
        ).stdout.strip()
    except (OSError, subprocess.SubprocessError) as error:
        raise RouteClosedError(f"{binary} does not run: {error}") from error
    if not re.fullmatch(r"v?\d+\.\d+\.\d+\S*", answer):
        raise RouteClosedError(f"{binary} version answers {answer!r}, which is no version")
    return answer.removeprefix("v")


def is_accepted(version: str) -> bool:
    """Tell whether a CLI of this version is in the accepted range; pre-releases count as their release."""
    return OLDEST <= version_key(version) < NEWEST


def version_key(version: str) -> tuple[int, ...]:
    """Turn `3.200.0` (or `go1.26.8`) into a tuple of numbers that compares."""
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])
