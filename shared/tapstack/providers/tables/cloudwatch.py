"""Dashboards and alarms."""

from typing import Final

from tapstack.providers.table import Call, Look, Row, Tagging

_PUT_DASHBOARD: Final = Call(operation="put_dashboard", auto=True)
_PUT_ALARM: Final = Call(operation="put_metric_alarm", auto=True)

ROWS: Final = {
    "aws:cloudwatch/dashboard:Dashboard": Row(
        service="cloudwatch",
        create=_PUT_DASHBOARD,
        id="$dashboardName",
        read=(Look(operation="get_dashboard", params={"DashboardName": "$id"}),),
        update=(_PUT_DASHBOARD,),
        delete=(Call(operation="delete_dashboards", params={"DashboardNames": ["$id"]}),),
        replace_on=("dashboardName",),
    ),
    "aws:cloudwatch/metricAlarm:MetricAlarm": Row(
        service="cloudwatch",
        create=_PUT_ALARM,
        id="$name",
        read=(Look(operation="describe_alarms", params={"AlarmNames": ["$id"]}, pick="MetricAlarms[0]"),),
        update=(_PUT_ALARM,),
        delete=(Call(operation="delete_alarms", params={"AlarmNames": ["$id"]}),),
        names={"name": "AlarmName", "arn": "AlarmArn", "metricQueries": "Metrics"},
        defaults={"actionsEnabled": True, "treatMissingData": "missing"},
        replace_on=("name",),
        auto_name="name",
        tagging=Tagging(
            add="tag_resource",
            remove="untag_resource",
            target={"ResourceARN": "$arn"},
            read=Look(
                operation="list_tags_for_resource", params={"ResourceARN": "$arn"}, take={"tags": "Tags"}, auto=False
            ),
        ),
    ),
}
