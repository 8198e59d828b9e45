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
    commit = commit_of(revision, root)
    base = git(root, "merge-base", commit, "HEAD")
    if base.returncode:
        raise UserError(
            f"{revision!r} and HEAD have no commit in common in {root}: fetch them (git fetch --unshallow has "
            "all), or name another revision"
        )
    tracked = git(root, "diff", "--name-only", "--no-renames", "--relative", "-z", base.stdout.strip(), "--")
    untracked = git(root, "ls-files", "--others", "--exclude-standard", "-z")
    for done in (tracked, untracked):
        if done.returncode:
            raise UserError(f"git does not tell what has changed since {revision!r}: {done.stderr.strip()}")
    changed = {path for path in (tracked.stdout + untracked.stdout).split("\0") if path}
    lanes = f"/Pulumi.{LANE}.yaml"
    return tuple(sorted(changed | {path for path in ignored_settings(root) if not path.endswith(lanes)}))


def commit_of(revision: str, root: Path = CHECKOUT) -> str:
    """Find the commit of a revision.

    Args:
        revision: whatever git takes for one, such as `origin/main`.
        root: the checkout.

    Raises:
        UserError: git is not there, `root` is no checkout of it, or there is no such revision.
    """
    if git(root, "rev-parse", "--is-inside-work-tree").returncode:
        raise UserError(f"{root} is no checkout of git, and only git knows revision {revision!r}")
    found = git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if found.returncode:
        raise UserError(
            f"there is no revision {revision!r} in {root}: fetch it (git fetch --unshallow has all), or name another"
        )
    return found.stdout.strip()


def tracked_files(root: Path, commit: str, path: str) -> tuple[str, ...]:
    """List the files of a commit at a path, or below it; both are relative to the checkout at `root`."""
    listed = git(root, "ls-tree", "-r", "-z", "--name-only", commit, "--", path)
    return tuple(name for name in listed.stdout.split("\0") if name)


def ignored_settings(root: Path = CHECKOUT) -> tuple[str, ...]:
    """List the settings of stacks that git ignores, as paths below the checkout at `root`.

    Raises:
        UserError: git is not there.
    """
    pattern = "projects/*/Pulumi.*.yaml"
    found = git(root, "ls-files", "--others", "--ignored", "--exclude-standard", "-z", "--", pattern)
    return tuple(sorted(path for path in found.stdout.split("\0") if path))


def git(root: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run git in a checkout.

    Raises:
        UserError: git is not there.
    """
    done = git_bytes(root, *arguments)
    texts = (stream.decode("utf-8", "surrogateescape") for stream in (done.stdout, done.stderr))
    return subprocess.CompletedProcess(done.args, done.returncode, *texts)


def git_bytes(root: Path, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    """Run git in a checkout, for what is no text.

    Raises:
        UserError: git is not there.
    """
    # A hook that runs this has another repository in its environment, and perhaps another index.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        return subprocess.run(["git", *arguments], cwd=root, env=environment, capture_output=True, check=False)
    except FileNotFoundError as error:
        raise UserError("git is not there, and only git knows revisions; install it") from error
