"""Taking everything down again, in reverse order."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from support.clients import emulator_client
from tapstack.engine.failures import EngineError
from tapstack.lane.lane import Lane
from tapstack.layers import LAYERS, downstream

LISTED: dict[str, tuple[str, Callable[[Any], list[Any]]]] = {
    "vpcs": ("ec2", lambda c: [vpc for vpc in c.describe_vpcs()["Vpcs"] if not vpc.get("IsDefault")]),
    "tables": ("dynamodb", lambda c: c.list_tables()["TableNames"]),
    "queues": ("sqs", lambda c: c.list_queues().get("QueueUrls", [])),
    "topics": ("sns", lambda c: c.list_topics()["Topics"]),
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
        if everything := list_all(emulator_client(endpoint, service)):
            found[kind] = everything
    return found


def dependencies(lane: Lane, layer: str) -> list[tuple[str, str]]:
    """List who depends on whom in a layer's state, the dependent first."""
    resources = json.loads(lane.stack(layer).command("stack", "export"))["deployment"]["resources"]
    made = {item["urn"] for item in resources if not item["type"].startswith("pulumi:")}
    return [
        (item["urn"], earlier)
        for item in resources
        for earlier in item.get("dependencies") or ()
        if item["urn"] in made and earlier in made
    ]


def test_a_destroy_is_the_exact_reverse_and_leaves_the_accounts_role_alone(lane: Lane) -> None:
    endpoint = lane.require_running().url
    for layer in LAYERS:
        lane.stack(layer).up()
    assert left_in_the_emulator(endpoint).keys() == LISTED.keys()
    edges = {layer: dependencies(lane, layer) for layer in LAYERS}

    reports = {layer: lane.stack(layer).destroy() for layer in reversed(LAYERS)}

    order = list(reports)
    assert all(order.index(reader) < order.index(layer) for layer in LAYERS for reader in downstream(layer))
    for layer, report in reports.items():
        assert len(edges[layer]) >= 16
        assert [edge for edge in edges[layer] if not report.waited(later=edge[1], earlier=edge[0])] == [], layer
    assert [lane.stack(layer).resources() for layer in LAYERS] == [[], [], [], []]
    left = left_in_the_emulator(endpoint)
    assert left.keys() == {"roles"}
    # It is that of all environments of the account (projects/api-edge/account.py).
    assert [role["RoleName"] for role in left["roles"]] == ["tapstack-api-logs"]


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
