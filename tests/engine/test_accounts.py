"""An environment in an account of its own: whatever it makes is there, and nothing of it is in any other account."""

import json
import re
from typing import Any

import pytest

from support.clients import emulator_client
from support.environments import Environment, decided_transaction
from tapstack.lane.lane import Lane
from tapstack.layers import LAYERS

ACCOUNT = "222222222222"
LISTED = {
    "apigateway": ("get_rest_apis", "items"),
    "dynamodb": ("list_tables", "TableNames"),
    "iam": ("list_roles", "Roles"),
    "kms": ("list_keys", "Keys"),
    "lambda": ("list_functions", "Functions"),
    "sns": ("list_topics", "Topics"),
    "sqs": ("list_queues", "QueueUrls"),
}
"""Service to the operation that lists something of it, and where the answer has the list."""


@pytest.fixture
def prod(lane: Lane) -> Environment:
    """An environment with all layers, whose keys are of an account that is not the lane's."""
    environment = Environment(lane, "prod", ACCOUNT)
    environment.prepare()
    environment.bootstrap()
    for layer in LAYERS:
        environment.stack(layer).up()
    return environment


def test_an_environment_lives_in_the_account_of_its_keys_alone(lane: Lane, prod: Environment) -> None:
    made = [item for layer in LAYERS for item in prod.resources(layer)]

    assert set(re.findall(r"arn:aws:[a-z0-9-]*:[a-z0-9-]*:(\d{12}):", json.dumps(made))) == {ACCOUNT}
    assert {service: bool(listed(lane, service, ACCOUNT)) for service in LISTED} == dict.fromkeys(LISTED, True)
    assert {service: listed(lane, service, "test") for service in LISTED} == {service: [] for service in LISTED}
    assert decided_transaction(prod)["status"] == "approved"
    for layer in LAYERS:
        assert prod.stack(layer).refresh().changes == {}, f"{layer} has drifted"
        assert prod.stack(layer).up().changes == {}, f"{layer} changes"


def listed(lane: Lane, service: str, account: str) -> list[Any]:
    """List something of a service in an account."""
    operation, key = LISTED[service]
    answer: dict[str, list[Any]] = getattr(emulator_client(lane.require_running().url, service, account), operation)()
    return answer.get(key, [])
