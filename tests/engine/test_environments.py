"""Two environments in one account and region, each bootstrapped: neither notices what happens to the other."""

from collections import defaultdict
from typing import Any

import httpx

from support.clients import emulator_client
from support.environments import Environment
from support.polling import eventually
from tapstack.cli.actions import lane_merchants
from tapstack.lane.lane import Lane
from tapstack.layers import BOOTSTRAP, LAYERS
from tapstack.operate.account import Account

SHARED = {
    "aws:apigateway/account:Account api-gateway-account",
    "aws:iam/role:Role tapstack-api-logs",
    "aws:iam/rolePolicy:RolePolicy tapstack-api-logs:logs",
}
"""What is the account's own (projects/api-edge/account.py)."""


def test_environments_live_side_by_side_and_one_outlives_the_other(lane: Lane) -> None:
    gateway, iam = (emulator_client(lane.require_running().url, service) for service in ("apigateway", "iam"))
    blue, green = Environment(lane, "blue"), Environment(lane, "green")
    for environment in (blue, green):
        environment.prepare()
        # The account has one provider of GitHub's identities: the first makes it, the second finds it.
        environment.bootstrap(manageIdentityProvider="true" if environment is blue else "false")
        for layer in LAYERS:
            environment.stack(layer).up()

    assert in_both(blue, green) == SHARED
    for environment in (blue, green):
        assert transaction_of(environment)["status"] == "approved"
    assert_unchanged(blue)
    role = gateway.get_account()["cloudwatchRoleArn"]

    blue.destroy()
    blue.stack(BOOTSTRAP).destroy()

    assert [blue.resources(layer) for layer in LAYERS] == [[], [], [], []]
    assert_unchanged(green)
    assert transaction_of(green)["status"] == "approved"
    assert gateway.get_account()["cloudwatchRoleArn"] == role
    assert iam.get_role(RoleName="tapstack-api-logs")["Role"]["Arn"] == role
    assert iam.list_role_policies(RoleName="tapstack-api-logs")["PolicyNames"] == ["logs"]
    # Its workflows' roles are there, and the provider that they trust tokens of, though blue has made it.
    assert green.stack(BOOTSTRAP).refresh().changes == {}
    assert green.stack(BOOTSTRAP).up().changes == {}
    assert len(iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]) == 1
    assert {role["RoleName"] for role in iam.list_roles()["Roles"] if "deploy" in role["RoleName"]} == {
        f"tapstack-green-deploy-{layer}" for layer in LAYERS
    }

    green.destroy()
    green.stack(BOOTSTRAP).destroy()

    assert [green.resources(layer) for layer in LAYERS] == [[], [], [], []]
    assert gateway.get_account()["cloudwatchRoleArn"] == role


def assert_unchanged(environment: Environment) -> None:
    for layer in LAYERS:
        assert environment.stack(layer).refresh().changes == {}, f"{environment.name}: {layer} has drifted"
        assert environment.stack(layer).up().changes == {}, f"{environment.name}: {layer} changes"


def in_both(one: Environment, other: Environment) -> set[str]:
    """Name the resources of AWS that two environments have in common: a type and an id, which often is the name."""
    owners = defaultdict(set)
    for environment in (one, other):
        for item in (item for layer in LAYERS for item in environment.resources(layer)):
            if item["type"].startswith("aws:"):
                # A permission's id means something within its function alone.
                within = item["inputs"].get("function", "")
                owners[f"{item['type']} {within}{item['id']}"].add(environment.name)
    return {resource for resource, names in owners.items() if len(names) > 1}


def transaction_of(environment: Environment) -> dict[str, Any]:
    """Submit a transaction to an environment and follow it to its decision."""
    account = Account(environment.operated())
    lane_merchants.set_up(account, "http://127.0.0.1:9")
    edge, key = environment.stack("api-edge").outputs(), lane_merchants.api_keys(account)["acme"]
    with httpx.Client(headers={"x-api-key": key}, timeout=30, trust_env=False) as http:
        card = {"token": f"tok_{environment.name}", "bin": "424242", "country": "DE", "expires": "2099-12"}
        body = {"amount": 1250, "currency": "EUR", "card": card}
        accepted = http.post(edge["transactions_url"], json=body, headers={"idempotency-key": "order-1"})
        assert accepted.status_code == 202, accepted.text

        def decided() -> dict[str, Any] | None:
            found: dict[str, Any] = http.get(f"{edge['transactions_url']}/{accepted.json()['id']}").json()
            return found if found["status"] != "pending" else None

        found: dict[str, Any] = eventually(decided)
        return found
