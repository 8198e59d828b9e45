"""CloudWatch: alarms that tell somebody, logs that are kept and encrypted."""

from collections.abc import Iterator

from check import check
from resources import Resource

_ALARMS = ("aws:cloudwatch/metricAlarm:MetricAlarm", "aws:cloudwatch/compositeAlarm:CompositeAlarm")
_LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
_FOR_EVER = 0
_DAYS = 365
"""What Security Hub asks for where nobody has told it another number."""


@check("CloudWatch.15", *_ALARMS, next_step="set alarm_actions, such as to the ARN of the alerts topic")
def alarm_actions(alarm: Resource) -> Iterator[str]:
    """Every alarm tells somebody."""
    if not alarm.has("alarmActions"):
        yield "nobody is told when it goes off"


@check("CloudWatch.17", *_ALARMS, next_step="take actions_enabled away, or set it to true")
def alarm_actions_enabled(alarm: Resource) -> Iterator[str]:
    """No alarm is silenced."""
    if alarm.get("actionsEnabled") is False:
        yield "its actions are switched off"


@check("CloudWatch.16", _LOG_GROUP, next_step=f"set retention_in_days to {_DAYS} or more")
def retention(group: Resource) -> Iterator[str]:
    """Logs are kept for a year."""
    days = group.get("retentionInDays")
    if isinstance(days, int | float) and _FOR_EVER < days < _DAYS:
        yield f"its events are kept for {days:.0f} days"


@check("Custom.1", _LOG_GROUP, next_step="set kms_key_id to the ARN of a key that CloudWatch Logs may use")
def encryption(group: Resource) -> Iterator[str]:
    """Logs are encrypted with a key whose use the account controls."""
    if not group.has("kmsKeyId"):
        yield "it is encrypted with a key of AWS's own"
