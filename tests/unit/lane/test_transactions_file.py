"""Transactions in JSON Lines."""

import io
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tapstack.console.errors import UserError
from tapstack.lane.transactions_file import read_lines


def test_lines_keep_their_numbers_and_blank_ones_do_not_count(tmp_path: Path) -> None:
    file = tmp_path / "some.jsonl"
    file.write_text('{"amount": 1}\n\n  \n{"amount": 2}', encoding="utf-8")

    assert [(line.number, line.body) for line in read_lines(str(file))] == [(1, {"amount": 1}), (4, {"amount": 2})]


def test_a_dash_reads_stdin(monkeypatch: pytest.MonkeyPatch) -> None:
    stdin = SimpleNamespace(buffer=io.BytesIO(b'{"amount": 1}\r\n'), isatty=lambda: False)
    monkeypatch.setattr(sys, "stdin", stdin)

    assert [line.body for line in read_lines("-")] == [{"amount": 1}]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b'{"amount": 1}\n{"amount": }\n', r"line 2: not JSON: Expecting value at column 12; nothing was sent"),
        (b"[1]", "line 1: a JSON object is wanted, not an array; nothing was sent"),
        (b"12", "line 1: a JSON object is wanted, not a number"),
        (b"true", "line 1: a JSON object is wanted, not a boolean"),
        (b"null", "line 1: a JSON object is wanted, not null"),
        (b'"\xff"', "line 1: not UTF-8 at byte 2; nothing was sent"),
        (b'{"amount": NaN}', "line 1: a number that is none of JSON's or far too long; nothing was sent"),
        (b'{"amount": ' + b"9" * 10_000 + b"}", "line 1: a number that is none of JSON's or far too long"),
        (rb'{"reference": "\ud800"}', "line 1: half of a surrogate pair is no character; nothing was sent"),
        (b"[" * 100_000, "line 1: nested too deeply to be read; nothing was sent"),
        (b"", "holds no transactions; write one JSON object a line"),
        (b"\n \n", "holds no transactions"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, content: bytes, complaint: str) -> None:
    file = tmp_path / "some.jsonl"
    file.write_bytes(content)

    with pytest.raises(UserError, match=f"{file}.*{complaint}"):
        read_lines(str(file))


@pytest.mark.parametrize("name", ["missing.jsonl", "."])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match=r"cannot be read: .*; give a JSON Lines file, or - for stdin"):
        read_lines(str(tmp_path / name))
