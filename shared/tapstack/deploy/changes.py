"""Which files of the checkout differ from a revision of it."""

import os
import subprocess
from pathlib import Path

from tapstack.checkout import CHECKOUT
from tapstack.console.errors import UserError
from tapstack.console.hints import LANE


def changed_since(revision: str, root: Path = CHECKOUT) -> tuple[str, ...]:
    """List the files that differ from where this checkout left a revision, in commits or not; deleted and new ones too.

    What others have committed to a branch meanwhile is no change of this checkout. The settings of stacks that git
    ignores are: nothing says what they were. Those of the lane, which has its own, are not among them.

    Args:
        revision: whatever git takes for one, such as `origin/main`.
        root: the checkout.

    Returns:
        Paths below `root`, with slashes, sorted; a file that was renamed is there with both names.

    Raises:
        UserError: git is not there, `root` is no checkout of it, or there is no such revision.
    """
    wanted = f"{revision}^{{commit}}"
    if _git(root, "rev-parse", "--is-inside-work-tree").returncode:
        raise UserError(f"{root} is no checkout of git, and only git tells what has changed since {revision!r}")
    found = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", wanted)
    if found.returncode:
        raise UserError(
            f"there is no revision {revision!r} in {root}: fetch it (git fetch --unshallow has all), or name another"
        )
    base = _git(root, "merge-base", found.stdout.strip(), "HEAD")
    if base.returncode:
        raise UserError(
            f"{revision!r} and HEAD have no commit in common in {root}: fetch them (git fetch --unshallow has "
            "all), or name another revision"
        )
    tracked = _git(root, "diff", "--name-only", "--no-renames", "--relative", "-z", base.stdout.strip(), "--")
    untracked = _git(root, "ls-files", "--others", "--exclude-standard", "-z")
    for done in (tracked, untracked):
        if done.returncode:
            raise UserError(f"git does not tell what has changed since {revision!r}: {done.stderr.strip()}")
    changed = {path for path in (tracked.stdout + untracked.stdout).split("\0") if path}
    lanes = f"/Pulumi.{LANE}.yaml"
    return tuple(sorted(changed | {path for path in ignored_settings(root) if not path.endswith(lanes)}))


def ignored_settings(root: Path = CHECKOUT) -> tuple[str, ...]:
    """List the settings of stacks that git ignores, as paths below the checkout at `root`.

    Raises:
        UserError: git is not there.
    """
    pattern = "projects/*/Pulumi.*.yaml"
    found = _git(root, "ls-files", "--others", "--ignored", "--exclude-standard", "-z", "--", pattern)
    return tuple(sorted(path for path in found.stdout.split("\0") if path))


def _git(root: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    # A hook that runs this has another repository in its environment, and perhaps another index.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        return subprocess.run(
            ["git", *arguments],
            cwd=root,
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="surrogateescape",
            check=False,
        )
    except FileNotFoundError as error:
        raise UserError("git is not there, and only git tells what has changed; install it") from error
