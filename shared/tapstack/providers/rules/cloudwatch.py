"""What CloudWatch refuses of alarms and dashboards."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from tapstack.providers.crud import Resource
from tapstack.providers.rules.rule import DOCS, InputRule, Inputs, Moment, StateRule, Words, document

_ALARM: Final = ("aws:cloudwatch/metricAlarm:MetricAlarm",)
_DASHBOARD: Final = ("aws:cloudwatch/dashboard:Dashboard",)
_NAME: Final = re.compile(r"[\w-]+", re.ASCII)
_HOUR: Final = 3600
_DAY: Final = 86_400
_WEEK: Final = 604_800


def _looks_back(inputs: Inputs) -> tuple[int, int]:
    """Tell an alarm's period and how far it looks back, in seconds."""
    period = inputs.get("period") or 0
    return period, period * (inputs.get("evaluationPeriods") or 0)


def _beyond_a_day(inputs: Inputs) -> Iterator[Words]:
    period, back = _looks_back(inputs)
    if period < _HOUR and back > _DAY:
        yield {}


def _beyond_a_week(inputs: Inputs) -> Iterator[Words]:
    period, back = _looks_back(inputs)
    if period >= _HOUR and back > _WEEK:
        yield {}


def _more_datapoints_than_periods(inputs: Inputs) -> Iterator[Words]:
    if (inputs.get("datapointsToAlarm") or 0) > (inputs.get("evaluationPeriods") or 0):
        yield {}


def _action_elsewhere(resource: Resource) -> Iterator[Words]:
    for key in ("alarmActions", "okActions", "insufficientDataActions"):
        for arn in resource.inputs.get(key) or []:
            _, _, service, region, *_ = arn.split(":")
            if service == "sns" and region != resource.region:
                yield {"region": region, "own": resource.region}


def _bad_name(inputs: Inputs) -> Iterator[Words]:
    if not _NAME.fullmatch(inputs.get("dashboardName") or "x"):
        yield {}


def _bad_metrics(inputs: Inputs) -> Iterator[Words]:
    """A metric is a list of texts; only its last item may be an object."""
    body = document(inputs["dashboardBody"])
    widgets = body.get("widgets") if isinstance(body, dict) else None
    found = [
        {"dataPath": f"/widgets/{number}/properties/metrics/{row}/{place}", "message": _ONLY_TEXT}
        for number, widget in enumerate(widgets or [])
        for row, metric in enumerate((widget.get("properties") or {}).get("metrics") or [])
        for place, item in enumerate(metric)
        if not _is_metric_item(item, last=place == len(metric) - 1)
    ]
    if found:
        yield {"count": len(found), "errors": json.dumps(found, indent=2)}


_ONLY_TEXT: Final = 'Invalid metric field type, only "String" type is allowed'


def _is_metric_item(item: Any, *, last: bool) -> bool:
    return isinstance(item, str) or (last and isinstance(item, dict))


RULES: Final = (
    InputRule(
        name="alarm-beyond-a-day",
        types=_ALARM,
        operation="cloudwatch:PutMetricAlarm",
        code="ValidationError",
        message="Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400).",
        source=DOCS + "AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html",
        check=_beyond_a_day,
    ),
    InputRule(
        name="alarm-beyond-a-week",
        types=_ALARM,
        operation="cloudwatch:PutMetricAlarm",
        code="ValidationError",
        message="Metrics cannot be checked across more than a week (EvaluationPeriods * Period must be <= 604800) for "
        "alarms using period >= 3600",
        source=DOCS + "AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html",
        check=_beyond_a_week,
    ),
    InputRule(
        name="alarm-with-more-datapoints-than-periods",
        types=_ALARM,
        operation="cloudwatch:PutMetricAlarm",
        code="ValidationError",
        message="DatapointsToAlarm must be less than or equal to EvaluationPeriods",
        source=DOCS + "AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html",
        check=_more_datapoints_than_periods,
    ),
    StateRule(
        name="alarm-action-in-another-region",
        types=_ALARM,
        operation="cloudwatch:PutMetricAlarm",
        code="ValidationError",
        message="Invalid region {region} specified. Only {own} is supported.",
        source=DOCS + "AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html",
        moment=Moment.CREATE | Moment.UPDATE,
        check=_action_elsewhere,
    ),
    InputRule(
        name="dashboard-name",
        types=_DASHBOARD,
        operation="cloudwatch:PutDashboard",
        code="InvalidParameterValue",
        message="The value for field DashboardName contains invalid characters. It can only contain alphanumerics, "
        "dash (-) and underscore (_).",
        source=DOCS + "AmazonCloudWatch/latest/APIReference/API_PutDashboard.html",
        check=_bad_name,
    ),
    InputRule(
        name="dashboard-metrics",
        types=_DASHBOARD,
        operation="cloudwatch:PutDashboard",
        code="InvalidParameterInput",
        message="The dashboard body is invalid, there are {count} validation errors:\n{errors}",
        source=DOCS + "AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html",
        check=_bad_metrics,
    ),
)
