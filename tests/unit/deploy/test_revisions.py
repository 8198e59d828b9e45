"""The virtual environment of a revision's programs."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tapstack.console.errors import UserError
from tapstack.deploy.revisions.virtualenv import make_virtualenv

PROJECT = '[project]\nname = "other"\nversion = "1"\nrequires-python = ">=3.11"\n'


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with the environment of these tests."""
    root = tmp_path / "checkout"
    root.mkdir()
    (root / ".venv").symlink_to(sys.prefix, target_is_directory=True)
    (root / "uv.lock").write_text("these packages\n", encoding="utf-8")
    return root


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A revision's tree whose `shared` has a package of the checkout's name."""
    package = tmp_path / "tree" / "shared" / "tapstack"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("OF_THE_TREE = True\n", encoding="utf-8")
    return tmp_path / "tree"


def told(root: Path, program: str) -> str:
    python = root / ".venv" / "bin" / "python"
    return subprocess.run([python, "-c", program], check=True, capture_output=True, text=True, cwd=root).stdout.strip()


def test_with_the_same_lock_it_has_the_checkouts_packages_and_the_revisions_own_code(
    checkout: Path, tree: Path
) -> None:
    shutil.copy(checkout / "uv.lock", tree)

    make_virtualenv(tree, checkout)

    assert told(tree, "import tapstack; print(tapstack.OF_THE_TREE)") == "True"
    assert told(tree, "import pulumi; print(pulumi.__file__)").startswith(sys.prefix)
    assert told(tree, "from uv import find_uv_bin; print(find_uv_bin())") == f"{tree / '.venv' / 'bin' / 'uv'}"


def test_with_another_lock_it_has_what_that_one_locks(checkout: Path, tree: Path) -> None:
    (tree / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    uv = Path(sys.prefix, "bin", "uv")
    subprocess.run([uv, "lock", "--quiet", "--offline", "--python", sys.executable], cwd=tree, check=True)

    make_virtualenv(tree, checkout)

    assert told(tree, "import sys; print(sys.prefix)") == f"{tree / '.venv'}"
    with pytest.raises(subprocess.CalledProcessError):
        told(tree, "import pulumi")


def test_a_lock_that_cannot_be_installed_is_one_line(checkout: Path, tree: Path) -> None:
    (tree / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    (tree / "uv.lock").write_text("no lock\n", encoding="utf-8")

    with pytest.raises(UserError, match=r"^the revision locks other packages than this checkout, and uv cannot .*$"):
        make_virtualenv(tree, checkout)


def test_without_uv_another_lock_is_one_line(checkout: Path, tree: Path) -> None:
    (checkout / ".venv").unlink()

    with pytest.raises(UserError, match=r"and .*/uv, which installs them, is not there; run: uv sync$"):
        make_virtualenv(tree, checkout)
