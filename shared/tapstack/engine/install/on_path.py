"""First route: the Pulumi CLI that is already installed on the machine."""

import shutil
from pathlib import Path

from tapstack.engine.install.route import ACCEPTED, Engine, RouteClosedError, cli_version, is_accepted

LANGUAGE_HOST = "pulumi-language-python"


def find() -> Engine:
    """Take `pulumi` from `PATH`, with its language host beside it or on `PATH`.

    Raises:
        RouteClosedError: none there, another version range, or no language host.
    """
    found = shutil.which("pulumi")
    if not found:
        raise RouteClosedError("no `pulumi` on PATH")
    binary = Path(found).absolute()
    version = cli_version(binary)
    if not is_accepted(version):
        raise RouteClosedError(f"{binary} is version {version}; the lane takes {ACCEPTED}")
    return Engine(version=version, route="on PATH", path=binary, language_host=language_host(binary))


def language_host(binary: Path) -> Path:
    """Find the Python language host that belongs to a CLI.

    Raises:
        RouteClosedError: it is neither beside the CLI nor on `PATH`.
    """
    # Package managers link the CLI into a bin folder and leave the host beside the real file.
    for folder in (binary.parent, binary.resolve().parent):
        if (host := folder / LANGUAGE_HOST).is_file():
            return host
    if on_path := shutil.which(LANGUAGE_HOST):
        return Path(on_path).absolute()
    raise RouteClosedError(f"{binary} has no {LANGUAGE_HOST} beside it or on PATH")
