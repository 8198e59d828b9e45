"""What closing a review promises, over HTTP and by command; tests/unit/functions has the same in the domain."""

import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
import pytest

from transactions.clock import now
from transactions.merchants import Merchants

Operate = Callable[..., tuple[int, str, str]]
Wait = Callable[..., Any]
APPROVED = {"verdict": "approved", "reason": "known_customer"}
DECLINED = {"verdict": "declined", "reason": "confirmed_fraud", "note": "card reported stolen"}
PROBLEM = "urn:tapstack:problem:"


@pytest.fixture(scope="module")
def _allowed(deployed: Any) -> Iterator[None]:
    """Let acme close its own reviews."""
    merchants = Merchants(deployed.client("dynamodb"), deployed.outputs["data"]["merchants_table_name"], now)
    settings = merchants.settings("acme")
    assert settings
    merchants.write(msgspec.structs.replace(settings, resolves_reviews=True))
    yield
    merchants.forget("acme")
    merchants.write(settings)


def in_review(merchant: Any, body: dict[str, Any], key: str) -> str:
    """Have a transaction decided that a person has to look at."""
    card = body["card"] | {"token": f"{body['card']['token']}_{key}", "country": "GB"}
    foreign = body | {"amount": 45_000, "card": card}
    name: str = merchant.submit(foreign, f"{key}-{body['card']['token']}").json()["id"]
    assert merchant.decided(name)["status"] == "review"
    return name


def close(merchant: Any, name: str, body: object) -> Any:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return merchant.http.post(f"{merchant.url}/{name}/review", content=content)


def listed(merchant: Any, **query: str) -> Any:
    return merchant.http.get(merchant.url.replace("/transactions", "/reviews"), params=query)


def item_of(merchant: Any, name: str) -> Any:
    """Look at a transaction in the table."""
    client = merchant.deployed.client("dynamodb")
    return client.get_item(TableName=merchant.table, Key={"id": {"S": name}}, ConsistentRead=True)["Item"]


def errors(err: str) -> list[str]:
    """Give the lines that are no progress of the engine's."""
    return [line for line in err.splitlines() if not line.startswith("engine ")]


def told(deployed: Any, name: str) -> list[Any]:
    """Give the deliveries that tell how a review was closed."""
    return [each for each in deployed.deliveries_of(name) if each.event["type"] == "transaction.reviewed"]


@pytest.mark.usefixtures("_allowed")
def test_a_merchant_closes_its_review_once_and_is_told_under_a_webhook_id_of_its_own(
    acme: Any, globex: Any, deployed: Any, body: dict[str, Any], wait: Wait
) -> None:
    name = in_review(acme, body, "own")

    assert close(globex, name, APPROVED).json()["type"] == f"{PROBLEM}reviews-not-allowed"
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda resolution: close(acme, name, resolution), [DECLINED, APPROVED] * 4))

    closed = acme.read(name).json()
    verdict = closed["status"]
    assert closed["review"]["verdict"] == verdict
    assert closed["review"]["resolved_by"] == "merchant"
    assert closed["reasons"] == ["foreign_card_high_amount"]
    assert sorted(answer.status_code for answer in answers) == [200] * 4 + [409] * 4
    assert [answer.headers.get("idempotent-replayed") for answer in answers if answer.status_code == 200].count(
        None
    ) == 1
    (delivery,) = wait(lambda: told(deployed, name))
    assert (delivery.verified, delivery.merchant) == (True, "acme")
    assert delivery.event["data"] == closed
    review = next(each for each in deployed.deliveries_of(name) if each.event["type"] == "transaction.review")
    assert review.event["data"]["status"] == "review"
    log = acme.http.get(f"{acme.url}/{name}/deliveries").json()["data"]
    assert [entry["type"] for entry in log] == ["transaction.review", "transaction.reviewed"]
    # The mark that it is still to be told of has gone.
    assert wait(lambda: "untold" not in item_of(acme, name))


@pytest.mark.usefixtures("_allowed")
@pytest.mark.parametrize(
    ("resolution", "slug"),
    [
        (b"{", "invalid-review"),
        ({"verdict": "approved", "reason": "confirmed_fraud"}, "invalid-review"),
        (APPROVED | {"note": "n" * 281}, "invalid-review"),
        (APPROVED | {"note": "called about 4242 4242 4242 4242"}, "card-number"),
    ],
)
def test_what_is_no_resolution_is_refused_and_the_review_stays_open(
    acme: Any, body: dict[str, Any], resolution: object, slug: str
) -> None:
    name = in_review(acme, body, "refused")

    refused = close(acme, name, resolution)

    assert (refused.status_code, refused.json()["type"]) == (400, f"{PROBLEM}{slug}")
    assert acme.read(name).json()["status"] == "review"


@pytest.mark.usefixtures("_allowed")
def test_what_is_not_in_review_and_what_is_another_s_cannot_be_closed(
    acme: Any, globex: Any, body: dict[str, Any]
) -> None:
    approved: str = acme.submit(body, f"approved-{body['card']['token']}").json()["id"]
    acme.decided(approved)

    assert close(acme, approved, APPROVED).json()["type"] == f"{PROBLEM}not-in-review"
    assert close(acme, in_review(globex, body, "other"), APPROVED).status_code == 404
    assert close(acme, f"txn_{'a' * 32}", APPROVED).status_code == 404


