"""The attributes that the engine keeps beside each object of a backend in a folder.

The library that it writes through makes an object in three steps: the content into a file of another name, whole; the
attributes over those of the object before, in place; and the file into the object's place
(https://github.com/google/go-cloud/blob/v0.37.0/blob/fileblob/fileblob.go, `writerWithSidecar.Close`). An engine killed
within the second one leaves attributes that are empty or torn beside an object that is whole, the one before, and from
then on no engine reads it: `failed to load checkpoint: EOF`. The attributes are a content type and a checksum that
nothing asks for, and an object without any is read as every other. Buckets have no such files.
"""

import json
from collections.abc import Iterable
from typing import Final

from tapstack.engine.backend.store import FileStore

_SUFFIX: Final = ".attrs"


def objects(keys: Iterable[str]) -> list[str]:
    """Give the keys of objects, without those of attributes."""
    return [key for key in keys if not key.endswith(_SUFFIX)]


def drop_torn(store: FileStore, keys: Iterable[str]) -> bool:
    """Take away attributes of objects that were not written to their end; tell whether there were any.

    Raises:
        StoreError: they cannot be read or removed.
    """
    torn = [key for key in (f"{key}{_SUFFIX}" for key in keys) if _is_torn(store.read(key))]
    for key in torn:
        store.remove(key)
    return bool(torn)


def _is_torn(content: bytes | None) -> bool:
    if content is None:
        return False
    try:
        json.loads(content)
    except ValueError:
        return True
    return False
