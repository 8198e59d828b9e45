"""The files of a revision in a folder of their own, and a layer's program taken from there for a while."""

import io
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tapstack.console.errors import UserError
from tapstack.deploy.changes import commit_of, git, git_bytes, tracked_files
from tapstack.deploy.revisions.virtualenv import make_virtualenv
from tapstack.engine.environment import Environment

_PACKAGES = Path(".tapstack", "packages")
"""Where a checkout keeps functions' packages and their dependencies, each under a name made of its content."""


@dataclass(frozen=True)
class Revision:
    """A layer's program as a revision has it.

    Attributes:
        layer: the layer.
        name: the revision, as it was asked for.
        commit: its commit, in short.
        root: the folder with its files.
    """

    layer: str
    name: str
    commit: str
    root: Path

    @property
    def program(self) -> str:
        """Name the program, such as `compute at 1a2b3c4`."""
        return f"{self.layer} at {self.commit}"


@contextmanager
def program_at(environment: Environment, layer: str, revision: str) -> Iterator[Revision]:
    """Take a layer's program from a revision during a `with` block, and leave nothing of it.

    That is its project with its settings, the functions and what programs share, all as the revision has them; settings
    of a stack that git does not know are those of the checkout. The lane, the emulator, the providers and the policies
    stay the checkout's own.

    Raises:
        UserError: there is no such revision, the layer was not there yet, or its environment cannot be made.
    """
    stack = environment.stack(layer)
    checkout = stack.folder.parents[1]
    commit = commit_of(revision, checkout)
    project = f"projects/{layer}"
    if not tracked_files(checkout, commit, f"{project}/Pulumi.yaml"):
        raise UserError(
            f"layer {layer!r} is not there at revision {revision!r}{_beginning(checkout, project)}; name a later one"
        )
    with tempfile.TemporaryDirectory(prefix="tapstack-revision-") as folder:
        found = Revision(layer, revision, commit[:7], Path(folder).resolve())
        _unpack(checkout, commit, found.root)
        settings = f"Pulumi.{stack.name}.yaml"
        if (stack.folder / settings).is_file() and not (found.root / project / settings).exists():
            shutil.copy2(stack.folder / settings, found.root / project / settings)
        (checkout / _PACKAGES).mkdir(parents=True, exist_ok=True)
        (found.root / _PACKAGES.parent).mkdir()
        (found.root / _PACKAGES).symlink_to(checkout / _PACKAGES, target_is_directory=True)
        make_virtualenv(found.root, checkout)
        environment.programs[layer] = found.root / project
        try:
            yield found
        finally:
            del environment.programs[layer]


def _unpack(checkout: Path, commit: str, folder: Path) -> None:
    """Write the files of a commit; git keeps no note of it, so that nothing is left where this is killed."""
    done = git_bytes(checkout, "archive", "--format=tar", commit)
    if done.returncode:
        reason = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or ["git gave no reason"]
        raise UserError(f"the files of revision {commit[:7]} cannot be read: {reason[0]}; fetch them (git fetch)")
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(folder, filter="data")


def _beginning(checkout: Path, project: str) -> str:
    """Say with which commit a project began, as far as the history is here."""
    added = git(checkout, "log", "--format=%h", "--diff-filter=A", "--", f"{project}/Pulumi.yaml")
    commits = added.stdout.split()
    return f": it began with {commits[-1]}" if commits else ""
