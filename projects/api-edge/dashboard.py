"""The dashboard: the whole flow on one page, from the firewall to the last dead letter."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi_aws as aws
from pulumi import Input, Output

from firewall import RATE_RULE
from stage import ServedApi
from tapstack.contracts.compute import ComputeContract
from tapstack.contracts.data import DataContract
from tapstack.program.naming import Names

COLUMNS: Final = 3
WIDTH: Final = 24 // COLUMNS
"""CloudWatch's grid is 24 units wide."""
HEIGHT: Final = 6

Metric = Sequence[Input[Any]]


@dataclass(frozen=True)
class Dashboard:
    """The dashboard and where to open it."""

    dashboard: aws.cloudwatch.Dashboard
    region: str

    @property
    def url(self) -> Output[str]:
        """Its page in the AWS console."""
        return Output.format(
            "https://{0}.console.aws.amazon.com/cloudwatch/home?region={0}#dashboards/dashboard/{1}",
            self.region,
            self.dashboard.dashboard_name,
        )


def make_dashboard(
    names: Names, data: DataContract, compute: ComputeContract, served: ServedApi, web_acl: aws.wafv2.WebAcl
) -> Dashboard:
    """Make the dashboard; its widgets run in the order a transaction takes."""
    region = aws.get_region().region
    api: Metric = ("ApiName", served.api.name, "Stage", served.stage.stage_name)
    # AWS WAF counts under the names of metrics, not of the web ACL and its rules.
    acl: Metric = ("WebACL", web_acl.visibility_config.metric_name, "Region", region)
    functions = (
        compute.validator_function_name,
        compute.fraud_detector_function_name,
        compute.notifier_function_name,
    )

    def of_functions(metric: str, **options: str) -> list[Metric]:
        return [["AWS/Lambda", metric, "FunctionName", function, options] for function in functions]

    def of_queues(metric: str, *queue_names: Input[str]) -> list[Metric]:
        return [["AWS/SQS", metric, "QueueName", name, {"stat": "Maximum"}] for name in queue_names]

    widgets: list[tuple[str, Sequence[Metric]]] = [
        ("Requests", [["AWS/ApiGateway", name, *api, {"stat": "Sum"}] for name in ("Count", "4XXError", "5XXError")]),
        ("Answer time", [["AWS/ApiGateway", "Latency", *api, {"stat": stat}] for stat in ("p50", "p99")]),
        (
            "Blocked by the firewall",
            [["AWS/WAFV2", "BlockedRequests", *acl, "Rule", rule, {"stat": "Sum"}] for rule in ("ALL", RATE_RULE)],
        ),
        ("Function invocations", of_functions("Invocations", stat="Sum")),
        ("Function errors", of_functions("Errors", stat="Sum")),
        ("Function duration, p99", of_functions("Duration", stat="p99")),
        ("Function throttles", of_functions("Throttles", stat="Sum")),
        (
            "Age of undecided transactions",
            [["AWS/Lambda", "IteratorAge", "FunctionName", functions[1], {"stat": "Maximum"}]],
        ),
        (
            "Table requests throttled",
            [
                ["AWS/DynamoDB", "ThrottledRequests", "TableName", table, "Operation", operation, {"stat": "Sum"}]
                for table, operation in (
                    (data.transactions_table_name, "PutItem"),
                    (data.transactions_table_name, "UpdateItem"),
                    (data.velocity_table_name, "UpdateItem"),
                )
            ],
        ),
        ("Notifications waiting", of_queues("ApproximateNumberOfMessagesVisible", data.notifications_queue_name)),
        ("Age of the oldest notification", of_queues("ApproximateAgeOfOldestMessage", data.notifications_queue_name)),
        (
            "Dead letters",
            of_queues(
                "ApproximateNumberOfMessagesVisible",
                data.notifications_dead_letter_queue_name,
                data.stream_failures_queue_name,
            ),
        ),
    ]
    body = {"widgets": [_widget(region, place, title, metrics) for place, (title, metrics) in enumerate(widgets)]}
    dashboard = aws.cloudwatch.Dashboard("flow", dashboard_name=names("flow"), dashboard_body=Output.json_dumps(body))
    return Dashboard(dashboard, region)


def _widget(region: str, place: int, title: str, metrics: Sequence[Metric]) -> dict[str, Any]:
    row, column = divmod(place, COLUMNS)
    return {
        "type": "metric",
        "x": column * WIDTH,
        "y": row * HEIGHT,
        "width": WIDTH,
        "height": HEIGHT,
        "properties": {"title": title, "region": region, "view": "timeSeries", "period": 60, "metrics": metrics},
    }
