"""HTTP in, webhook out."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin

import pytest


@pytest.mark.parametrize(
    ("changes", "card", "status", "reasons"),
    [
        ({}, {}, "approved", []),
        ({"amount": 900_000}, {}, "declined", ["amount_over_limit"]),
        ({}, {"expires": "2024-01"}, "declined", ["card_expired"]),
        ({}, {"bin": "400000"}, "declined", ["bin_blocked"]),
        ({"amount": 45_000}, {"country": "GB"}, "review", ["foreign_card_high_amount"]),
    ],
)
def test_a_transaction_is_decided_and_its_merchant_told(
    acme: Any, deployed: Any, wait: Callable[..., Any], body: dict[str, Any],
    changes: dict[str, Any], card: dict[str, str], status: str, reasons: list[str],
) -> None:  # fmt: skip
    accepted = acme.submit(body | changes | {"card": body["card"] | card}, f"flow-{body['card']['token']}")

    assert accepted.status_code == 202
    transaction = accepted.json()
    # As any client follows a Location: by the standard library, from the URL that it called.
    found = acme.http.get(urljoin(f"{accepted.url}", accepted.headers["location"]))
    assert (found.status_code, found.json()["id"]) == (200, transaction["id"])
    assert transaction["status"] == "pending"
    decided = acme.decided(transaction["id"])
    assert (decided["status"], decided["reasons"]) == (status, reasons)
    delivery = wait(lambda: deployed.deliveries_of(transaction["id"]))[0]
    assert delivery.verified
    assert delivery.merchant == "acme"
    assert delivery.event["type"] == f"transaction.{status}"
    assert delivery.event["data"] == decided


def test_a_card_is_held_to_its_velocity_limit(acme: Any, body: dict[str, Any]) -> None:
    ids = [acme.submit(body | {"amount": 1000 + n}, f"fast-{n}").json()["id"] for n in range(5)]

    decided = [acme.decided(transaction_id) for transaction_id in ids]

    assert sorted(item["status"] for item in decided) == ["approved"] * 3 + ["declined"] * 2
    assert [item["reasons"] for item in decided if item["status"] == "declined"] == [["velocity_card_count"]] * 2


def test_the_list_pages_through_a_merchants_own_newest_first(globex: Any, body: dict[str, Any]) -> None:
    ids = [globex.submit(body | {"amount": 500 + n}, f"page-{n}").json()["id"] for n in range(5)]

    seen: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = globex.http.get(globex.url, params=query).json()
        seen.extend(item["id"] for item in page["data"])
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]

    assert [found for found in seen if found in ids] == list(reversed(ids))
    assert len(seen) == len(set(seen))
