"""What the lane has decided comes out again, and a draft is counted beside it."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from transactions.attributes import from_item

Operate = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def decided(acme: Any, globex: Any, numbers: Iterator[int]) -> None:
    """Have a card refused, doubled and expired, besides whatever others have submitted."""
    card = {"token": f"tok_replayed_{next(numbers)}", "bin": "424242", "country": "DE", "expires": "2099-12"}
    for merchant in (acme, globex):
        bodies = [{"amount": 1_000 + n // 2, "currency": "EUR", "card": card} for n in range(6)]
        bodies += [
            {"amount": 300_000, "currency": "EUR", "card": card | {"token": f"tok_replayed_{next(numbers)}"}},
            {"amount": 1_000, "currency": "EUR", "card": card | {"expires": "2020-01"}},
        ]
        answers = [merchant.submit(body, f"replayed-{next(numbers)}") for body in bodies]
        assert {answer.status_code for answer in answers} == {202}
        for answer in answers:
            merchant.decided(answer.json()["id"])


@pytest.mark.usefixtures("decided")
@pytest.mark.parametrize("name", ["acme", "globex"])
def test_all_that_the_lane_has_decided_comes_out_again(name: str, operate: Operate, deployed: Any) -> None:
    status, out, told = operate("backtest", "--merchant", name, "--json")

    result = json.loads(out)
    assert (status, result["agreement"]["examples"]) == (0, [])
    assert result["agreement"]["unexplained"] == 0
    compared = result["agreement"]["same"] + sum(result["agreement"]["explained"].values())
    assert compared == result["comparison"]["count"] >= 8
    assert compared == len(decisions_of(deployed, name))
    assert "not known: the order of decisions" in told


def decisions_of(deployed: Any, name: str) -> list[Any]:
    table = deployed.outputs["data"]["transactions_table_name"]
    pages = deployed.client("dynamodb").get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    items = [from_item(item) for page in pages for item in page["Items"]]
    return [item for item in items if item["merchant_id"] == name and item["decision"]]


def test_a_draft_is_counted_promoted_and_rolled_back_on_the_lane(
    operate: Operate,
    initech: Any,
    initech_settings: dict[str, Any],
    body: dict[str, Any],
    write: Callable[[Any], str],
    wait: Callable[..., Any],
) -> None:
    file = write(initech_settings | {"card_countries": ["US"]})
    assert operate("merchant", "draft", "initech", file, "--reason", "cards of the US alone")[0] == 0

    def counted() -> Any:
        answer = initech.submit(body, f"drafted-{body['card']['token']}-{len(seen)}")
        seen.append(initech.decided(answer.json()["id"])["status"])
        return judged() or None

    def judged() -> int:
        return int(json.loads(operate("merchant", "compare", "initech", "--json")[1])["judged"])

    seen: list[str] = []
    # Until the function has read the settings anew.
    wait(counted, seconds=90)
    assert seen[0] == "approved"
    compared = json.loads(operate("merchant", "compare", "initech", "--json")[1])
    assert compared["rules"]["country_not_allowed"] >= 1

    assert operate("merchant", "promote", "initech", "--reason", "it is right")[0] == 0
    versions = json.loads(operate("merchant", "history", "initech", "--json")[1])
    assert (versions[0]["reason"], versions[0]["changed"]) == ("it is right", ["card_countries"])
    assert versions[0]["by"].startswith("arn:aws:")
    before = f"{versions[1]['version']}"
    assert operate("merchant", "rollback", "initech", before, "--reason", "it was not")[0] == 0
    assert (
        json.loads(operate("merchant", "diff", "initech", before, f"{versions[0]['version'] + 1}", "--json")[1]) == []
    )
