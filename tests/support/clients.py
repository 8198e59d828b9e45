"""AWS clients that talk to an emulator."""

from collections.abc import Mapping
from typing import Any

import boto3


def emulator_client(
    endpoint: str, service: str, account: str = "test", *, role: Mapping[str, Any] | None = None
) -> Any:
    """Make a service's client.

    Args:
        endpoint: where the emulator answers.
        service: the service's name in boto3.
        account: twelve digits are the account it works in, any other text is the emulator's own.
        role: the credentials of a role that was taken on, as STS gives them; it works as that role then.
    """
    keys = role or {"AccessKeyId": account, "SecretAccessKey": "test"}
    return boto3.client(  # type: ignore[call-overload]
        service,
        endpoint_url=endpoint,
        region_name="eu-central-1",
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys.get("SessionToken"),
    )
