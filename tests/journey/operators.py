"""The other side of the journey: what whoever runs the system does for a merchant."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from journey.merchant import Merchant, Tools
from tapstack.lane.samples import MERCHANTS, TIERS
from tapstack.operate.account import Account
from tapstack.operate.merchants import hand_over, onboarding, secret_rotation
from transactions.settings_document import parse_settings

DOCUMENTS = {document["id"]: document for document in json.loads(MERCHANTS.read_text(encoding="utf-8"))}


@dataclass(frozen=True)
class Operator:
    """Whoever runs the system: hands over URL, key and secret, and has webhooks go where the merchant wants them."""

    account: Account
    api_url: str

    def add(self, name: str, tools: Tools) -> Merchant:
        """Make a merchant, and give it what it needs."""
        handed: list[hand_over.HandOver] = []
        settings = parse_settings(DOCUMENTS[name])
        onboarding.add(self.account.desk, settings, TIERS[name], lambda values, _: handed.append(values))
        return Merchant(name, tools, self.api_url, handed[0].api_key, [handed[0].webhook_secret])

    def send_webhooks_to(self, merchants: Sequence[Merchant]) -> None:
        """Write the merchants' settings, with their receivers' addresses."""
        for merchant in merchants:
            target = {"webhook_url": f"http://127.0.0.1:{merchant.port}/"}
            self.account.merchants.write(parse_settings(DOCUMENTS[merchant.id] | target, allow_private=True))

    def rotate_secret(self, name: str) -> str:
        """Make a merchant another secret, and give it."""
        handed: list[hand_over.HandOver] = []
        secret_rotation.rotate_secret(self.account.desk, name, lambda values, _: handed.append(values))
        return handed[0].webhook_secret

    def end_rotation(self, name: str) -> None:
        """Drop the secret before."""
        secret_rotation.end_rotation(self.account.desk, name)
