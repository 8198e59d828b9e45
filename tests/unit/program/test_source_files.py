"""What of a function's source goes into its package, and what is left on the machine."""

import zipfile
from pathlib import Path

import pytest

from tapstack.program.errors import PackagingError
from tapstack.program.packaging import NATIVE, package
from tapstack.program.source_files import source_files


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Two functions' folders and the domain."""
    root = tmp_path / "functions"
    for name in ("notifier/handler.py", "notifier/texts/en.json", "other/shared/words.py", "transactions/__init__.py"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("", encoding="utf-8")
    return root


def names(source: Path) -> list[str]:
    return [name for name, _ in source_files(source, ("notifier", "transactions"))]


LEFTOVERS = [
    *(".env", ".env.local", "prod.env", ".DS_Store", ".idea/workspace.xml", ".git/config"),
    *("handler.py~", "handler.py.bak", "handler.py.orig", "handler.py.rej", ".handler.py.swp", "handler.swp", "a.tmp"),
    *("#handler.py#", "__pycache__/handler.cpython-313.pyc", "handler.pyc", "texts/.env", "texts/en.json~"),
]


@pytest.mark.parametrize("leftover", LEFTOVERS)
def test_secrets_backups_and_hidden_files_are_left_out(leftover: str, source: Path) -> None:
    path = source / "notifier" / leftover
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("SECRET=1", encoding="utf-8")

    assert names(source) == ["notifier/handler.py", "notifier/texts/en.json", "transactions/__init__.py"]


def test_a_linked_folder_and_a_linked_file_are_in_the_package(source: Path, tmp_path: Path) -> None:
    (source / "notifier" / "shared").symlink_to("../other/shared")
    (source / "notifier" / "de.json").symlink_to("texts/en.json")

    made = package("notifier", NATIVE, source, tmp_path / "target")

    with zipfile.ZipFile(made.path) as archive:
        packed = {name for name in archive.namelist() if name.startswith(("notifier/", "transactions/"))}
    assert packed == {
        *("notifier/handler.py", "notifier/texts/en.json", "transactions/__init__.py"),
        *("notifier/shared/words.py", "notifier/de.json"),
    }


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("nowhere", "notifier/link is a link to nowhere, which is not there"),
        ("../../elsewhere", r"notifier/link is a link that leads out of functions/, to \.\./\.\./elsewhere"),
        (".", "notifier/link is a link to a folder that it is in itself"),
    ],
)
def test_a_link_that_leads_astray_is_named(target: str, said: str, source: Path) -> None:
    (source.parent / "elsewhere").mkdir()
    (source / "notifier" / "link").symlink_to(target)

    with pytest.raises(PackagingError, match=said):
        names(source)
