"""Reads what API Gateway's proxy events have of a request: null where there is nothing, and some things twice."""

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from transactions.agreed.api import API_KEY_HEADER, IDEMPOTENCY_KEY_HEADER, ITEM_PARAMETER
from transactions.card_numbers import REFUSED
from transactions.errors import InvalidSubmissionError, MerchantRefusedError
from transactions.faults import BODY, Fault, parameter

Event = Mapping[str, Any]


def api_key(event: Event) -> str:
    """Tell the key that API Gateway let the request in by; empty where there is none.

    That is `requestContext.identity.apiKey`. A header that comes twice reaches the function as a list, whose last value
    need not be the one that was checked, so the header alone is not taken where API Gateway tells the key. The emulator
    tells none: its events have no member of that name, and the header stands for it.

    Raises:
        MerchantRefusedError: the request has two different keys.
    """
    keys = set(header(event, API_KEY_HEADER))
    context = event.get("requestContext")
    identity = context.get("identity") if isinstance(context, dict) else None
    if isinstance(identity, dict) and "apiKey" in identity:
        checked = identity["apiKey"]
        if not isinstance(checked, str):
            return ""
        keys |= {checked}
    if len(keys) > 1:
        raise MerchantRefusedError(f"the request has two different {API_KEY_HEADER} headers")
    return next(iter(keys), "")


def kept_parts(event: Event) -> Iterator[tuple[Fault, object]]:
    """Gather what a request leaves behind somewhere, but for the body, each with where it would be at fault.

    The transaction's id is a hash that includes the Idempotency-Key. What stands in front of the API may log addresses,
    and no path or query of this API has any use for so many digits. No other header is kept or logged, and tracing
    systems write numbers into theirs that look like any card number.
    """
    path = event.get("path")
    yield Fault("Idempotency-Key", REFUSED, "header"), header(event, IDEMPOTENCY_KEY_HEADER)
    in_path = parameter(ITEM_PARAMETER, REFUSED)
    yield in_path, [path, unquote(path)] if isinstance(path, str) else []
    yield in_path, texts(event, "pathParameters")
    for part in (texts(event, "queryStringParameters"), _values(event, "multiValueQueryStringParameters")):
        for name, value in part.items():
            # A name may be the number itself, or there may be none.
            yield parameter("*", REFUSED), name
            yield parameter(name or "*", REFUSED), value


def header(event: Event, wanted: str) -> list[str]:
    """Gather the different values of a header, given in lower case, in the order in which they were sent."""
    found: dict[str, None] = {}
    for part in ("multiValueHeaders", "headers"):
        headers = event.get(part)
        for name, held in headers.items() if isinstance(headers, dict) else ():
            if name.lower() == wanted:
                values = held if isinstance(held, list) else [held]
                found.update(dict.fromkeys(value for value in values if isinstance(value, str)))
    return list(found)


def texts(event: Event, name: str) -> dict[str, str]:
    """Read a part of the event that maps names to texts; API Gateway writes null for an empty one."""
    found = event.get(name)
    return {key: value for key, value in found.items() if isinstance(value, str)} if isinstance(found, dict) else {}


def _values(event: Event, name: str) -> dict[str, list[str]]:
    """Read a part of the event that maps names to all their texts."""
    found = event.get(name)
    lists = {key: value for key, value in found.items() if isinstance(value, list)} if isinstance(found, dict) else {}
    return {key: [value for value in values if isinstance(value, str)] for key, values in lists.items()}


def body(event: Event) -> bytes:
    """Read the body; nothing, where there is none.

    Raises:
        InvalidSubmissionError: it is no text.
    """
    sent = event.get("body")
    if not isinstance(sent, str):
        # API Gateway writes null for none.
        return b""
    try:
        return base64.b64decode(sent, validate=True) if event.get("isBase64Encoded") else sent.encode()
    except (binascii.Error, ValueError) as error:
        raise InvalidSubmissionError(Fault(BODY, "it is not text in UTF-8")) from error
