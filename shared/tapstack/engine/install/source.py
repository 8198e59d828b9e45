"""Third route: build the engine from its published Go modules.

Two tools modules beside this file pin what is built: `cli/` the CLI, `language_host/` the last release of the Python
language host that was published as a module. Their `go.sum` files are the checksums the build is held to.
"""

import json
import shutil
import subprocess
from collections import deque
from pathlib import Path
from typing import Final

from tapstack.console.progress import Step
from tapstack.engine.install.golang import Go, find_go
from tapstack.engine.install.on_path import LANGUAGE_HOST
from tapstack.engine.install.route import VERSION, RouteClosedError

_HERE: Final = Path(__file__).parent
_SDK: Final = "github.com/pulumi/pulumi/sdk/v3"
_VERSION_FLAG: Final = f"-X {_SDK}/go/common/version.Version=v{VERSION}"

# What the language host, dynamic resources and policy packs start; they ship in the SDK module, not in the binaries.
_SCRIPTS: Final = (
    "cmd/pulumi-language-python-exec",
    "dist/pulumi-analyzer-policy-python",
    "dist/pulumi-resource-pulumi-python",
)


def build(folder: Path, step: Step) -> None:
    """Build CLI and language host into an empty folder (`<folder>/bin`), with their companion scripts.

    Raises:
        RouteClosedError: there is no Go, a module is out of reach or not the pinned one, or the build failed.
    """
    go = find_go(step)
    binaries = folder / "bin"
    binaries.mkdir()
    _compile(go, _HERE / "language_host", f"{_SDK}/python/cmd/{LANGUAGE_HOST}", binaries / LANGUAGE_HOST, step)
    _compile(go, _HERE / "cli", "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", binaries / "pulumi", step)
    sources = _sdk_folder(go) / "python"
    for script in _SCRIPTS:
        target = binaries / Path(script).name
        shutil.copyfile(sources / script, target)
        target.chmod(0o755)


def _compile(go: Go, module: Path, package: str, binary: Path, step: Step) -> None:
    step.note(f"downloading the modules of {binary.name}")
    flags = ["-mod=readonly", "-trimpath", "-v", "-ldflags", f"-s -w {_VERSION_FLAG}"]
    with subprocess.Popen(
        [go.binary, "build", *flags, "-o", binary, package],
        cwd=module,
        env=go.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            last_lines = _follow(process, binary.name, step)
        except BaseException:
            process.terminate()
            raise
    if process.returncode:
        raise RouteClosedError(f"building {binary.name} with Go {go.version} failed: {'; '.join(last_lines)}")


def _follow(process: "subprocess.Popen[str]", name: str, step: Step) -> deque[str]:
    """Turn `go build -v` into progress; its last lines are the reason should it fail."""
    last_lines: deque[str] = deque(maxlen=3)
    compiled = 0
    for line in process.stderr or ():
        last_lines.append(line.strip())
        if line.startswith("go: downloading "):
            step.note(f"downloading {line.split()[2]}")
        else:
            compiled += 1
            step.note(f"building {name} from published modules, {compiled} packages compiled")
    return last_lines


def _sdk_folder(go: Go) -> Path:
    """Where the module cache holds the SDK module of the engine's version; `go.sum` of `cli/` vouches for it."""
    answer = subprocess.run(
        [go.binary, "list", "-mod=readonly", "-m", "-json", _SDK],
        cwd=_HERE / "cli",
        env=go.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode:
        raise RouteClosedError(f"the SDK module cannot be downloaded: {answer.stderr.strip()}")
    return Path(json.loads(answer.stdout)["Dir"])
