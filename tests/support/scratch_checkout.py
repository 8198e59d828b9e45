"""A copy of the checkout with an environment of its own, whose commands work on the copy alone."""

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tapstack.checkout import CHECKOUT

_LEFT_OUT = (
    *(".git", ".venv", ".nox", ".tapstack", "__pycache__", "Pulumi.local.yaml"),
    *(".pytest_cache", ".ruff_cache", ".hypothesis"),
    # Without it the engine runs no policies, which would be half of what its small programs take.
    "PulumiPolicy.yaml",
)
# Programs that are Python, with what their scripts call.
_PROGRAMS = {
    "mypy": "mypy.__main__:console_entry",
    "nox": "nox.__main__:main",
    "pytest": "pytest:main",
    "tapstack": "tapstack.cli.main:main",
}
# Programs that are no Python and so know of no environment.
_BINARIES = ("ruff", "uv", "zizmor")


@dataclass(frozen=True)
class ScratchCheckout:
    """The copy.

    Attributes:
        root: its folder.
        lane: the folder of the lane that its commands work on.
    """

    root: Path
    lane: Path

    def python(self, *arguments: str, status: int = 0, **environment: str) -> "subprocess.CompletedProcess[str]":
        """Run the copy's Python, such as `-m tapstack up data`, and check the status it ends with."""
        return self.run([str(self.root / ".venv" / "bin" / "python"), *arguments], status, **environment)

    def run(self, command: Sequence[str], status: int = 0, **environment: str) -> "subprocess.CompletedProcess[str]":
        """Run a command in the copy and check the status it ends with."""
        done = subprocess.run(
            command,
            cwd=self.root,
            env={**self.environment(), **environment},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == status, f"{' '.join(command)}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def environment(self) -> dict[str, str]:
        """Give what the copy's commands run with; what runs the tests is not to lead back to the checkout."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
        return {**kept, "TAPSTACK_LANE": str(self.lane), "TAPSTACK_PROGRAM": ".venv/bin/tapstack"}


def scratch_checkout(folder: Path) -> ScratchCheckout:
    """Copy the checkout, as it is in the work tree, into a folder and a single commit; mypy's cache comes along."""
    root = folder / "checkout"
    shutil.copytree(CHECKOUT, root, ignore=shutil.ignore_patterns(*_LEFT_OUT), symlinks=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(root / ".venv")], check=True)
    # A path that is named in a .pth file has no .pth files of its own read: those of the checkout's packages.
    searched = (root / "shared", root / "functions", Path(sysconfig.get_path("purelib")))
    packages = next((root / ".venv" / "lib").glob("python*/site-packages"))
    (packages / "checkout.pth").write_text("".join(f"{path}\n" for path in searched), encoding="utf-8")
    for program, entry in _PROGRAMS.items():
        module, _, function = entry.partition(":")
        script = root / ".venv" / "bin" / program
        # As installers write them: processes that a program begins import what they have begun with.
        script.write_text(
            f"#!{script.parent / 'python'}\nimport sys\nfrom {module} import {function}\n"
            f'if __name__ == "__main__":\n    sys.exit({function}())\n',
            encoding="utf-8",
        )
        script.chmod(0o755)
    for binary in _BINARIES:
        (root / ".venv" / "bin" / binary).symlink_to(Path(sys.executable).with_name(binary))
    identity = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.com", "-c", "commit.gpgsign=false")
    for arguments in (("init",), ("add", "--all"), (*identity, "commit", "--message", "As it is in the work tree")):
        subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True)
    return ScratchCheckout(root, folder / "lane")
