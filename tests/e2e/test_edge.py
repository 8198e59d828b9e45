"""What the deployed API refuses, and how it says so."""

from typing import Any

import httpx
import pytest


def test_without_a_key_nobody_gets_in(acme: Any, body: dict[str, Any]) -> None:
    for headers in ({}, {"x-api-key": "not-a-key-of-anybodys-at-all"}):
        answer = httpx.post(acme.url, json=body, headers={"idempotency-key": "k", **headers}, trust_env=False)
        assert answer.status_code == 403


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"amount": 1}', b"[" * 5000, b'{"amount": NaN}']
)
def test_a_hostile_body_is_a_bad_request_with_a_problem_document(acme: Any, content: bytes) -> None:
    answer = acme.post(content, "hostile")

    assert answer.status_code == 400
    assert answer.json()["title"]
