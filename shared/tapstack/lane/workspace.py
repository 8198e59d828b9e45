"""A scratch workspace: the four projects and a lane in a folder of their own, to break and to throw away."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tapstack.checkout import CHECKOUT
from tapstack.engine.policies import FOLDER
from tapstack.lane.lane import Lane

_CACHES = shutil.ignore_patterns("__pycache__")


@contextmanager
def scratch_lane(root: Path, *, policies: bool = False) -> Iterator[Lane]:
    """Copy the projects into an empty folder and yield a lane that is ready to deploy them.

    The emulator is the lane's own. However the block ends, it is stopped and the lane's folder taken away; the copied
    projects stay.

    Args:
        root: the folder to fill; the lane is in its `lane`, the projects in its `projects`.
        policies: whether its engines run the policy pack too.
    """
    copy_projects(root)
    if policies:
        shutil.copytree(CHECKOUT / FOLDER, root / FOLDER, ignore=_CACHES)
    lane = Lane(root / "lane", root)
    try:
        lane.start(real_provider=False)
        yield lane
    finally:
        lane.remove()


def copy_projects(root: Path) -> None:
    """Copy the projects without the lane's settings in them, and link the virtual environment beside them."""
    ignored = shutil.ignore_patterns("__pycache__", "Pulumi.local.yaml")
    shutil.copytree(CHECKOUT / "projects", root / "projects", ignore=ignored)
    shutil.copy(CHECKOUT / "Pulumi.yaml-template", root)
    (root / ".venv").symlink_to(Path(sys.prefix), target_is_directory=True)
