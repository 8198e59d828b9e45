"""Two environments in one account and region, each bootstrapped: neither notices what happens to the other."""

from collections import defaultdict

from support.clients import emulator_client
from support.environments import Environment, decided_transaction
from tapstack.lane.lane import Lane
from tapstack.layers import BOOTSTRAP, LAYERS

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
        assert decided_transaction(environment)["status"] == "approved"
    assert_unchanged(blue)
    role = gateway.get_account()["cloudwatchRoleArn"]

    blue.destroy()
    blue.stack(BOOTSTRAP).destroy()

    assert [blue.resources(layer) for layer in LAYERS] == [[], [], [], []]
    assert_unchanged(green)
    assert decided_transaction(green)["status"] == "approved"
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
