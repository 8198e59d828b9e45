"""Every metric of the dashboard and the alarms against what AWS documents: a misspelt one shows nothing, for ever."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

import pytest

from transactions.agreed import metrics

RunLayer = Callable[..., Any]

DOCUMENTED: Final[Mapping[str, tuple[str, Mapping[str, tuple[str, ...]]]]] = {
    "AWS/ApiGateway": (
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html",
        dict.fromkeys(("4XXError", "5XXError", "Count", "IntegrationLatency", "Latency"), ("ApiName", "Stage")),
    ),
    "AWS/DynamoDB": (
        "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html",
        {
            "SystemErrors": ("Operation", "TableName"),
            "ThrottledRequests": ("Operation", "TableName"),
            "SuccessfulRequestLatency": ("Operation", "TableName"),
            "ReadThrottleEvents": ("TableName",),
            "WriteThrottleEvents": ("TableName",),
        },
    ),
    "AWS/Lambda": (
        "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html",
        dict.fromkeys(
            ("ConcurrentExecutions", "Duration", "Errors", "Invocations", "IteratorAge", "Throttles"),
            ("FunctionName",),
        ),
    ),
    "AWS/SQS": (
        "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html",
        dict.fromkeys(
            (
                "ApproximateAgeOfOldestMessage",
                "ApproximateNumberOfMessagesDelayed",
                "ApproximateNumberOfMessagesNotVisible",
                "ApproximateNumberOfMessagesVisible",
            ),
            ("QueueName",),
        ),
    ),
    "AWS/WAFV2": (
        "https://docs.aws.amazon.com/waf/latest/developerguide/waf-metrics.html",
        dict.fromkeys(("AllowedRequests", "BlockedRequests", "CountedRequests"), ("Region", "Rule", "WebACL")),
    ),
    metrics.NAMESPACE: (
        "what the functions write: functions/transactions/metrics.py",
        dict.fromkeys((text for name, text in vars(metrics).items() if name.isupper()), ("service",)),
    ),
}
"""Namespace to the page and its metrics, with the dimensions under which AWS publishes them for what is in use here."""


class Shown(NamedTuple):
    """A metric that an alarm or a widget asks for."""

    where: str
    namespace: str
    name: str
    dimensions: Mapping[str, str]


@pytest.fixture
def program(run_layer: RunLayer) -> Any:
    return run_layer("api-edge")


def shown(program: Any) -> Iterator[Shown]:
    for alarm in program.all("MetricAlarm"):
        inputs = alarm.inputs
        yield Shown(f"alarm {alarm.name}", inputs["namespace"], inputs["metricName"], inputs["dimensions"])
    for widget in json.loads(program.one("Dashboard")["dashboardBody"])["widgets"]:
        for metric in widget["properties"]["metrics"]:
            namespace, name, *rest = [part for part in metric if isinstance(part, str)]
            dimensions = dict(zip(rest[::2], rest[1::2], strict=True))
            yield Shown(f"widget {widget['properties']['title']}", namespace, name, dimensions)


def test_every_metric_is_one_that_aws_publishes_under_these_dimensions(program: Any) -> None:
    found = list(shown(program))

    assert len(found) > 30
    for metric in found:
        _, published = DOCUMENTED[metric.namespace]
        assert published.get(metric.name) == tuple(sorted(metric.dimensions)), metric


def test_the_firewall_s_metrics_go_by_the_names_of_metrics(program: Any) -> None:
    acl = program.one("WebAcl")
    rules = {rule["visibilityConfig"]["metricName"] for rule in acl["rules"]}

    found = [metric.dimensions for metric in shown(program) if metric.namespace == "AWS/WAFV2"]

    assert found
    for dimensions in found:
        # Environments of one account have metrics of their own.
        assert dimensions["WebACL"] == acl["visibilityConfig"]["metricName"] == "tapstack-dev-edge"
        # AWS counts all rules together under the name ALL.
        assert dimensions["Rule"] in {*rules, "ALL"}
        assert dimensions["Region"] == "eu-central-1"
