"""The functions' logs, read from CloudWatch Logs; the lane's emulator holds them as AWS does.

The emulator gives all lines of a call the time at which the call ended.
"""

import heapq
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any, Final

FUNCTIONS: Final = ("validator", "fraud-detector", "notifier")
"""Whose logs there are."""

MOST_EVENTS: Final = 10_000
"""What is read at one time; also the most that CloudWatch Logs hands out in one page."""

_LATE_MS: Final = 60_000
"""How long after its time an event may still come in."""

_PLATFORM: Final = ("INIT_START ", "START ", "END ", "REPORT ", "RESTORE_START ", "RESTORE_REPORT ", "EXTENSION\t")
"""How the lines begin that Lambda itself writes, where the format is text."""

_HEADLINE: Final = frozenset({"level", "message", "timestamp", "service", "location", "xray_trace_id"})
"""Fields that are in the line already, or of use to programs alone."""

_BELOW: Final = ("where", "exception", "stackTrace")
"""Fields of several lines."""


@dataclass(frozen=True)
class Event:
    """One event of a function's log.

    Attributes:
        at: milliseconds since the epoch.
        function: whose it is, one of `FUNCTIONS`.
        text: as it was written.
    """

    at: int
    function: str
    text: str

    @cached_property
    def fields(self) -> Mapping[str, Any] | None:
        """The fields of an event that is a JSON object."""
        try:
            value = json.loads(self.text)
        except ValueError:
            return None
        return value if isinstance(value, dict) else None

    @property
    def is_routine(self) -> bool:
        """Whether it is a metric, or what Lambda itself says of a call that went well."""
        if self.fields is None:
            return self.text.startswith(_PLATFORM) and "Status: " not in self.text
        if f"{self.fields.get('type')}".startswith("platform."):
            record = self.fields.get("record")
            return not isinstance(record, dict) or record.get("status", "success") == "success"
        return "_aws" in self.fields

    @property
    def lines(self) -> list[str]:
        """What a person reads: level, message and fields in one line, then the lines of a traceback, indented."""
        fields = self.fields
        if fields is None or "message" not in fields:
            return [_printable(line) for line in self.text.splitlines() or [""]]
        said = [f"{fields.get('level', ''):<8}{fields['message']}"]
        said.extend(f"{name}={_short(value)}" for name, value in fields.items() if name not in {*_HEADLINE, *_BELOW})
        below = [line for name in _BELOW for line in _several(fields.get(name))]
        return [_printable("  ".join(said)), *(f"    {_printable(line)}" for line in below)]


class FunctionLogs:
    """The logs of some functions, the oldest event first."""

    def __init__(self, client: Any, groups: Mapping[str, str], words: str = "") -> None:
        """Read nothing yet.

        Args:
            client: CloudWatch Logs.
            groups: function to the name of its log group.
            words: only events that have exactly these words; empty for all.
        """
        self._client = client
        self._groups = groups
        self._pattern = {"filterPattern": json.dumps(words)} if words else {}

    def read(self, since: int) -> Iterator[Event]:
        """Read what was logged since a moment, `MOST_EVENTS` events at the most."""
        for event, _ in islice(self._merged(since), MOST_EVENTS):
            yield event

    def follow(self, since: int) -> "Follower":
        """Read on and on what was logged since a moment."""
        return Follower(self._merged, since)

    def _merged(self, since: int) -> Iterator[tuple[Event, str]]:
        """Give events, each with the name of its stream."""
        return heapq.merge(*(self._of(function, since) for function in self._groups), key=lambda found: found[0].at)

    def _of(self, function: str, since: int) -> Iterator[tuple[Event, str]]:
        pages = self._client.get_paginator("filter_log_events").paginate(
            logGroupName=self._groups[function], startTime=since, **self._pattern
        )
        for page in pages:
            for event in page["events"]:
                yield Event(event["timestamp"], function, event["message"].rstrip()), event["logStreamName"]


class Follower:
    """Remembers what was read of the last minute, for events come in late and out of their order."""

    def __init__(self, merged: Any, since: int) -> None:
        self._merged = merged
        self._since = since
        self._seen: set[tuple[Event, str, int]] = set()

    def more(self, now: int) -> Iterator[Event]:
        """Read what is new."""
        alike: Counter[tuple[Event, str]] = Counter()
        seen = set()
        for found in self._merged(self._since):
            # Two events of one moment may say the same.
            alike[found] += 1
            mark = (*found, alike[found])
            seen.add(mark)
            if mark not in self._seen:
                yield found[0]
        self._since = max(self._since, now - _LATE_MS)
        self._seen = {mark for mark in seen if mark[0].at >= self._since}


def _short(value: object) -> str:
    """Write a value without the quotes it can do without."""
    if isinstance(value, str) and value and not set(value) & set(' "='):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _several(value: object) -> list[str]:
    items = value if isinstance(value, list) else [] if value is None else [value]
    return [line for item in items for line in f"{item}".splitlines()]


def _printable(text: str) -> str:
    """Escape what would steer a terminal."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