def test_an_operator_lists_shows_and_closes_reviews_in_the_name_of_their_credentials(
    globex: Any, deployed: Any, body: dict[str, Any], wait: Wait, operate: Operate
) -> None:
    first, second = (in_review(globex, body, key) for key in ("first", "second"))
    caller = deployed.client("sts").get_caller_identity()["Arn"]

    def names(*arguments: str) -> list[str]:
        status, out, _ = operate("review", "list", "--json", "--merchant", "globex", "--limit", "1000", *arguments)
        assert status == 0
        return [row["transaction"] for row in json.loads(out) if row["transaction"] in {first, second}]

    assert wait(lambda: names() == [first, second])
    assert (names("--after", first), names("--after", second)) == ([second], [])
    shown = [each["id"] for each in listed(globex, limit="100").json()["data"]]
    assert [each for each in shown if each in {first, second}] == [first, second]
    status, out, told_more = operate("review", "show", first)
    assert (status, "foreign_card_high_amount" in out, "approve" in told_more) == (0, True, True)

    status, _, told_more = operate(
        "review", "approve", first, "--reason", "verified_with_cardholder", "--note", "rang back"
    )
    assert (status, bool(re.search(r"tapstack card allow \S+ --merchant globex", told_more))) == (0, True)

    assert operate("review", "approve", first, "--reason", "verified_with_cardholder", "--note", "rang back")[0] == 0
    status, _, conflict = operate("review", "decline", first, "--reason", "suspected_fraud")
    assert (status, len(errors(conflict)), caller in conflict) == (1, 1, True)
    assert json.loads(operate("review", "show", first, "--json")[1])["review"] | {"at": ""} == {
        "open": False,
        "verdict": "approved",
        "reason": "verified_with_cardholder",
        "note": "rang back",
        "by": caller,
        "at": "",
    }
    view = globex.read(first)
    assert view.json()["review"]["resolved_by"] == "operator"
    assert caller not in view.text
    assert "rang back" not in view.text
    (delivery,) = wait(lambda: told(deployed, first))
    assert delivery.event["data"] == view.json()
    assert wait(lambda: names() == [second])
    assert operate("review", "decline", second, "--reason", "confirmed_fraud")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "status", "complaint"),
    [
        (["list", "--merchant", "nobody"], 1, "unknown merchant 'nobody'"),
        (["list", "--after", "txn_x"], 1, "'txn_x' is no transaction id"),
        (["list", "--limit", "0"], 64, "'0' is no number of transactions"),
        (["show", f"txn_{'a' * 32}"], 1, "there is no transaction"),
        (["approve", f"txn_{'a' * 32}", "--reason", "known_customer"], 1, "there is no transaction"),
        (["approve", "x", "--reason", "confirmed_fraud"], 64, "unknown reason 'confirmed_fraud'"),
        (["approve", "x"], 64, "--reason"),
        (["decline", "x", "--reason", "other"], 1, "--note: the reason other needs a note"),
        (["decline", "x", "--reason", "other", "--note", "n" * 281], 1, "--note: it takes more than 280 bytes"),
        (["decline", "x", "--reason", "other", "--note", "\x1b[2J"], 1, "--note: it must be one line"),
        (["decline", "x", "--reason", "other", "--note", "4242424242424242"], 1, "--note: this looks like a card"),
    ],
)
def test_a_command_that_cannot_be_done_is_one_line(
    operate: Operate, arguments: list[str], status: int, complaint: str
) -> None:
    found, out, err = operate("review", *arguments)

    assert (found, out) == (status, "")
    assert complaint in err
    assert len(errors(err)) == 1


def test_a_transaction_that_was_decided_at_once_is_refused_by_name(
    acme: Any, body: dict[str, Any], operate: Operate
) -> None:
    name: str = acme.submit(body, f"at-once-{body['card']['token']}").json()["id"]
    acme.decided(name)

    status, _, err = operate("review", "approve", name, "--reason", "known_customer")

    assert (status, len(errors(err))) == (1, 1)
    assert f"transaction {name} cannot be approved: the transaction was approved at once" in err


def test_what_was_closed_and_not_told_of_and_what_is_listed_nowhere_is_healed_by_reconcile(
    globex: Any, deployed: Any, body: dict[str, Any], operate: Operate, wait: Wait
) -> None:
    unlisted, untold = (in_review(globex, body, key) for key in ("unlisted", "untold"))
    client = deployed.client("dynamodb")

    def change(name: str, update: str, **values: Any) -> None:
        client.update_item(TableName=globex.table, Key={"id": {"S": name}}, UpdateExpression=update, **values)

    # As a version before the indexes leaves it, and as a stream that forgot a record.
    change(unlisted, "REMOVE review_shard, review_of")
    assert operate("review", "decline", untold, "--reason", "suspected_fraud")[0] == 0
    assert wait(lambda: told(deployed, untold))
    assert wait(lambda: "untold" not in item_of(globex, untold))
    change(untold, "SET untold = :other", ExpressionAttributeValues={":other": {"S": "by hand"}})

    _, out, _ = operate("reconcile", "--older-than", "0", "--fix", "--json")

    found = {row["found"]: row["healed"] for row in json.loads(out) if row["merchant"] == "globex"}
    assert found["in review, and in no list of reviews"] == 1
    assert found["reviewed, and not told of for longer than 0 s"] == 1
    assert wait(lambda: unlisted in [each["id"] for each in listed(globex, limit="100").json()["data"]])
    assert wait(lambda: len(told(deployed, untold)) == 2)
    assert operate("review", "decline", unlisted, "--reason", "suspected_fraud")[0] == 0
