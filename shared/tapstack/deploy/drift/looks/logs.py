"""What others can have done with what a log group gets."""

from typing import Final

from tapstack.deploy.drift.look import Look

_LOG_GROUP: Final = "aws:cloudwatch/logGroup:LogGroup"


LOOKS: Final = (
    Look(
        of=_LOG_GROUP,
        service="logs",
        operation="describe_subscription_filters",
        params="{logGroupName: id}",
        items="subscriptionFilters",
        type="aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter",
        key="[thing.id, item.filterName]",
        own="[logGroup, name]",
        name="item.filterName",
        detail="['to', item.destinationArn]",
    ),
    Look(
        of=_LOG_GROUP,
        service="logs",
        operation="describe_metric_filters",
        params="{logGroupName: id}",
        items="metricFilters",
        type="aws:cloudwatch/logMetricFilter:LogMetricFilter",
        key="[thing.id, item.filterName]",
        own="[logGroupName, name]",
        name="item.filterName",
    ),
)
