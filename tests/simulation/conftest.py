"""The model, empty, and the real emulator, to hold it against."""

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config

from simulation.model.cloud import Cloud
from tapstack.console.progress import step
from tapstack.lane.emulator import Emulator
from transactions.merchants import Merchants


@pytest.fixture
def cloud() -> Cloud:
    """An account, with nothing in it."""
    return Cloud()


@pytest.fixture
def merchants(cloud: Cloud) -> Merchants:
    """Its merchants' settings."""
    return Merchants(cloud.dynamodb, "merchants", cloud.clock)


@pytest.fixture(scope="session")
def emulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Any]]:
    """Make clients of an emulator of these tests' own, which ask once and take the answer."""
    emulator = Emulator(tmp_path_factory.mktemp("agreement"))
    with step("emulator", "starting") as current:
        url = emulator.start(current).url
    try:
        yield lambda service: boto3.client(  # type: ignore[call-overload]
            service,
            endpoint_url=url,
            region_name="eu-central-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 1}, parameter_validation=False),
        )
    finally:
        emulator.stop()
