"""The example settings and transactions, as the product's own parsers and rules take them."""

from datetime import UTC, datetime

import pytest

from examples.conftest import EXAMPLES
from tapstack.operate.settings_file import checked, read_documents
from transactions.findings import judge
from transactions.settings import MerchantSettings
from transactions.submission import parse
from transactions.transaction import Transaction

NOON_MS = int(datetime(2026, 7, 1, 10, tzinfo=UTC).timestamp() * 1000)
LINES = (EXAMPLES / "transactions.jsonl").read_bytes().splitlines()


@pytest.fixture
def settings() -> MerchantSettings:
    (document,) = read_documents(f"{EXAMPLES / 'merchant-settings.json'}")
    return checked(document, allow_private=True)


def test_the_settings_name_everything_that_can_be_set(settings: MerchantSettings) -> None:
    (document,) = read_documents(f"{EXAMPLES / 'merchant-settings.json'}")

    # The table counts the version, and an operator suspends by a command.
    assert document.keys() == set(MerchantSettings.__struct_fields__) - {"version", "status"}
    assert settings.id == "acme"


@pytest.mark.parametrize("line", LINES, ids=range(1, len(LINES) + 1))
def test_a_transaction_is_decided_as_its_reference_says(line: bytes, settings: MerchantSettings) -> None:
    submission = parse(line)
    findings = judge(Transaction("txn_1", "acme", "hash", NOON_MS, submission), settings)
    verdict, _, why = f"{submission.reference}".partition(": ")

    assert findings.verdict == verdict
    assert verdict == "approved" or findings.reasons == (why,)


def test_every_verdict_is_among_the_transactions() -> None:
    assert {f"{parse(line).reference}".partition(":")[0] for line in LINES} == {"approved", "declined", "review"}


def test_no_card_comes_twice_so_that_no_limit_of_count_is_met() -> None:
    tokens = [parse(line).card.token for line in LINES]

    assert len(set(tokens)) == len(tokens)
