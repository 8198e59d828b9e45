"""Taking everything down again, in reverse order."""

from collections.abc import Callable
from typing import Any

import boto3
import pytest

from tapstack.layers import LAYERS
from tapstack_local.lane import Lane
from tapstack_local.stack import EngineError

LISTED: dict[str, tuple[str, Callable[[Any], list[Any]]]] = {
    "vpcs": ("ec2", lambda c: [vpc for vpc in c.describe_vpcs()["Vpcs"] if not vpc.get("IsDefault")]),
    "tables": ("dynamodb", lambda c: c.list_tables()["TableNames"]),
    "queues": ("sqs", lambda c: c.list_queues().get("QueueUrls", [])),
    "topics": ("sns", lambda c: c.list_topics()["Topics"]),
    "secrets": ("secretsmanager", lambda c: c.list_secrets()["SecretList"]),
    "functions": ("lambda", lambda c: c.list_functions()["Functions"]),
    "event source mappings": ("lambda", lambda c: c.list_event_source_mappings()["EventSourceMappings"]),
    "roles": ("iam", lambda c: [role for role in c.list_roles()["Roles"] if "tapstack" in role["RoleName"]]),
    "apis": ("apigateway", lambda c: c.get_rest_apis()["items"]),
    "api keys": ("apigateway", lambda c: c.get_api_keys()["items"]),
    "usage plans": ("apigateway", lambda c: c.get_usage_plans()["items"]),
    "web acls": ("wafv2", lambda c: c.list_web_acls(Scope="REGIONAL")["WebACLs"]),
    "log groups": ("logs", lambda c: c.describe_log_groups(logGroupNamePrefix="tapstack")["logGroups"]),
    "alarms": ("cloudwatch", lambda c: c.describe_alarms()["MetricAlarms"]),
    "dashboards": ("cloudwatch", lambda c: c.list_dashboards()["DashboardEntries"]),
}


def left_in_the_emulator(endpoint: str) -> dict[str, list[Any]]:
    found = {}
    for kind, (service, list_all) in LISTED.items():
        client = boto3.client(  # type: ignore[call-overload]
            service,
            endpoint_url=endpoint,
            region_name="eu-central-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        if everything := list_all(client):
            found[kind] = everything
    return found


def test_destroying_in_reverse_order_leaves_nothing(lane: Lane) -> None:
    endpoint = lane.require_running().url
    for layer in LAYERS:
        lane.stack(layer).up()
    assert left_in_the_emulator(endpoint).keys() == LISTED.keys()

    for layer in reversed(LAYERS):
        lane.stack(layer).destroy()

    assert left_in_the_emulator(endpoint) == {}
    assert [lane.stack(layer).resources() for layer in LAYERS] == [[], [], [], []]


def test_a_protected_table_survives_a_destroy_and_the_message_says_how(lane: Lane) -> None:
    data = lane.stack("data")
    data.init()
    data.command("config", "set", "deletionProtection", "true")
    data.up()

    with pytest.raises(EngineError, match="deletion protection"):
        data.destroy()

    data.command("config", "set", "deletionProtection", "false")
    data.up()
    data.destroy()
    assert data.resources() == []
