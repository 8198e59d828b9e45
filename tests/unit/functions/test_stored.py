"""What earlier versions of the code wrote is read by this one, and what a later one may write as well."""

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from unittest import mock

import msgspec
import pytest

from fraud_detector.stream import Detector
from fraud_detector.workers import Workers
from notifier.queue import Notifier
from simulation.model.cloud import Cloud
from simulation.model.executor import InlineExecutor
from simulation.model.table import Table
from simulation.stored import document
from tapstack.operate.explanation import Case, explain
from tapstack.operate.register import read_register
from tapstack.operate.traces import read_traces
from transactions.attributes import Item, from_item, key_of, to_item
from transactions.errors import InvalidSettingsError
from transactions.findings import weight_of
from transactions.merchants import Merchants
from transactions.reviews.closing import ReviewDesk
from transactions.rules import WEIGHTS
from transactions.settings import MerchantSettings, stored_settings
from transactions.settings_document import parse_settings
from transactions.store import TransactionStore, parse_item
from transactions.transaction import Transaction, accepted_view, current_view
from transactions.velocity.card import CardVelocityCounter
from transactions.velocity.merchant import MerchantVelocityCounter, parse_tally
from transactions.webhooks.deliveries import DeliveryLog
from transactions.webhooks.endpoints import EndpointRegister
from transactions.webhooks.probe_sink import ProbeSink
from transactions.webhooks.signing import WebhookSecrets

STORED: Final = Path(__file__).parent / "stored"
REVISIONS: Final = ("6fe41ed", "ec072a0", "fe5f5e3", "db27d9a", "3df7fc6", "86393ef", "78cfb94")
NEWEST: Final = REVISIONS[-1]
WITH_HISTORIES: Final = ("fe5f5e3", "db27d9a", "3df7fc6", "86393ef", "78cfb94")


class Written:
    """An account that holds what a revision wrote, at the time when it had written it."""

    def __init__(self, revision: str) -> None:
        self.document: dict[str, Any] = json.loads((STORED / f"{revision}.json").read_text(encoding="utf-8"))
        self.cloud = Cloud(start=self.document["now"])
        for name in ("merchants", "transactions", "velocity"):
            for item in self.document[name]:
                self.cloud.dynamodb.put_item(TableName=name, Item=_with_bytes(item))
        self.merchants = Merchants(self.cloud.dynamodb, "merchants", self.cloud.clock)
        self.cards = CardVelocityCounter(self.cloud.dynamodb, "velocity", self.cloud.clock)
        self.limits = MerchantVelocityCounter(self.cloud.dynamodb, "velocity", self.cloud.clock)
        self.failed: list[Exception] = []

    @property
    def settings(self) -> MerchantSettings:
        """Those in force."""
        settings = self.merchants.settings("acme")
        assert settings is not None
        return settings

    @property
    def transactions(self) -> list[Transaction]:
        return [parse_item(item) for item in self.document["transactions"]]

    def decide(self, *items: Item) -> list[Exception]:
        """Have the stream hand out transactions as they were inserted; tell what failed."""
        detector = Detector(
            merchants=self.merchants,
            store=TransactionStore(self.cloud.dynamodb, "transactions"),
            cards=self.cards,
            limits=self.limits,
            desk=ReviewDesk(self.cloud.dynamodb, "transactions"),
            sqs=self.cloud.sqs,
            queue_url="https://sqs.eu-central-1.amazonaws.com/000000000000/notifications",
            clock=self.cloud.clock,
            workers=Workers(InlineExecutor()),
            test_tokens=False,
            decided=lambda transaction, decision: None,
            failed=lambda record: self.failed.append(record.error),
        )
        records = [{"dynamodb": {"SequenceNumber": f"{number}", "NewImage": item}} for number, item in enumerate(items)]
        detector.process({"Records": records})
        return self.failed

    def now_in_table(self, transaction_id: str) -> Transaction:
        return parse_item(
            self.cloud.dynamodb.get_item(TableName="transactions", Key=key_of(transaction_id))["Item"],
        )


def _with_bytes(item: Item) -> dict[str, Any]:
    def value(typed: Mapping[str, Any]) -> dict[str, Any]:
        ((kind, held),) = typed.items()
        if kind == "B":
            return {"B": base64.b64decode(held)}
        if kind == "M":
            return {"M": {name: value(inner) for name, inner in held.items()}}
        return {"L": [value(inner) for inner in held]} if kind == "L" else {kind: held}

    return {name: value(typed) for name, typed in item.items()}


