"""AWS clients that talk to an emulator."""

from typing import Any

import boto3


def emulator_client(endpoint: str, service: str, account: str = "test") -> Any:
    """Make a service's client; twelve digits are the account it works in, any other text is the emulator's own."""
    return boto3.client(  # type: ignore[call-overload]
        service,
        endpoint_url=endpoint,
        region_name="eu-central-1",
        aws_access_key_id=account,
        aws_secret_access_key="test",
    )
