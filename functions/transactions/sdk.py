"""How the functions use the SDK: how long they wait for AWS, and what of its answers is read without it.

A call that hangs is given up in time for the SDK to make it again.

    attempts x (connect + read)  +  the waits between them  +  the function's own work  <=  its time-out

Left to itself, the SDK waits 60 seconds for either, longer than any function runs: one connection that was lost without
a word would be the end of an invocation.
"""

import gc
import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ATTEMPTS: Final = 3
"""Of a call, the first included."""
CONNECT_SECONDS: Final = 0.5
"""Within a region, the handshake of TLS included; far more than it takes."""
WAITS_SECONDS: Final = 1 + 2
"""The longest that the SDK's standard mode waits before the second and third attempt."""
CONNECTIONS: Final = 10
"""As many as the SDK keeps if it is told nothing, and as the notifier has messages in a batch."""
WORK_SECONDS: Final = 1
"""For what the function does beside the call."""

_OK: Final = 200


def config_within(timeout_seconds: int, *, connections: int = CONNECTIONS) -> Config:
    """Bound a client's calls, so that one with all its attempts fits into a function's time-out.

    Args:
        timeout_seconds: the function's.
        connections: how many calls can be under way at a time without one of them connecting anew.
    """
    attempt = (timeout_seconds - WORK_SECONDS - WAITS_SECONDS) / ATTEMPTS
    return Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=attempt - CONNECT_SECONDS,
        max_pool_connections=connections,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
    )


@contextmanager
def kept_for_good() -> Iterator[None]:
    """Make clients, and have Python look for garbage neither meanwhile nor ever in what there is by then.

    Modules and a service's model are tens of thousands of objects that all stay. Python goes through them again and
    again as they become more: a tenth of a cold start; and later, whenever a request happens to make it do so again.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def keep_items_read(client: "DynamoDBClient") -> None:
    """Have a client hand over the items of `Query` and `BatchGetItem` as DynamoDB wrote them.

    An item's values come typed in JSON (`{"id": {"S": "…"}}`), and so the SDK hands them over, after it has looked at
    every value for each type that there is: three quarters of the time that a page takes. Binary values alone would be
    other than the SDK's, in Base64; transactions and deliveries have none. Whatever else is in the answer is the SDK's
    to read.
    """
    for operation, items in (("Query", "Items"), ("BatchGetItem", "Responses")):
        client.meta.events.register(f"before-parse.dynamodb.{operation}", partial(_keep, items))


def _keep(items: str, response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: object) -> None:
    if response_dict["status_code"] != _OK:
        return
    answer = json.loads(response_dict["body"])
    customized_response_dict[items] = answer.pop(items)
    response_dict["body"] = json.dumps(answer).encode()
