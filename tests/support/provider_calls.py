"""The calls that a genuine provider makes, by its own names of resource types."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

Calls = Mapping[str, Mapping[str, Sequence[str]]]
"""Type to phase (create, read, update, delete) to operations, as `service:Operation` in botocore's words."""


def _read(file: str) -> Calls:
    found: Calls = json.loads(Path(__file__).with_name(file).read_text(encoding="utf-8"))["types"]
    return found


SEEN: Final = _read("provider_calls.json")
"""What one was seen to make."""
KNOWN: Final = {**SEEN, **_read("provider_calls_by_source.json")}
"""With those of types that no run was recorded for, as the provider's source has them."""

# Pulumi's name for a type to the provider's, where it is not the same with its words put together.
_OTHERWISE: Final = {
    "apigateway/response": "aws_api_gateway_gateway_response",
    "apigateway/model": "aws_api_gateway_model",
    "sqs/redriveAllowPolicy": "aws_sqs_queue_redrive_allow_policy",
}
_SERVICES: Final = {"apigateway": "api_gateway", "ec2": ""}


def provider_type(token: str) -> str:
    """Give the provider's name for a type of Pulumi's."""
    name = token.split(":")[1]
    service, _, kind = name.partition("/")
    words = re.sub(r"(?<!^)(?=[A-Z])", "_", kind).lower()
    return _OTHERWISE.get(name) or "_".join(filter(None, ["aws", _SERVICES.get(service, service), words]))
