"""Packages a function for Lambda: its own code, the domain it shares, and its dependencies as wheels of its platform.

What a function depends on is the dependency group of its name in `pyproject.toml`, such as `fraud-detector`; what the
runtime brings, the SDK above all, is left to it.

The same source gives the same bytes on every machine: dependencies come from the lock file by hash, entries are
sorted, their times and modes fixed, and nothing an installer or an editor leaves behind is taken in.
"""

import base64
import hashlib
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tapstack.checkout import CHECKOUT
from tapstack.program.errors import PackagingError
from tapstack.program.source_files import source_files

FUNCTIONS: Final = CHECKOUT / "functions"
PACKAGES: Final = CHECKOUT / ".tapstack" / "packages"
DOMAIN: Final = "transactions"
RUNTIME: Final = "python3.14"

NATIVE: Final = "native"
"""The platform that runs this program, for functions that are emulated on it."""

_LEFT_BY_INSTALLERS = frozenset({"RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json", ".lock"})
_LEFT_OUT_FOLDERS = frozenset({"__pycache__", "bin"})
_LEFT_OUT_SUFFIXES = frozenset({".pyi", ".tab", ".zi"})
"""Of stubs, and of the tables and the source that time zones are compiled from: no function reads them."""
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Package:
    """A function's zip file."""

    path: Path
    source_code_hash: str
    """SHA-256 of the zip in base64, as Lambda reports it."""


def package(function: str, platform: str, source: Path = FUNCTIONS, target: Path = PACKAGES) -> Package:
    """Build the zip of `function` with dependencies for `platform`.

    Args:
        function: The folder under `source` that holds `handler.py`; with hyphens for underscores, a dependency group.
        platform: A platform of `uv pip install --python-platform`, or `native`.
        source: The folder with all functions and the domain.
        target: Where zips and unpacked dependencies are kept; they are found again by content.

    Raises:
        PackagingError: there is no such handler, a link in the source leads astray, or the dependencies cannot be
            installed for the platform.
    """
    handler = source / function / "handler.py"
    if not handler.is_file():
        raise PackagingError(f"function {function!r} has no code: {handler} is not there; write it or correct the name")
    dependencies = _dependencies(function.replace("_", "-"), platform, target)
    entries = {path.relative_to(dependencies).as_posix(): path for path in _files(dependencies)}
    entries |= dict(source_files(source, (function, DOMAIN)))
    archive = _archive(entries, target, function)
    digest = base64.b64encode(hashlib.sha256(archive.read_bytes()).digest()).decode()
    return Package(archive, digest)


def _files(dependencies: Path) -> Iterator[Path]:
    for path in dependencies.rglob("*"):
        is_left_out = (
            path.name in _LEFT_BY_INSTALLERS
            or path.suffix in _LEFT_OUT_SUFFIXES
            or not _LEFT_OUT_FOLDERS.isdisjoint(path.relative_to(dependencies).parts)
        )
        if path.is_file() and not is_left_out:
            yield path


def _archive(entries: dict[str, Path], target: Path, function: str) -> Path:
    """Write the zip under a name made of its content; stored, since deflate's bytes differ between zlib builds."""
    with (
        tempfile.NamedTemporaryFile(dir=target, suffix=".zip", delete=False) as unfinished,
        zipfile.ZipFile(unfinished, "w", zipfile.ZIP_STORED) as archive,
    ):
        for name in sorted(entries):
            info = zipfile.ZipInfo(name, _ZIP_EPOCH)
            info.external_attr = 0o644 << 16
            info.create_system = 3
            archive.writestr(info, entries[name].read_bytes())
    written = Path(unfinished.name)
    digest = hashlib.sha256(written.read_bytes()).hexdigest()
    return written.replace(target / f"{function}-{digest[:16]}.zip")


def _dependencies(group: str, platform: str, target: Path) -> Path:
    """Unpack the locked dependencies of a group for `platform`, once."""
    requirements = _uv("export", "--frozen", "--only-group", group, "--no-emit-project", "--no-header")
    key = hashlib.sha256(f"{platform}\n{RUNTIME}\n{requirements}".encode()).hexdigest()[:16]
    installed = target / f"dependencies-{platform}-{key}"
    if installed.is_dir():
        return installed
    target.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(dir=target))
    pinned = unfinished / "requirements.txt"
    pinned.write_text(requirements, encoding="utf-8")
    wheels = unfinished / "wheels"
    aimed_at = (
        ()
        if platform == NATIVE
        else ("--python-platform", platform, "--python-version", RUNTIME.removeprefix("python"))
    )
    try:
        _uv(
            *("pip", "install", "--quiet", "--no-config", "--require-hashes", "--no-deps", "--only-binary", ":all:"),
            *("--link-mode", "copy", "--target", f"{wheels}", *aimed_at, "--requirements", f"{pinned}"),
        )
        try:
            wheels.rename(installed)
        except OSError:
            # Another program unpacked the same dependencies at the same moment; its folder has the same content.
            if not installed.is_dir():
                raise
    finally:
        shutil.rmtree(unfinished)
    return installed


def _uv(*arguments: str) -> str:
    try:
        from uv import find_uv_bin  # noqa: PLC0415 - its absence is an error with a next step, not a failed import
    except ImportError as error:
        raise PackagingError("packaging a function needs uv in the project's environment; run: uv sync") from error
    done = subprocess.run(
        [find_uv_bin(), *arguments], cwd=CHECKOUT, check=False, capture_output=True, text=True, encoding="utf-8"
    )
    if done.returncode:
        raise PackagingError(f"uv {' '.join(arguments[:2])} failed: {done.stderr.strip()}")
    return done.stdout
