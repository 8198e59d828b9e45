"""A domain of the API's own on the real engine: it is added, moved, and taken away again."""

from collections.abc import Iterator

import httpx
import pytest

from support.clients import emulator_client
from tapstack.cli.actions import lane_merchants
from tapstack.lane.environment import LaneEnvironment
from tapstack.lane.lane import Lane
from tapstack.lane.workspace import scratch_lane
from tapstack.layers import LAYERS
from tapstack.operate.account import Account

DOMAIN = "api.example.com"
NEW = {
    "aws:acm/certificate:Certificate",
    "aws:acm/certificateValidation:CertificateValidation",
    "aws:apigateway/basePathMapping:BasePathMapping",
    "aws:apigateway/domainName:DomainName",
    "aws:route53/record:Record",
}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lane]:
    """A lane with everything deployed, in an account that has a hosted zone."""
    with scratch_lane(tmp_path_factory.mktemp("domain")) as lane:
        for layer in LAYERS:
            lane.stack(layer).up()
        lane_merchants.set_up(Account(LaneEnvironment(lane)), "http://127.0.0.1:9")
        yield lane


@pytest.fixture(scope="module")
def zone(running: Lane) -> str:
    route53 = emulator_client(running.require_running().url, "route53")
    made = route53.create_hosted_zone(Name="example.com", CallerReference="once")
    return str(made["HostedZone"]["Id"].rpartition("/")[2])


def set_all(lane: Lane, **settings: str) -> None:
    for name, value in settings.items():
        lane.stack("api-edge").command("config", "set", name, value)


def unset_all(lane: Lane, *names: str) -> None:
    for name in names:
        lane.stack("api-edge").command("config", "rm", name)


def status_under(lane: Lane, host: str, path: str) -> int:
    """Ask for the transactions of a merchant as if the name led to the emulator, as the DNS would have it."""
    headers = {"host": host, "x-api-key": lane_merchants.api_keys(Account(LaneEnvironment(lane)))["acme"]}
    url = f"{lane.require_running().url}{path}/v1/transactions"
    return httpx.get(url, headers=headers, timeout=30, trust_env=False).status_code


def records(lane: Lane, zone: str) -> dict[str, str]:
    route53 = emulator_client(lane.require_running().url, "route53")
    found = route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    return {item["Name"]: item["Type"] for item in found if item["Type"] not in {"NS", "SOA"}}


def test_a_domain_is_added_moved_and_taken_away_by_settings_alone(running: Lane, zone: str) -> None:
    stack, edge = running.stack("api-edge"), emulator_client(running.require_running().url, "apigateway")
    before = stack.outputs()

    set_all(running, domainName=DOMAIN, hostedZoneId=zone)
    planned = stack.preview()
    added = stack.up()

    assert {item.type for item in planned.started if item.op == "create"} == NEW
    assert {item.type for item in added.finished if item.op == "create"} == NEW
    (api,) = (item for item in planned.started if item.type == "aws:apigateway/restApi:RestApi")
    # What the plan says of it: merchants who still call AWS's address are refused from then on.
    assert (api.op, api.differs) == ("update", ("disableExecuteApiEndpoint",))
    outputs = stack.outputs()
    assert outputs["api_url"] == f"https://{DOMAIN}"
    assert outputs["transactions_url"] == f"https://{DOMAIN}/v1/transactions"
    assert edge.get_rest_api(restApiId=outputs["rest_api_id"])["disableExecuteApiEndpoint"] is True
    assert records(running, zone)[f"{DOMAIN}."] == "A"
    assert status_under(running, DOMAIN, "") == 200
    assert stack.refresh().changes == {}
    assert stack.up().changes == {}

    set_all(running, basePath="payments", keepDefaultEndpoint="true")
    stack.up()

    assert stack.outputs()["api_url"] == f"https://{DOMAIN}/payments"
    assert edge.get_rest_api(restApiId=outputs["rest_api_id"])["disableExecuteApiEndpoint"] is False
    assert status_under(running, DOMAIN, "/payments") == 200
    assert status_under(running, DOMAIN, "") != 200

    unset_all(running, "domainName", "hostedZoneId", "basePath", "keepDefaultEndpoint")
    taken = stack.up()

    assert {item.type for item in taken.finished if item.op == "delete"} == NEW
    assert stack.outputs() == before
    assert edge.get_domain_names()["items"] == []
    assert records(running, zone) == {}
