"""Readers in repositories of their own: how they are noted, and what their check finds."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from tapstack.console.errors import UserError
from tapstack.contracts.contract import FieldSchema
from tapstack.contracts.published import tapstack_contracts as published
from tapstack.deploy.contracts.evolution import breaks
from tapstack.deploy.contracts.outside import TABLE, outside_readers, unknown_fields, with_outside
from tapstack.deploy.contracts.snapshots import Snapshot

ROW = """
[settlement]
repository = "https://git.example.com/acme/settlement"
owners = ["@acme/settlement"]
reads.data = ["key_arn"]
"""
KEY = FieldSchema("Arn", is_output=True, secret=False, read_by=("compute",), shape="text arn:.+")
DATA = Snapshot("data", 1, {"key_arn": KEY})


def noted(root: Path, text: str) -> Path:
    (root / TABLE).parent.mkdir(exist_ok=True)
    (root / TABLE).write_text(text, encoding="utf-8")
    return root


def test_they_are_readers_like_layers_and_their_owners_are_named_when_something_breaks(tmp_path: Path) -> None:
    readers = outside_readers(noted(tmp_path, ROW))
    before = with_outside(DATA, readers.values())

    (problem,) = breaks(before, dataclasses.replace(before, fields={}), readers)

    assert problem.text.startswith("`data.key_arn` is read by compute, settlement; add the new field beside it, ")
    assert problem.text.endswith(
        "; settlement is in https://git.example.com/acme/settlement: ask @acme/settlement to move it"
    )
    assert outside_readers(tmp_path / "nowhere") == {}


def test_a_field_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    readers = outside_readers(noted(tmp_path, ROW.replace("key_arn", "key")))

    (problem,) = unknown_fields({"data": DATA}, readers.values())

    assert problem.text == (
        "projects/readers.toml, [settlement]: it reads `data.key`, which data does not export; its fields are key_arn"
    )


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("[settlement]", "[settlement", "is not TOML"),
        ("[settlement]", "[compute]", r"\[compute\]: 'compute' cannot be a reader's name"),
        ("[settlement]", "[operators]", "cannot be a reader's name"),
        ('owners = ["@acme/settlement"]\n', "", "it needs owners, reads, repository, and has repository, reads"),
        ('"@acme/settlement"', '"settlement"', r"`owners` is \['settlement'\]; write @user"),
        ("https://git.example.com/acme/settlement", "", "`repository` is '', and must be an address"),
        ("reads.data", "reads.dta", "it reads 'dta', which is no layer; the layers are network"),
        ('["key_arn"]', '"key_arn"', "`reads.data` is 'key_arn', and must be a list of fields"),
        ('reads.data = ["key_arn"]', "reads = 1", "`reads` is 1, and must be a table"),
    ],
)
def test_a_row_that_is_not_as_rows_are_is_one_line(tmp_path: Path, old: str, new: str, told: str) -> None:
    with pytest.raises(UserError, match=f"^projects/readers.toml.*{told}[^\n]*$"):
        outside_readers(noted(tmp_path, ROW.replace(old, new)))


@dataclasses.dataclass(frozen=True, kw_only=True)
class Data(published.Contract):
    LAYER = "data"
    PROJECT = "tapstack-data"
    UNDERSTOOD = (1, 2)

    key: str = published._field("text arn:.+", since="0.1.0", read_by=("settlement",), secret=True)
    other: str = published._field("text .+", since="0.1.0")


FIELD = {"shape": "text arn:.+", "is_output": True, "secret": True, "read_by": ["settlement"], "deprecated": ""}
REGISTER = "note what it reads as [settlement] in projects/readers.toml of tapstack's repository"
TAKE = "; take the contracts that are published now, and read what they have instead"


@pytest.mark.parametrize(
    ("version", "field", "told"),
    [
        (1, FIELD, []),
        (2, {**FIELD, "deprecated": "read x"}, []),
        (3, FIELD, [f"data is published as contract version 3, another meaning{TAKE}"]),
        (1, None, [f"data.key, which settlement reads, is not published any more{TAKE}"]),
        (
            1,
            {**FIELD, "shape": "text .+"},
            ["data.key, which settlement reads, becomes text .+, and was text arn:.+" + TAKE],
        ),
        (1, {**FIELD, "is_output": False}, [f"data.key, which settlement reads, becomes a plain value{TAKE}"]),
        (1, {**FIELD, "secret": False}, [f"data.key, which settlement reads, is no secret any more{TAKE}"]),
        (
            1,
            {**FIELD, "read_by": []},
            [f"data.key, which settlement reads, is not noted for it any more; {REGISTER}"],
        ),
    ],
)
def test_their_check_finds_whatever_would_break_them(
    monkeypatch: pytest.MonkeyPatch, version: int, field: dict[str, Any] | None, told: list[str]
) -> None:
    monkeypatch.setattr(published, "CONTRACTS", (Data,))
    fields = {"key": field} if field else {}
    now = {"version": "1", "contracts": {"data": {"version": version, "fields": fields}}}

    assert list(published.problems("settlement", now)) == told
    assert list(published.problems("settlement", {"contracts": {}}))


@pytest.mark.parametrize(
    ("value", "shape", "fits"),
    [
        ("arn:1", "text arn:.+", True),
        ("urn:1", "text arn:.+", False),
        (1, "text .+", False),
        (["a"], "list of text a", True),
        (["b"], "list of text a", False),
        ({"x": "a"}, "map to text a", True),
        ({"x": "b"}, "map to text a", False),
        (True, "bool", True),
        ("true", "bool", False),
        (2.0, "int", True),
    ],
)
def test_a_value_fits_a_shape_or_does_not(value: object, shape: str, *, fits: bool) -> None:
    assert published._fits(value, shape) is fits


def test_with_which_release_a_field_came_stays_what_it_was(tmp_path: Path) -> None:
    from tapstack.generate.published_contracts import DATA as FILE  # noqa: PLC0415 - beside the contract of that name
    from tapstack.generate.published_contracts import render  # noqa: PLC0415

    first = json.loads(render(tmp_path)[FILE] or "")
    first["contracts"]["compute"]["fields"]["alias_name"]["since"] = "0.0.1"
    (tmp_path / FILE).parent.mkdir(parents=True)
    (tmp_path / FILE).write_text(json.dumps(first), encoding="utf-8")

    fields = json.loads(render(tmp_path)[FILE] or "")["contracts"]["compute"]["fields"]
    assert (fields["alias_name"]["since"], fields["validator_invoke_arn"]["since"]) == ("0.0.1", first["version"])
    (tmp_path / FILE).write_text("{}", encoding="utf-8")
    with pytest.raises(UserError, match=r"contracts\.json is not as it was written"):
        render(tmp_path)
