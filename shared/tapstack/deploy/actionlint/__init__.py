"""Builds actionlint, the checker of GitHub workflows, from its published Go modules, and runs it.

`go.mod` beside this file pins what is built, `go.sum` are the checksums the build is held to.
"""

import hashlib
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from tapstack.console.errors import UserError
from tapstack.console.progress import step
from tapstack.engine.cache import build_once, cache_folder
from tapstack.engine.install.golang import find_go
from tapstack.engine.install.route import RouteClosedError

_HERE: Final = Path(__file__).parent
_MODULE: Final = "github.com/rhysd/actionlint"


def check(workflows: Iterable[Path]) -> list[str]:
    """Check workflow files; each finding is a line with file, line and column.

    Raises:
        UserError: actionlint cannot be built here, or it could not do its work.
    """
    # Whatever linters of scripts a machine may have, the findings are the same on all.
    tools = ("-shellcheck=", "-pyflakes=")
    done = subprocess.run(
        [_binary(), "-no-color", "-oneline", *tools, *map(str, workflows)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    # 0 is none, 1 is some, anything else is trouble of its own.
    if done.returncode > 1:
        raise UserError(f"actionlint failed with status {done.returncode}: {done.stderr.strip()}")
    return done.stdout.splitlines()


def _binary() -> Path:
    pins = "".join((_HERE / name).read_text(encoding="utf-8") for name in ("go.mod", "go.sum"))
    found = re.search(rf"{_MODULE} v(\S+)", pins)
    version = found[1] if found else "unknown"
    key = f"{version}-{hashlib.sha256(pins.encode()).hexdigest()[:8]}"
    return build_once(cache_folder() / "actionlint" / key, _build) / "actionlint"


def _build(folder: Path) -> None:
    with step("actionlint", "building it from its Go modules") as current:
        try:
            go = find_go(current)
        except RouteClosedError as error:
            raise UserError(f"workflows cannot be checked, as actionlint needs Go: {error}") from error
        flags = ("-mod=readonly", "-trimpath", "-ldflags", "-s -w")
        done = subprocess.run(
            [go.binary, "build", *flags, "-o", folder / "actionlint", f"{_MODULE}/cmd/actionlint"],
            cwd=_HERE,
            env=go.environment(),
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        if done.returncode:
            raise UserError(f"building actionlint with Go {go.version} failed: {done.stderr.strip()}")
        current.result = "built from its Go modules"
