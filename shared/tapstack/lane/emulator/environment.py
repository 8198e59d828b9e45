"""An emulator's own virtual environment, from its group of the same lock file."""

import os
import subprocess
import sys
from functools import partial
from hashlib import sha256
from pathlib import Path

import uv

from tapstack.checkout import CHECKOUT
from tapstack.console.errors import UserError
from tapstack.engine.cache import build_once, cache_folder


def emulator_python(group: str = "emulator") -> Path:
    """Return the interpreter of an emulator's environment, building the environment when it is not there.

    It is kept by the lock file's hash and the Python version: Lambda workers run in that interpreter, so it has to be
    the version that function packages are made for.

    Args:
        group: the dependency group that has the emulator.

    Raises:
        UserError: uv could not build it; the message carries uv's last line.
    """
    lock = sha256((CHECKOUT / "uv.lock").read_bytes()).hexdigest()[:12]
    version = f"{sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}"
    folder = cache_folder() / group / f"{lock}-py{version}"
    return build_once(folder, partial(_sync, group)) / "bin" / "python"


def _sync(group: str, folder: Path) -> None:
    # No activated environment of the caller's, and none of its Python settings.
    clean = {
        name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME"}
    }
    try:
        subprocess.run(
            [
                *(uv.find_uv_bin(), "sync", "--locked", "--only-group", group, "--no-install-project"),
                *("--project", str(CHECKOUT), "--python", sys.executable, "--quiet"),
            ],
            env={**clean, "UV_PROJECT_ENVIRONMENT": str(folder)},
            capture_output=True,
            text=True,
            check=True,
        )
    except subprocess.CalledProcessError as error:
        reason = (error.stderr.strip().splitlines() or ["no message"])[-1]
        raise UserError(f"uv could not build the emulator's environment: {reason}") from error
