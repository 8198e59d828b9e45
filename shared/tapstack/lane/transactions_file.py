"""Transactions in JSON Lines: one request body a line."""

import json
import sys
from dataclasses import dataclass
from typing import Any

from tapstack.console.errors import UserError
from tapstack.console.progress import say
from tapstack.console.sources import STDIN, read_source, source_name


@dataclass(frozen=True, slots=True)
class Line:
    """One transaction to send.

    Attributes:
        number: its line in the file, counted from 1.
        body: the request body.
    """

    number: int
    body: dict[str, Any]


def read_lines(source: str) -> list[Line]:
    """Read a JSON Lines file, or stdin for `-`; blank lines are passed over.

    Raises:
        UserError: the file cannot be read, a line is not a JSON object, or there is none at all; the message names the
            file and the line. What the API thinks of a body is the API's to say.
    """
    name = source_name(source)
    if source == STDIN and sys.stdin.isatty():
        say("type transactions, one JSON object a line, and end with Ctrl-D")
    data = read_source(source, "a JSON Lines file")
    lines = [
        Line(number, _parse(name, number, text)) for number, text in enumerate(data.split(b"\n"), 1) if text.strip()
    ]
    if not lines:
        raise UserError(f"{name} holds no transactions; write one JSON object a line")
    return lines


def _parse(name: str, number: int, text: bytes) -> dict[str, Any]:
    try:
        body = json.loads(text, parse_constant=_refuse)
        json.dumps(body, ensure_ascii=False).encode()
    except UnicodeDecodeError as error:
        raise UserError(f"{name}, line {number}: not UTF-8 at byte {error.start + 1}; nothing was sent") from error
    except json.JSONDecodeError as error:
        raise UserError(
            f"{name}, line {number}: not JSON: {error.msg} at column {error.colno}; nothing was sent"
        ) from error
    except UnicodeEncodeError as error:
        raise UserError(f"{name}, line {number}: half of a surrogate pair is no character; nothing was sent") from error
    except RecursionError as error:
        raise UserError(f"{name}, line {number}: nested too deeply to be read; nothing was sent") from error
    except ValueError as error:
        raise UserError(
            f"{name}, line {number}: a number that is none of JSON's or far too long; nothing was sent"
        ) from error
    if not isinstance(body, dict):
        raise UserError(f"{name}, line {number}: a JSON object is wanted, not {_kind(body)}; nothing was sent")
    return body


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _kind(value: object) -> str:
    kinds = {list: "an array", str: "a string", bool: "a boolean", int: "a number", float: "a number"}
    return kinds.get(type(value), "null")
