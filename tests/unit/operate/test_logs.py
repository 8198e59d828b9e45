"""The functions' logs, as CloudWatch Logs hands them out."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tapstack.contracts.compute import ComputeContract
from tapstack.operate.logs import FUNCTIONS, MOST_EVENTS, Event, FunctionLogs

AT = 1_700_000_000_000


class CloudWatch:
    """Log groups, each a list of times, streams and messages, in pages of two events."""

    def __init__(self, **groups: list[tuple[int, str, str]]) -> None:
        self.groups = groups
        self.asked: list[dict[str, Any]] = []

    def get_paginator(self, name: str) -> "CloudWatch":
        assert name == "filter_log_events"
        return self

    def paginate(self, **wanted: Any) -> Iterator[dict[str, Any]]:
        self.asked.append(wanted)
        found = sorted(event for event in self.groups[wanted["logGroupName"]] if event[0] >= wanted["startTime"])
        for start in range(0, max(len(found), 1), 2):
            part = found[start : start + 2]
            yield {"events": [{"timestamp": at, "logStreamName": stream, "message": said} for at, stream, said in part]}


def said(events: Iterator[Event]) -> list[str]:
    return [event.text for event in events]


def test_there_is_a_log_of_every_function_that_the_compute_layer_exports() -> None:
    names = [name for name in ComputeContract.schema() if name.endswith("_function_name")]

    assert [f"{name.replace('-', '_')}_function_name" for name in FUNCTIONS] == names


def test_the_logs_of_several_functions_are_one_by_time_over_all_their_pages() -> None:
    one = [(AT + n, "s", f"a{n}") for n in (0, 2, 4, 6, 8)]
    two = [(AT + n, "s", f"b{n}") for n in (1, 3, 9)]
    logs = FunctionLogs(CloudWatch(one=one, two=two), {"validator": "one", "notifier": "two"})

    assert said(logs.read(AT + 1)) == ["b1", "a2", "b3", "a4", "a6", "a8", "b9"]


def test_what_is_read_at_one_time_is_bounded() -> None:
    logs = FunctionLogs(CloudWatch(one=[(AT + n, "s", f"{n}") for n in range(MOST_EVENTS + 5)]), {"validator": "one"})

    assert said(logs.read(AT))[-1] == f"{MOST_EVENTS - 1}"


def test_the_words_are_looked_for_exactly() -> None:
    cloud = CloudWatch(one=[])
    assert said(FunctionLogs(cloud, {"validator": "one"}, "txn_a").read(AT)) == []

    assert cloud.asked == [{"logGroupName": "one", "startTime": AT, "filterPattern": '"txn_a"'}]


def test_following_tells_every_event_once_and_those_that_come_late() -> None:
    events = [(AT, "s", "twice"), (AT, "s", "twice"), (AT + 5, "t", "later")]
    cloud = CloudWatch(one=events)
    follower = FunctionLogs(cloud, {"validator": "one"}).follow(AT)

    assert said(follower.more(AT + 10)) == ["twice", "twice", "later"]
    assert said(follower.more(AT + 20)) == []
    events += [(AT + 2, "u", "came late"), (AT, "s", "twice"), (AT + 30, "s", "twice")]
    assert said(follower.more(AT + 40)) == ["twice", "came late", "twice"]
    assert said(follower.more(AT + 500_000)) == []
    assert said(follower.more(AT + 500_001)) == []
    assert cloud.asked[-1]["startTime"] == AT + 440_000
    events += [(AT + 500_000, "s", "twice")]
    assert said(follower.more(AT + 500_002)) == ["twice"]


@pytest.mark.parametrize(
    ("text", "routine"),
    [
        ("START RequestId: 1 Version: 1", True),
        ("REPORT RequestId: 1\tDuration: 2 ms", True),
        ("REPORT RequestId: 1\tDuration: 2 ms\tStatus: timeout", False),
        ("2026-01-01T00:00:00Z 1 Task timed out after 3.00 seconds", False),
        (json.dumps({"_aws": {"CloudWatchMetrics": []}, "DecidedApproved": [1]}), True),
        (json.dumps({"type": "platform.start", "record": {"requestId": "1"}}), True),
        (json.dumps({"type": "platform.report", "record": {"status": "success"}}), True),
        (json.dumps({"type": "platform.report", "record": {"status": "timeout"}}), False),
        (json.dumps({"level": "INFO", "message": "START of something"}), False),
        ("[1, 2]", False),
    ],
)
def test_metrics_and_calls_that_went_well_are_routine(text: str, *, routine: bool) -> None:
    assert Event(AT, "notifier", text).is_routine is routine


def test_a_line_has_level_message_and_fields_and_a_traceback_below() -> None:
    text = json.dumps(
        {
            "level": "ERROR",
            "location": "_failed:31",
            "message": "record failed",
            "timestamp": "2026-01-01",
            "service": "fraud-detector",
            "transaction_id": "txn_a",
            "reasons": ["a", "b"],
            "said": "two words",
            "where": ["stream.py:4 process", "rules.py:9 judge"],
        }
    )

    assert Event(AT, "fraud-detector", text).lines == [
        'ERROR   record failed  transaction_id=txn_a  reasons=["a","b"]  said="two words"',
        "    stream.py:4 process",
        "    rules.py:9 judge",
    ]


@pytest.mark.parametrize("text", ["\x1b[2Jgone\x07", json.dumps({"message": "\x1b[2Jgone\x07"})])
def test_what_would_steer_a_terminal_is_escaped(text: str) -> None:
    assert Event(AT, "notifier", text).lines[0].strip() == r"\x1b[2Jgone\x07"


def test_text_of_several_lines_keeps_them() -> None:
    assert Event(AT, "notifier", "Traceback:\n  File x\nKeyError: y").lines == ["Traceback:", "  File x", "KeyError: y"]
