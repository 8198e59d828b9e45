"""Sends a recorded request again, byte for byte but for what names the API and the merchant."""

import http.client
import json
import socket
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from clients.record import API_KEY, HOST, IDEMPOTENCY_KEY, RECORDED, Row

ROWS: Final[list[Row]] = json.loads(RECORDED.read_text(encoding="utf-8"))
RECORDED_PATH: Final = "/v1/transactions"


def send(row: Row, url: str, api_key: str, idempotency_key: str) -> HTTPStatus:
    """Send a request to another place; return the status of the answer.

    Args:
        row: what was recorded.
        url: where transactions are posted.
        api_key: takes the place of the recorded one.
        idempotency_key: likewise.
    """
    to = urlsplit(url)
    head, end, body = row["request"].partition("\r\n\r\n")
    for recorded, now in (
        (f"POST {RECORDED_PATH} ", f"POST {to.path} "),
        (HOST, to.netloc),
        (API_KEY, api_key),
        (IDEMPOTENCY_KEY, idempotency_key),
    ):
        if head.count(recorded) != 1:
            raise ValueError(f"{row['client']} sent {recorded!r} {head.count(recorded)} times")
        head = head.replace(recorded, now)
    with socket.create_connection((f"{to.hostname}", to.port or 80), timeout=30) as connection:
        connection.sendall(f"{head}{end}{body}".encode("latin-1"))
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        return HTTPStatus(answer.status)
