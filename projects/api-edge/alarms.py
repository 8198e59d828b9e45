"""The alarms: what wakes a person, sent to the data layer's alerts topic."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi_aws as aws
from pulumi import Input

from settings import ApiEdgeSettings
from stage import ServedApi
from tapstack.contracts.compute import ComputeContract
from tapstack.contracts.data import DataContract
from tapstack.program.naming import Names
from transactions.agreed import metrics


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """A metric, and from which value on, for how many minutes, it is worth waking somebody."""

    name: str
    meaning: str
    namespace: str
    metric: str
    dimensions: Mapping[str, Input[str]]
    statistic: str
    threshold: int
    minutes: int = 1


def make_alarms(
    names: Names, settings: ApiEdgeSettings, data: DataContract, compute: ComputeContract, served: ServedApi
) -> None:
    """Make one alarm per way the flow can fail or fall behind."""
    for alarm in (
        *_function_alarms(compute),
        *_queue_alarms(data),
        Alarm(
            name="endpoints-paused",
            meaning="A merchant's webhook endpoint is paused: its notifications wait for an operator",
            namespace=metrics.NAMESPACE,
            metric=metrics.ENDPOINTS_PAUSED,
            dimensions={"service": "notifier"},
            statistic="Sum",
            threshold=1,
        ),
        Alarm(
            name="reviews-old",
            meaning=f"A transaction has been in review for over {settings.oldest_review_hours} hours: nobody closes it",
            namespace=metrics.NAMESPACE,
            metric=metrics.OLDEST_REVIEW_AGE,
            dimensions={"service": "notifier"},
            statistic="Maximum",
            threshold=settings.oldest_review_hours * 60 * 60,
        ),
        Alarm(
            name="api-5xx",
            meaning="The API answers with server errors: merchants cannot submit",
            namespace="AWS/ApiGateway",
            metric="5XXError",
            dimensions={"ApiName": served.api.name, "Stage": served.stage.stage_name},
            statistic="Sum",
            threshold=5,
            minutes=2,
        ),
    ):
        _make(names, data, alarm)


def _function_alarms(compute: ComputeContract) -> list[Alarm]:
    functions = {
        "validator": compute.validator_function_name,
        "fraud-detector": compute.fraud_detector_function_name,
        "notifier": compute.notifier_function_name,
    }
    kinds = {"Errors": "fails", "Throttles": "is refused capacity"}
    return [
        *(
            Alarm(
                name=f"{name}-{metric.lower()}",
                meaning=f"The {name} {what}",
                namespace="AWS/Lambda",
                metric=metric,
                dimensions={"FunctionName": function},
                statistic="Sum",
                threshold=1,
                minutes=3,
            )
            for name, function in functions.items()
            for metric, what in kinds.items()
        ),
        Alarm(
            name="fraud-detector-iterator-age",
            meaning="Transactions wait over a minute for their decision",
            namespace="AWS/Lambda",
            metric="IteratorAge",
            dimensions={"FunctionName": functions["fraud-detector"]},
            statistic="Maximum",
            threshold=60_000,
            minutes=2,
        ),
    ]


def _queue_alarms(data: DataContract) -> list[Alarm]:
    queues = {
        "notifications-dead-letters": (
            data.notifications_dead_letter_queue_name,
            "Merchants were not told of decisions",
        ),
        "stream-failures": (data.stream_failures_queue_name, "Transactions were left undecided"),
    }
    return [
        Alarm(
            name=f"{name}-depth",
            meaning=meaning,
            namespace="AWS/SQS",
            metric="ApproximateNumberOfMessagesVisible",
            dimensions={"QueueName": queue},
            statistic="Maximum",
            threshold=1,
        )
        for name, (queue, meaning) in queues.items()
    ]


def _make(names: Names, data: DataContract, alarm: Alarm) -> None:
    aws.cloudwatch.MetricAlarm(
        alarm.name,
        name=names(alarm.name),
        alarm_description=alarm.meaning,
        namespace=alarm.namespace,
        metric_name=alarm.metric,
        dimensions=alarm.dimensions,
        statistic=alarm.statistic,
        period=60,
        evaluation_periods=alarm.minutes,
        comparison_operator="GreaterThanOrEqualToThreshold",
        threshold=alarm.threshold,
        # No traffic is no failure.
        treat_missing_data="notBreaching",
        alarm_actions=[data.alerts_topic_arn],
        ok_actions=[data.alerts_topic_arn],
    )
