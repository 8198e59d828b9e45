"""The bytes of a function's package."""

import io
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

from tapstack.providers.clients import ProviderError
from tapstack.providers.values import Blob

_ARCHIVES = frozenset({".zip", ".jar"})


def zip_bytes(blob: object, folder: Path) -> bytes:
    """Return an archive as a zip file: one that is a zip file already as it is.

    Args:
        blob: the archive.
        folder: where its relative paths start.

    Raises:
        ProviderError: it is not there, is no archive, or its content was not sent.
    """
    if not isinstance(blob, Blob) or not blob.is_archive:
        raise ProviderError("code: must be a pulumi.Archive")
    path = _path(blob, folder)
    if path and path.suffix in _ARCHIVES and path.is_file():
        return path.read_bytes()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(_entries(blob, "", folder)):
            # Without the day of today, the same code is the same package.
            entry = zipfile.ZipInfo(name)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _path(blob: Blob, folder: Path) -> Path | None:
    return folder / path if (path := blob.field("path")) else None


def _entries(blob: Blob, prefix: str, folder: Path) -> Iterator[tuple[str, bytes]]:
    if (path := _path(blob, folder)) and path.is_dir():
        for file in path.rglob("*"):
            if file.is_file():
                yield f"{prefix}{file.relative_to(path).as_posix()}", file.read_bytes()
    elif (assets := blob.field("assets")) is not None:
        for name, part in assets.items():
            if part.is_archive:
                yield from _entries(part, f"{prefix}{name}/", folder)
            else:
                yield f"{prefix}{name}", _content(part, folder)
    elif path and path.suffix in _ARCHIVES:
        with zipfile.ZipFile(io.BytesIO(_file(path))) as inner:
            yield from ((f"{prefix}{name}", inner.read(name)) for name in inner.namelist() if not name.endswith("/"))
    else:
        raise ProviderError(f"code: {path or 'the archive'} is no folder and no .zip file")


def _content(asset: Blob, folder: Path) -> bytes:
    if (text := asset.field("text")) is not None:
        return str(text).encode()
    if uri := asset.field("uri"):
        if urllib.parse.urlsplit(uri).scheme != "file":
            raise ProviderError(f"code: the stand-in provider downloads nothing, so it cannot take {uri}")
        return _file(Path(urllib.request.url2pathname(urllib.parse.urlsplit(uri).path)))
    return _file(_path(asset, folder) or Path())


def _file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ProviderError(f"code: {path}: {error.strerror}") from error
