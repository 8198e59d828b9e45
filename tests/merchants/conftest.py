"""A desk on the emulator: the merchants table, the key, an API with a usage plan a tier, and nothing else."""

import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import pytest

from merchants.faulty import Client
from support.clients import emulator_client
from tapstack.console.progress import step
from tapstack.lane.emulator import Emulator
from tapstack.lane.samples import MERCHANTS
from tapstack.operate.merchants.api_keys import ApiKeys
from tapstack.operate.merchants.desk import Desk
from tapstack.operate.merchants.enrolments import Enrolments, Key
from tapstack.operate.merchants.hand_over import Encryption, HandOver
from transactions.clock import now
from transactions.merchants import Merchants
from transactions.settings import MerchantSettings
from transactions.settings_document import parse_settings
from transactions.webhooks.secret_store import SecretStore

TABLE = "merchants"
DOCUMENT: dict[str, Any] = json.loads(MERCHANTS.read_text(encoding="utf-8"))[0]


@cache
def _client(endpoint: str, service: str) -> Any:
    return emulator_client(endpoint, service)


@dataclass
class Office:
    """What a desk works on, and what came of it.

    Attributes:
        endpoint: of the emulator.
        key_arn: the customer key's.
        plans: tier to usage plan id.
        environment: names keys apart from those of other tests.
        handed: what was printed, in order.
    """

    endpoint: str
    key_arn: str
    plans: dict[str, str]
    environment: str
    handed: list[HandOver] = field(default_factory=list)
    at: Callable[[], int] = now

    def client(self, service: str) -> Any:
        return _client(self.endpoint, service)

    def desk(self, around: Callable[[Any], Any] = lambda client: client) -> Desk:
        """Sit down at it as another operator; `around` steps between the operator and AWS."""
        dynamodb = around(Client(self.client("dynamodb")))
        table = f"{TABLE}-{self.environment}"
        keys = around(Client(self.client("apigateway")))
        return Desk(
            dynamodb=dynamodb,
            table=table,
            merchants=Merchants(dynamodb, table, self.at),
            enrolments=Enrolments(dynamodb, table),
            api_keys=ApiKeys(keys, f"tapstack-{self.environment}-merchant", self.plans, self.environment),
            encryption=Encryption(around(Client(self.client("kms"))), self.key_arn),
            tiers=("premium", "standard"),
            stack="local",
            clock=self.at,
            caller=lambda: "arn:aws:iam::123456789012:user/someone",
        )

    def hand(self, values: HandOver, key: Key | None) -> None:
        """Take what is printed."""
        self.handed.append(values)

    def secrets(self, merchant_id: str) -> Any:
        """Read a merchant's secrets as the notifier does."""
        table = f"{TABLE}-{self.environment}"
        return SecretStore(self.client("dynamodb"), table, self.client("kms"), now).of(merchant_id)


@pytest.fixture(scope="session")
def building(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    server = Emulator(tmp_path_factory.mktemp("merchants"))
    with step("emulator", "starting") as current:
        url = server.start(current).url
    gateway = emulator_client(url, "apigateway")
    api = gateway.create_rest_api(name="edge")["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    gateway.put_method(restApiId=api, resourceId=root, httpMethod="GET", authorizationType="NONE")
    gateway.put_integration(restApiId=api, resourceId=root, httpMethod="GET", type="MOCK")
    gateway.create_deployment(restApiId=api, stageName="live")
    plans = {
        tier: gateway.create_usage_plan(name=tier, apiStages=[{"apiId": api, "stage": "live"}])["id"]
        for tier in ("standard", "premium")
    }
    key = emulator_client(url, "kms").create_key()["KeyMetadata"]["Arn"]
    yield Office(url, key, plans, "none")
    server.stop()


@pytest.fixture
def office(building: Office) -> Office:
    """An environment of the test's own, in the account that all share."""
    return environment_in(building)


def environment_in(building: Office) -> Office:
    """Make another environment in the account."""
    made = replace(building, environment=f"e{secrets.token_hex(4)}", handed=[])
    made.client("dynamodb").create_table(
        TableName=f"{TABLE}-{made.environment}",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return made


def settings(merchant_id: str) -> MerchantSettings:
    """Write settings of a merchant."""
    return parse_settings(DOCUMENT | {"id": merchant_id})
