"""Lanes for tests: each has an emulator, a state backend and a copy of the projects of its own, and leaves nothing."""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import trustme
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from support.clients import emulator_client
from tapstack.cli.actions import lane_merchants
from tapstack.console.hints import PROGRAM_VARIABLE
from tapstack.engine.events import Report
from tapstack.lane.emulator import server
from tapstack.lane.emulator.server import server_environment
from tapstack.lane.environment import LaneEnvironment
from tapstack.lane.lane import Lane
from tapstack.lane.receiver import Delivery
from tapstack.lane.workspace import scratch_lane
from tapstack.layers import LAYERS
from tapstack.operate.account import Account

SHARING = {
    "the deployed lane": (
        *("tests/e2e/", "tests/hostile/test_http.py"),
        *(f"tests/engine/test_{name}.py" for name in ("graph", "layers", "order")),
    ),
    "the account of policies": ("tests/policy/",),
}
"""What takes long to set up, to the tests that share it, as their paths begin."""

# What messages call the program does not depend on the `PATH` that the tests run with.
os.environ[PROGRAM_VARIABLE] = ".venv/bin/tapstack"


class Scheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Gives tests that share what takes long to set up to the same worker; a file of the engine's tests does too."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        shared = next((name for name, paths in SHARING.items() if file.startswith(paths)), None)
        return shared or (file if file.startswith("tests/engine/") else nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Have one worker more than processors: some tests wait for what remembers something for half a minute."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    """Make the scheduler of a run on several workers."""
    return Scheduling(config, log)


@dataclass(frozen=True)
class Deployed:
    """All four layers, up, with their merchants' settings written and their webhooks received."""

    lane: Lane
    reports: dict[str, Report]
    outputs: dict[str, dict[str, Any]]
    endpoint: str
    account: Account
    api_keys: Mapping[str, str]
    """Merchant id to API key."""

    def client(self, service: str) -> Any:
        return emulator_client(self.endpoint, service)

    def deliveries(self) -> list[Delivery]:
        return self.lane.receiver.deliveries()

    def deliveries_of(self, transaction_id: str) -> list[Delivery]:
        """What was told of one transaction; other events tell of none."""
        return [item for item in self.deliveries() if item.event.get("data", {}).get("id") == transaction_id]


@pytest.fixture
def lane(tmp_path: Path) -> Iterator[Lane]:
    """A lane with nothing deployed, to break and throw away."""
    with scratch_lane(tmp_path) as scratch:
        yield scratch


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """A certificate authority that the functions of the deployed lane trust, and no other."""
    return trustme.CA()


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory, authority: trustme.CA) -> Iterator[Deployed]:
    """A lane with everything deployed, to look at and send to; tests leave its layers as they are."""
    folder = tmp_path_factory.mktemp("deployed")
    trusted = folder / "trusted.pem"
    authority.cert_pem.write_to_path(f"{trusted}")

    def environment(port: int, scratch: Path) -> dict[str, str]:
        return server_environment(port, scratch) | {"SSL_CERT_FILE": f"{trusted}"}

    with pytest.MonkeyPatch.context() as patched, ExitStack() as stack:
        # The emulator hands it down to the functions; what else the lane starts trusts what the machine trusts.
        patched.setattr(server, "server_environment", environment)
        up = stack.enter_context(scratch_lane(folder / "workspace"))
        reports = {layer: up.stack(layer).up() for layer in LAYERS}
        outputs = {layer: up.stack(layer).outputs() for layer in LAYERS}
        endpoint = up.require_running().url
        receiver = up.receiver.start(endpoint, outputs["data"]["merchants_table_name"])
        account = Account(LaneEnvironment(up))
        lane_merchants.set_up(account, receiver.url)
        yield Deployed(up, reports, outputs, endpoint, account, lane_merchants.api_keys(account))