def _with_more(value: Any) -> Any:
    """Add a name that no version has, at every depth of an item."""
    if "M" in value:
        more = {name: _with_more(inner) for name, inner in value["M"].items()}
        return {"M": more | {"of_a_later_version": {"S": "x"}}}
    return value


@pytest.fixture(params=REVISIONS)
def written(request: pytest.FixtureRequest) -> Written:
    return Written(request.param)


def test_settings_of_any_age_are_read_and_versions_found(written: Written) -> None:
    settings = written.settings

    assert settings.currencies["EUR"].amount_limit == settings.currencies["USD"].amount_limit == 10_000
    assert settings.card_velocity.amounts["EUR"] == 50_000
    for version in range(1, settings.version + 1):
        found = written.merchants.settings_at("acme", version)
        assert found is not None
        assert found.version == version
    scanned = mock.Mock(
        **{
            "get_paginator.return_value.paginate.return_value": [
                {"Items": written.document["merchants"], "ScannedCount": 1}
            ]
        }
    )
    assert read_register(scanned, "merchants")["acme"].settings == settings


def test_under_settings_of_any_age_every_reason_has_a_weight(written: Written) -> None:
    assert all(weight_of(code, written.settings) is not None for code in WEIGHTS)


def test_what_is_pending_is_decided_under_settings_of_any_age(written: Written) -> None:
    pending = written.document["transactions"][-1]

    assert written.decide(pending) == []
    decision = written.now_in_table(pending["id"]["S"]).decision
    assert decision is not None
    assert (decision.verdict, decision.reasons) == ("approved", [])


def test_a_reason_that_is_newer_than_the_settings_decides(written: Written) -> None:
    written.cloud.advance(2 * 24 * 60 * 60 * 1000)
    pending = written.document["transactions"][-1]

    # Found where a history tells nothing any more; the second and the third revision had no such code.
    assert written.decide(pending) == []
    decision = written.now_in_table(pending["id"]["S"]).decision
    assert decision is not None
    assert (decision.verdict, decision.reasons) == ("review", ["velocity_card_unknown"])


def test_a_reason_that_must_not_be_approved_is_not_under_settings_that_do_not_know_it() -> None:
    settings = msgspec.structs.replace(Written("fe5f5e3").settings, review_from=80)

    assert weight_of("velocity_card_unknown", settings) == 80
    assert weight_of("night_ceiling", msgspec.structs.replace(settings, weights={})) == WEIGHTS["night_ceiling"]


def test_transactions_of_any_age_are_shown_as_they_were(written: Written) -> None:
    told = {notification["event"]["data"]["id"]: notification["event"]["data"] for notification in _told(written)}

    for transaction in written.transactions:
        if transaction.decision:
            assert current_view(transaction) == told[transaction.id]
        else:
            assert accepted_view(transaction)["status"] == "pending"


def test_transactions_of_any_age_are_listed(written: Written) -> None:
    store = TransactionStore(written.cloud.dynamodb, "transactions")
    listed: list[str] = []
    after = None
    while after or not listed:
        page = store.page("acme", 1, after)
        listed += [transaction.id for transaction in page.transactions]
        after = page.next_listing

    by_time = sorted(written.transactions, key=lambda each: (each.created_at, each.id), reverse=True)
    assert listed == [transaction.id for transaction in by_time]


def test_transactions_of_any_age_are_explained(written: Written) -> None:
    for transaction in written.transactions:
        if transaction.decision:
            settings = written.merchants.settings_at("acme", transaction.decision.settings_version)
            assert settings is not None
            traces = read_traces(written.cloud.dynamodb, "velocity", transaction, settings)
            assert explain(Case(transaction, settings, traces), transaction.decision).differences == []


def test_notifications_of_any_age_are_delivered(written: Written) -> None:
    courier = mock.Mock(**{"deliver.return_value": 204})
    sqs: Any = written.cloud.sqs
    notifier = Notifier(
        merchants=written.merchants,
        secrets=mock.Mock(**{"of.return_value": WebhookSecrets("whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")}),
        log=DeliveryLog(written.cloud.dynamodb, "deliveries", written.cloud.clock),
        endpoints=EndpointRegister(written.cloud.dynamodb, "deliveries", written.cloud.clock),
        courier=courier,
        sink=ProbeSink(written.cloud.dynamodb, "deliveries", written.cloud.clock),
        sqs=sqs,
        queue_url="notifications",
        dead_letter_queue_url="dead-letters",
        clock=written.cloud.clock,
        told=lambda attempt: None,
    )
    messages = [
        {
            "messageId": "m",
            "receiptHandle": "r",
            "body": json.dumps(notification | {"of_a_later_version": 1}),
            "attributes": {"ApproximateReceiveCount": "1"},
        }
        for notification in _told(written)
    ]

    assert notifier.process({"Records": messages}) == {"batchItemFailures": []}
    assert courier.deliver.call_count == len(messages) == 3


