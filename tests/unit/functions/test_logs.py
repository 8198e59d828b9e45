"""Logs and metrics hold what Powertools' Logger and Metrics write, and go by AWS's published formats."""

import io
import json
import logging
import os
from collections.abc import Callable
from contextlib import redirect_stdout
from datetime import datetime, timedelta
from typing import Any, Final
from unittest import mock

import aws_lambda_powertools as powertools
import pytest
from aws_lambda_powertools.metrics import MetricUnit

from transactions.agreed.environments import LogEnvironment
from transactions.agreed.metrics import NAMESPACE
from transactions.logs import Logger
from transactions.metrics import Metrics

ENVIRONMENT: Final = LogEnvironment(service="validator", log_level="INFO")
POWERTOOLS: Final = {"POWERTOOLS_SERVICE_NAME": "validator", "POWERTOOLS_METRICS_NAMESPACE": NAMESPACE}
# As https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html has it.
TRACE: Final = {"_X_AMZN_TRACE_ID": "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"}

JUDGE: Final = powertools.Logger(service="validator", logger_handler=logging.StreamHandler(io.StringIO()))


def printed(write: Callable[[], object], **variables: str) -> list[dict[str, Any]]:
    """Return the lines that something prints, as the JSON objects they have to be."""
    with mock.patch.dict(os.environ, variables), redirect_stdout(io.StringIO()) as output:
        write()
    return [json.loads(line) for line in output.getvalue().splitlines()]


@pytest.mark.parametrize("variables", [{}, TRACE], ids=["untraced", "traced"])
@pytest.mark.parametrize("level", ["info", "warning", "error"])
@pytest.mark.parametrize(
    "more",
    [
        {},
        {"status": 202, "resource": "/v1/transactions", "method": None},
        {"reasons": ["duplicate"], "reference": "Grüße", "other": {"deep": [1, None]}},
    ],
)
def test_a_line_is_the_one_that_powertools_writes(level: str, more: dict[str, Any], variables: dict[str, str]) -> None:
    def write(logger: Any) -> None:
        getattr(logger, level)("answered", **more)

    (mine,) = printed(lambda: write(Logger(ENVIRONMENT)), **variables)
    # A logger of Powertools keeps the stream that the first of its name was made with.
    stream = JUDGE.logger_handler.stream  # type: ignore[attr-defined]
    stream.seek(0)
    stream.truncate()
    with mock.patch.dict(os.environ, variables):
        write(JUDGE)
    theirs = json.loads(stream.getvalue())

    assert list(mine) == list(theirs)
    del mine["timestamp"], theirs["timestamp"]
    assert mine == theirs


def test_the_time_is_one_that_lambda_reads() -> None:
    (line,) = printed(lambda: Logger(ENVIRONMENT).info("answered"))

    # RFC 3339, as https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html asks for.
    assert line["timestamp"].endswith("Z")
    at = datetime.fromisoformat(line["timestamp"])
    assert abs(datetime.now(at.tzinfo) - at) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("least", "written"),
    [
        ("DEBUG", ["INFO", "WARNING", "ERROR"]),
        ("INFO", ["INFO", "WARNING", "ERROR"]),
        ("WARNING", ["WARNING", "ERROR"]),
        ("ERROR", ["ERROR"]),
    ],
)
def test_what_is_less_severe_than_asked_for_is_not_written(least: str, written: list[str]) -> None:
    logger = Logger(LogEnvironment(service="validator", log_level=least))

    def write() -> None:
        logger.info("one")
        logger.warning("two")
        logger.error("three")

    assert [line["level"] for line in printed(write)] == written


def test_a_level_that_there_is_not_ends_the_start_of_the_function() -> None:
    with pytest.raises(KeyError, match="LOUD"):
        Logger(LogEnvironment(service="validator", log_level="LOUD"))


def test_half_a_character_does_not_keep_a_line_from_being_written() -> None:
    encoded = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with redirect_stdout(encoded):
        Logger(ENVIRONMENT).info("answered", resource="\ud800")

    assert json.loads(encoded.buffer.getvalue())["resource"] == "\ud800"


def test_metrics_are_those_that_powertools_writes() -> None:
    metrics, judge = Metrics("validator"), None
    names = ["Answered2xx", "RecordsFailed", "Answered2xx"]

    @metrics.written_after
    def mine() -> None:
        for name in names:
            metrics.count(name)

    with mock.patch.dict(os.environ, POWERTOOLS):
        judge = powertools.Metrics()

    @judge.log_metrics
    def theirs(event: object, context: object) -> None:
        for name in names:
            judge.add_metric(name=name, unit=MetricUnit.Count, value=1)

    (line,) = printed(mine)
    (expected,) = printed(lambda: theirs({}, None))
    assert line["_aws"].pop("Timestamp") == pytest.approx(expected["_aws"].pop("Timestamp"), abs=60_000)
    # Values of one metric are added up, which is all that is ever asked of a count.
    assert line == expected | {name: sum(expected[name]) for name in names}


def test_metrics_are_written_once_and_of_an_invocation_that_failed_too() -> None:
    metrics = Metrics("validator")

    @metrics.written_after
    def handler(name: str) -> str:
        if name:
            metrics.count(name)
            raise ValueError(name)
        return "done"

    def fail() -> None:
        with pytest.raises(ValueError, match="RecordsFailed"):
            handler("RecordsFailed")

    assert [line["RecordsFailed"] for line in printed(fail)] == [1]
    assert printed(lambda: handler("")) == []
