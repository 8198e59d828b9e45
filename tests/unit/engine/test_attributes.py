"""The attributes beside the objects of a backend in a folder: those that were cut short, and no others, are dropped."""

from pathlib import Path

import pytest

from tapstack.engine.backend.attributes import drop_torn
from tapstack.engine.backend.store import FileStore

WHOLE = '{"user.content_type":"text/plain; charset=utf-8","user.metadata":null,"md5":"CY9rzUYh03PK3k6DJie09g=="}\n'


def written(root: Path, attributes: str | None) -> FileStore:
    (root / "dev.json").write_text("{}", encoding="utf-8")
    if attributes is not None:
        (root / "dev.json.attrs").write_text(attributes, encoding="utf-8")
    return FileStore(root)


@pytest.mark.parametrize("cut", ["", WHOLE[:30], "\0\0\0"])
def test_attributes_that_were_cut_short_are_taken_away_and_the_object_stays(tmp_path: Path, cut: str) -> None:
    store = written(tmp_path, cut)

    assert drop_torn(store, ["dev.json", "dev.json.gz"])
    assert [file.name for file in tmp_path.iterdir()] == ["dev.json"]
    assert not drop_torn(store, ["dev.json", "dev.json.gz"])


@pytest.mark.parametrize("attributes", [WHOLE, None])
def test_whole_attributes_and_none_are_left_as_they_are(tmp_path: Path, attributes: str | None) -> None:
    store = written(tmp_path, attributes)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}

    assert not drop_torn(store, ["dev.json"])
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before