@pytest.mark.parametrize("revision", WITH_HISTORIES)
def test_histories_know_what_they_counted(revision: str) -> None:
    written = Written(revision)
    approved, duplicate, declined, _ = written.transactions

    assert written.cards.count(approved, written.settings).known
    again = written.cards.count(duplicate, written.settings)
    assert (again.known, again.reasons) == (True, ("duplicate",))
    # What a rule declines is not counted; nothing of the limit of three is left for one more than the two there are.
    assert not written.cards.count(declined, written.settings).known
    assert written.cards.count(msgspec.structs.replace(declined, id="txn_x"), written.settings).reasons == (
        "velocity_card_count",
    )
    shards = [item for item in written.cloud.velocity.items() if item["id"]["S"].startswith("merchant#")]
    assert sum(bucket.count for item in shards for bucket in parse_tally(item).buckets) == 2


@pytest.mark.parametrize("revision", WITH_HISTORIES)
def test_histories_of_any_age_can_be_added_to(revision: str) -> None:
    written = Written(revision)
    pending = written.transactions[-1]

    assert written.cards.count(pending, written.settings).reasons == ()
    assert written.cards.count(pending, written.settings).known
    # What was counted before is known as before, in the form of now alone.
    assert written.cards.count(written.transactions[0], written.settings).known
    (history,) = (item for item in written.cloud.velocity.items() if item["id"]["S"].startswith("card#"))
    assert "uses" not in history
    limit = written.settings.merchant_velocity
    assert limit is not None
    assert written.limits.count(limit, [pending]) == {}


def test_what_a_later_version_added_is_left_out_on_reading(written: Written) -> None:
    item = _with_more({"M": written.document["transactions"][0]})["M"]
    transaction = parse_item(item)

    assert transaction == written.transactions[0]
    (settings,) = (each for each in written.document["merchants"] if each["id"]["S"] == "merchant#acme")
    # The names of currencies are data, not attributes.
    more = from_item(_with_more({"M": settings})["M"])["settings"]
    for name in ("currencies", "weights"):
        if isinstance(more.get(name), dict):
            more[name].pop("of_a_later_version")
    for velocity in ("card_velocity", "merchant_velocity"):
        if velocity in more:
            more[velocity]["amounts"].pop("of_a_later_version")
    assert stored_settings(more) == written.settings


def test_what_no_version_has_is_refused_of_an_operator() -> None:
    document = msgspec.to_builtins(Written("db27d9a").settings)
    for changed in (
        document | {"of_a_later_version": 1},
        document | {"night": document["night"] | {"of_a_later_version": 1}},
    ):
        with pytest.raises(InvalidSettingsError, match="of_a_later_version"):
            parse_settings(changed)


def test_what_nobody_wrote_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        stored_settings({"id": "acme"})
    item = to_item({"id": "txn_1", "merchant_id": "acme", "request_hash": "h", "created_at": 1, "submission": {}})
    with pytest.raises(msgspec.ValidationError):
        parse_item(item)


def _told(written: Written) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = written.document["notifications"]
    return found


def test_records_of_the_stream_of_any_age_are_read() -> None:
    written = Written(NEWEST)
    records = written.document["records"]

    assert [parse_item(record["dynamodb"]["NewImage"]).id for record in records] == [
        transaction.id for transaction in written.transactions
    ]
    assert written.decide(*(record["dynamodb"]["NewImage"] for record in records)) == []
    assert all(written.now_in_table(transaction.id).decision for transaction in written.transactions)


def test_what_this_checkout_writes_has_the_forms_of_the_newest_file() -> None:
    """Whoever changes a form adds what the revision before has written; see `stored/README.md`."""
    assert form_of(document()) == form_of(Written(NEWEST).document)


def form_of(value: Any) -> Any:
    """Tell names and types at every depth, and of lists the forms that are in them."""
    if isinstance(value, dict):
        # In a bucket's place stands its time, which is data.
        return {("time" if name.isdecimal() else name): form_of(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return sorted({json.dumps(form_of(inner), sort_keys=True) for inner in value})
    return type(value).__name__


def test_every_file_is_read() -> None:
    assert {path.stem for path in STORED.glob("*.json")} == set(REVISIONS)
    assert isinstance(Written("db27d9a").cloud.velocity, Table)
