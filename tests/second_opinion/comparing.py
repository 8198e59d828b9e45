"""The same calls to two emulators, and where their answers differ."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from emulator.replay import Replay, life

MISSING: Final = "nothing"

# What each emulator draws for itself, wherever it stands; and members whose value is drawn or measured.
_MEMBERS: Final = frozenset(
    {
        *("CreatedTimestamp", "CurrentKeyMaterialId", "LastModifiedTimestamp", "Location", "PublicIp", "RequestId"),
        *("TableSizeBytes", "creationTime", "lastUpdatedTime", "revisionId", "value"),
    }
)
_DRAWN: Final = (
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "<uuid>"),
    (re.compile(r"\b([a-z]+(?:-[a-z]+)*)-[0-9a-f]{8,17}\b"), r"\1-<id>"),
    (re.compile(r"\bARO?A?[A-Z0-9]{17,}\b"), "<role id>"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+\d\d:?\d\d)?"), "<time>"),
    (re.compile(r"http://[0-9.]+:\d+"), "<endpoint>"),
)


@dataclass(frozen=True, order=True)
class Difference:
    """One place where two answers to the same call are not the same.

    Attributes:
        operation: `service:Operation`.
        path: the member, with `[]` for any item of a list; `refused` where one of them answers and the other does not.
        ministack: what the lane's emulator has there, in short.
        moto: what moto has there.
    """

    operation: str
    path: str
    ministack: str
    moto: str


def differences(ministack: str, moto: str) -> list[Difference]:
    """Send all calls of a genuine provider to both, and list where the answers differ, each difference once.

    Args:
        ministack: where the lane's emulator answers.
        moto: where moto answers.
    """
    ours, theirs = Replay(ministack, strict=False), Replay(moto, strict=False)
    found: set[Difference] = set()
    for _, _, call in life():
        one, other = _asked(ours, call), _asked(theirs, call)
        for path, mine, its in _compare("", one, other):
            found.add(Difference(call.operation, path, mine, its))
    return sorted(found)


def _asked(replay: Replay, call: Any) -> Any:
    """Ask, and give the answer without what an emulator draws; a refusal is one member."""
    try:
        answer = replay.ask(call)
    except ClientError as error:
        code = f"{error.response['Error'].get('Code')}"
        return {"refused": code if not code.isdigit() else f"HTTP {code}"}
    except BotoCoreError as error:
        return {"refused": type(error).__name__}
    names = sorted(replay.kept.items(), key=lambda kept: -len(kept[1]))
    return _plain({name: value for name, value in answer.items() if name != "ResponseMetadata"}, names)


def _plain(value: Any, names: list[tuple[str, str]]) -> Any:
    if isinstance(value, Mapping):
        plain = {_plain(key, names): _member(key, item, names) for key, item in value.items()}
        return {key: item for key, item in plain.items() if item not in ("", None, [], {})}
    if isinstance(value, list):
        return sorted((_plain(item, names) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
    if isinstance(value, datetime):
        return "<time>"
    if isinstance(value, str) and value.startswith("{"):  # a document in a document
        try:
            return _plain(json.loads(value), names)
        except ValueError:
            return value
    if isinstance(value, str):
        for name, kept in names:
            value = value.replace(kept, f"${name}")
        for pattern, drawn in _DRAWN:
            value = pattern.sub(drawn, value)
    return value


def _member(name: str, value: Any, names: list[tuple[str, str]]) -> Any:
    return "<drawn>" if name in _MEMBERS and value else _plain(value, names)


def _compare(path: str, one: Any, other: Any) -> Iterator[tuple[str, str, str]]:
    if one == other and type(one) is type(other):
        return
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        if ("refused" in one) != ("refused" in other):
            yield "refused", one.get("refused", "answers"), other.get("refused", "answers")
            return
        for key in sorted(one.keys() | other.keys()):
            yield from _compare(f"{path}.{key}".lstrip("."), one.get(key, MISSING), other.get(key, MISSING))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for mine, its in zip(one, other, strict=True):
            yield from _compare(f"{path}[]", mine, its)
    else:
        yield path, _short(one), _short(other)


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    return text if len(text) <= 80 else f"{text[:77]}..."
