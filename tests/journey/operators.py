"""The other side of the journey: what whoever runs the system does for a merchant."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from journey.merchant import Merchant, Tools
from support.clients import emulator_client
from tapstack.console.hints import LANE
from tapstack.lane.merchants import SAMPLES
from tapstack.operate.rotation import RotatingSecret
from transactions.clock import now
from transactions.merchants import Merchants
from transactions.settings_document import parse_settings


@dataclass(frozen=True)
class Operator:
    """Whoever runs the system: hands over URL, key and secret, and has webhooks go where the merchant wants them."""

    endpoint: str
    outputs: Mapping[str, Mapping[str, Any]]

    def take_on(self, name: str, tools: Tools) -> Merchant:
        """Give a merchant what it needs."""
        edge = self.outputs["api-edge"]
        return Merchant(name, tools, edge["api_url"], edge["api_keys"][name], [self.current_secret(name)])

    def send_webhooks_to(self, merchants: Sequence[Merchant]) -> None:
        """Write the merchants' settings, with their receivers' addresses."""
        table = self.outputs["data"]["merchants_table_name"]
        register = Merchants(emulator_client(self.endpoint, "dynamodb"), table, now)
        documents = {document["id"]: document for document in json.loads(SAMPLES.read_text(encoding="utf-8"))}
        for merchant in merchants:
            target = {"webhook_url": f"http://127.0.0.1:{merchant.port}/"}
            register.write(parse_settings(documents[merchant.id] | target, allow_private=True))

    def secret_of(self, name: str) -> RotatingSecret:
        """Give what rotates a merchant's secret."""
        client = emulator_client(self.endpoint, "secretsmanager")
        return RotatingSecret(client, self.outputs["data"]["webhook_secret_prefix"], name, LANE)

    def current_secret(self, name: str) -> str:
        """Read the secret that a merchant is handed."""
        client = emulator_client(self.endpoint, "secretsmanager")
        held = json.loads(client.get_secret_value(SecretId=self.secret_of(name).name)["SecretString"])
        return f"{held['current']}"
