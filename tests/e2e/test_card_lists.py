"""Cards on lists, and what transactions turned out to be, on the deployed lane: by commands and by HTTP."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Operate = Callable[..., tuple[int, str, str]]


@pytest.fixture
def decided(acme: Any) -> Callable[..., dict[str, Any]]:
    """Submit a transaction and follow it to its decision."""

    def submit(body: dict[str, Any], **changes: Any) -> dict[str, Any]:
        key = f"list-{body['card']['token']}-{changes.get('amount', body['amount'])}"
        found: dict[str, Any] = acme.decided(acme.submit(body | changes, key).json()["id"])
        return found

    return submit


def test_a_card_is_blocked_allowed_and_cleared_and_explained(
    operate: Operate, decided: Callable[..., dict[str, Any]], deployed: Any, wait: Callable[..., Any],
    body: dict[str, Any],
) -> None:  # fmt: skip
    card = (body["card"]["token"], "--merchant", "acme")
    assert decided(body)["status"] == "approved"

    status, _, told = operate("card", "block", *card, "--for", "1h", "--reason", "chargeback")
    assert status == 0
    assert f"card {card[0]} at merchant acme: blocked until " in told
    assert "by arn:aws:" in told
    refused = decided(body, amount=1_251)
    assert (refused["status"], refused["reasons"]) == ("declined", ["card_blocked"])
    (delivery,) = wait(lambda: deployed.deliveries_of(refused["id"]))
    assert delivery.event["data"]["reasons"] == ["card_blocked"]
    status, out, told = operate("explain", refused["id"])
    assert status == 0, told
    assert "card_blocked" in out
    assert "chargeback" in out

    assert operate("card", "allow", *card, "--for", "1h", "--reason", "it was the holder")[0] == 0
    of_blocked_bin = body["card"] | {"bin": "400000"}
    taken = decided(body, amount=1_252, card=of_blocked_bin)
    assert (taken["status"], taken["reasons"]) == ("approved", ["card_allowed"])
    explained = json.loads(operate("explain", taken["id"], "--json")[1])
    assert explained["replay"]["same"]
    assert [rule["code"] for rule in explained["rules"] if rule["lifted"]] == ["bin_blocked"]

    assert operate("card", "clear", *card)[0] == 0
    assert decided(body, amount=1_253, card=of_blocked_bin)["reasons"] == ["bin_blocked"]


def test_a_muted_rule_says_nothing_of_one_card(
    operate: Operate, decided: Callable[..., dict[str, Any]], body: dict[str, Any]
) -> None:
    foreign = body | {"amount": 45_000, "card": body["card"] | {"country": "GB"}}
    mute = ("--rule", "foreign_card_high_amount", "--for", "1h", "--reason", "travels")
    assert operate("card", "mute", body["card"]["token"], "--merchant", "acme", *mute)[0] == 0

    assert decided(foreign)["status"] == "approved"
    other = foreign | {"card": foreign["card"] | {"token": f"{body['card']['token']}_other"}}
    assert decided(other)["reasons"] == ["foreign_card_high_amount"]


def test_an_outcome_is_said_at_http_and_by_a_file(
    acme: Any, globex: Any, operate: Operate, decided: Callable[..., dict[str, Any]], body: dict[str, Any],
    tmp_path: Path,
) -> None:  # fmt: skip
    one = decided(body)
    said = {"outcome": "disputed", "source": "issuer", "at": one["decided_at"]}

    def say(merchant: Any, **changes: str) -> Any:
        return merchant.http.post(f"{merchant.url}/{one['id']}/outcome", json=said | changes)

    first, again = say(acme), say(acme)
    assert (first.status_code, first.json()) == (200, {"id": one["id"], **said})
    assert (again.status_code, again.headers["idempotent-replayed"]) == (200, "true")
    assert say(globex).status_code == 404
    assert say(acme, outcome="genuine").json()["type"] == "urn:tapstack:problem:outcome-superseded"
    assert say(acme, outcome="stolen").status_code == 400
    assert acme.read(one["id"]).json() == one

    later = one["decided_at"].replace("Z", "999999Z")
    file = tmp_path / "labels.csv"
    file.write_text(f"merchant,transaction,outcome,source,at\nacme,{one['id']},fraud,chargeback,{later}\n")
    status, _, told = operate("label", "import", str(file))
    assert (status, "1 label imported" in told) == (0, True), told
    assert say(acme).status_code == 409
