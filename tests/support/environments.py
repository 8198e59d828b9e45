"""Environments beside one another in a lane: one emulator and state backend, a stack name and a suffix each."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import yaml

from support.polling import eventually
from tapstack.account_names import project_name
from tapstack.cli.actions import lane_merchants
from tapstack.engine import environment
from tapstack.engine.stack import LayerStack
from tapstack.lane.environment import LaneEnvironment
from tapstack.lane.lane import Lane
from tapstack.lane.stack_config import config_file
from tapstack.lane.workspace import scratch_lane
from tapstack.layers import BOOTSTRAP, LAYERS
from tapstack.operate.account import Account


def write_settings(lane: Lane, name: str, projects: Sequence[str] = LAYERS, account: str | None = None) -> None:
    """Write the settings of projects' stacks of a name: the lane's own, but for the suffix, which is the name.

    Args:
        lane: where they are.
        name: of the environment.
        projects: whose stacks.
        account: the id of the account that its keys are of, where it is not the lane's own.
    """
    for layer in projects:
        settings = yaml.safe_load(config_file(lane.projects, layer).read_text(encoding="utf-8"))
        settings["config"][f"{project_name(layer)}:environmentSuffix"] = name
        if account:
            settings["config"]["aws:accessKey"] = account
        own = lane.projects / layer / f"Pulumi.{name}.yaml"
        own.write_text(yaml.safe_dump(settings), encoding="utf-8")


@dataclass(frozen=True)
class Environment:
    """One environment; its name is its stacks' name and its suffix.

    Attributes:
        lane: where it is.
        name: what tells it from others.
        account: the id of the account that it is in, where it is not the lane's own.
    """

    lane: Lane
    name: str
    account: str | None = None

    def prepare(self) -> None:
        """Make its stacks."""
        write_settings(self.lane, self.name, account=self.account)
        for layer in LAYERS:
            self.stack(layer).command("stack", "init", self.name)

    def bootstrap(self, **settings: str) -> None:
        """Deploy its bootstrap, and have its layers' roles bounded by the boundary that it makes."""
        write_settings(self.lane, self.name, [BOOTSTRAP], self.account)
        stack = self.stack(BOOTSTRAP)
        stack.command("stack", "init", self.name)
        for name, value in settings.items():
            stack.command("config", "set", name, value)
        stack.up()
        boundary = stack.outputs()["permissions_boundary"]
        for layer in LAYERS:
            self.stack(layer).command("config", "set", "permissionsBoundary", boundary)

    def stack(self, layer: str) -> LayerStack:
        """Return a layer's stack."""
        return LayerStack(
            layer=layer,
            name=self.name,
            folder=self.lane.projects / layer,
            logs=self.lane.folder / "logs" / self.name,
            environment=self.lane.environment() | {"PULUMI_STACK": self.name},
        )

    def operated(self) -> environment.Environment:
        """Return it as operators' commands work on it."""
        return _Operated(self)

    def destroy(self) -> None:
        """Delete all its layers' resources, in reverse order."""
        for layer in reversed(LAYERS):
            self.stack(layer).destroy()

    def resources(self, layer: str) -> list[dict[str, Any]]:
        """List a layer's resources as its state has them."""
        return self.stack(layer).made()


class _Operated(LaneEnvironment):
    """The lane, but for its stacks: those of an environment in it."""

    def __init__(self, own: Environment) -> None:
        super().__init__(own.lane)
        self.name = own.name
        self._own = own

    def stack(self, layer: str) -> LayerStack:
        return self._own.stack(layer)

    def aws_endpoint(self) -> environment.AwsEndpoint:
        endpoint = super().aws_endpoint()
        return replace(endpoint, access_key=self._own.account) if self._own.account else endpoint


def decided_transaction(own: Environment) -> dict[str, Any]:
    """Submit a transaction of a merchant to an environment, and follow it to its decision."""
    account = Account(own.operated())
    lane_merchants.set_up(account, "http://127.0.0.1:9")
    edge, key = own.stack("api-edge").outputs(), lane_merchants.api_keys(account)["acme"]
    with httpx.Client(headers={"x-api-key": key}, timeout=30, trust_env=False) as http:
        card = {"token": f"tok_{own.name}", "bin": "424242", "country": "DE", "expires": "2099-12"}
        body = {"amount": 1250, "currency": "EUR", "card": card}
        accepted = http.post(edge["transactions_url"], json=body, headers={"idempotency-key": "order-1"})
        assert accepted.status_code == 202, accepted.text

        def decided() -> dict[str, Any] | None:
            found: dict[str, Any] = http.get(f"{edge['transactions_url']}/{accepted.json()['id']}").json()
            return found if found["status"] != "pending" else None

        found: dict[str, Any] = eventually(decided)
        return found


@contextmanager
def lane_with_merchants(folder: Path) -> Iterator[Lane]:
    """Deploy everything on a lane of its own and set its merchants up, during a `with` block."""
    with scratch_lane(folder) as lane:
        for layer in LAYERS:
            lane.stack(layer).up()
        url, table = lane.require_running().url, lane.stack("data").outputs()["merchants_table_name"]
        # Webhooks that nobody takes would be tried again and again, beside the traffic.
        lane_merchants.set_up(Account(LaneEnvironment(lane)), lane.receiver.start(url, table).url)
        yield lane
