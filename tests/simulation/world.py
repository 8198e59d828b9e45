"""The whole system in one process: the real handlers on the model of AWS, merchants at both ends, its own time.

Nothing here happens by itself. Whoever drives a world (machine.py) says what comes next: a request, one call of one
invocation with or without a fault, a batch of the stream or the queue, a minute that passes.
"""

import copy
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, Self
from unittest import mock

from simulation.functions import (
    DELIVERIES_TABLE,
    MERCHANTS_TABLE,
    NOTIFICATIONS_QUEUE_URL,
    PRINTED,
    SLEEP,
    TRANSACTIONS_TABLE,
    VELOCITY_TABLE,
    WEBHOOK_SECRET_PREFIX,
    Functions,
    Invocation,
    also_listed_for_earlier_versions,
)
from simulation.merchants import IDS, Merchant, secret, settings_document
from simulation.model.cloud import Cloud
from simulation.model.executor import InlineExecutor
from simulation.model.faults import Crash, Fault
from simulation.model.table import Table
from simulation.oracle import wire
from simulation.oracle.facts import (
    Answer,
    Batch,
    Change,
    Facts,
    KeyEnd,
    Reported,
    Request,
    ReviewAnswer,
    ReviewAsked,
    Wish,
    Written,
)
from transactions.agreed.encryption import WEBHOOK_SECRET, encryption_context
from transactions.agreed.tables import KEY, secret_id
from transactions.attributes import to_item
from transactions.card_lists.entry import Entry
from transactions.card_lists.register import CardFullError, CardListRegister
from transactions.clock import moment_of
from transactions.errors import (
    NotInReviewError,
    OutcomeSupersededError,
    ReviewClosedError,
    TransactionNotFoundError,
)
from transactions.held_settings import Draft, VersionNote
from transactions.merchants import Merchants
from transactions.outcome import Outcome, OutcomeRegister
from transactions.reviews.closing import ReviewDesk
from transactions.reviews.resolution import Resolution
from transactions.settings_document import parse_settings
from transactions.store import parse_item
from transactions.velocity.history import card_id
from transactions.webhooks.delivery import DeliveryError
from transactions.webhooks.endpoints import EndpointRegister
from transactions.webhooks.notifications import review_notifications, send
from transactions.webhooks.secret_store import SECRET_MEMORY_MS

LANES: Final = 3
SHARDS: Final = 2
"""Of a merchant's count: fewer than in production, so that batches meet more often."""
LARGEST_BATCH: Final = 3
RETRIES: Final = 3
LARGEST_SKEW_MS: Final = 2_000
OPERATOR: Final = "arn:aws:iam::000000000000:user/operator"
UNAVAILABLE: Final = 503
"""The status that tells a merchant to send a request again."""
TIMEOUT_MS: Final = 60_000
"""Of the function that may run for the longest: what runs for longer is ended."""

REPLACED: Final[Mapping[str, tuple[str, Any]]] = {
    "notifier.queue": ("ThreadPoolExecutor", InlineExecutor),
    "transactions.velocity.merchant": ("SHARDS", SHARDS),
}
"""Module to the attribute that is another one in a world, and what it is."""

CALL_FAULTS: Final = tuple(Fault)
WEBHOOK_FAULTS: Final = (Fault.CRASH_BEFORE, Fault.CRASH_AFTER)


@dataclass
class World:
    """One run of the system.

    Attributes:
        facts: what can be seen from outside: all that was sent, answered, written and set.
        unanswered: submissions that got no answer, or none for now, to be made again.
        planted: card numbers that were sent.
        counts: how often each fault was put in and each thing done.
        broken: what went wrong that a function itself is to blame for.
    """

    cloud: Cloud = field(default_factory=lambda: Cloud(lanes=LANES, retry_attempts=RETRIES))
    list_for_earlier_versions: bool = False
    """Whether new transactions are also listed where versions before the list index look for them."""
    merchants: dict[str, Merchant] = field(default_factory=lambda: {name: Merchant(name) for name in IDS})
    unanswered: list[Request] = field(default_factory=list)
    planted: set[str] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    skew_ms: int = 0
    """How far the clock of the next environment is off."""
    secrets: int = 0
    """How many secrets were made."""
    api_keys: int = 0
    """How many API keys were made."""
    exchanges: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Merchant id to when the exchange of its secret began, and the new secret."""
    old_keys: dict[str, str] = field(default_factory=dict)
    """Merchant id to the API key it had before the one it uses."""
    drafts: dict[str, tuple[int, Mapping[str, Any]]] = field(default_factory=dict)
    """Merchant id to when its draft was made, and what it says."""
    in_hand: set[str] = field(default_factory=set)
    """Ids of the transactions that an operator is putting back on their way."""
    _batches: dict[Invocation, Batch] = field(default_factory=dict)
    key_ends: dict[str, KeyEnd] = field(default_factory=dict)
    """API key to the end that was set for it."""
    keys_ended: dict[str, int] = field(default_factory=dict)
    """API key to since when it is nobody's."""

    def __post_init__(self) -> None:
        """Deploy, and set the merchants up."""
        self.facts = Facts(SHARDS, 0, TIMEOUT_MS, LARGEST_SKEW_MS)
        for table in (self.cloud.merchants, self.cloud.transactions, self.cloud.velocity):
            table.changed = self._listener(table)
        self._patches = [mock.patch(f"{module}.{attribute}", value) for module, (attribute, value) in REPLACED.items()]
        for patch in self._patches:
            patch.start()
        self.functions = Functions(self._client, self._skewed_clock, self.cloud.clock, lambda **_: Courier(self))
        self.functions.about = lambda: self.cloud.faults.about
        self.functions.replaced = REPLACED
        if self.list_for_earlier_versions:
            self.functions.variables = also_listed_for_earlier_versions()
        self.cloud.faults.between = self.functions.between
        self.cloud.faults.decide = self.functions.decide
        PRINTED.seek(0)
        PRINTED.truncate()
        for merchant in self.merchants.values():
            self._new_key(merchant)
            self._write(merchant.id, settings_document(merchant.id))
            self._put_secret(merchant, self._new_secret(), None)
            merchant.knows = [secret(self.secrets)]

    def close(self) -> None:
        """Give back what was replaced."""
        for patch in self._patches:
            patch.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Requests

    def submit(self, request: Request, api_key: str = "") -> Invocation:
        """Post a submission, under the merchant's API key or one it had."""
        self.counts["request"] += 1
        if request in self.unanswered:
            self.unanswered.remove(request)
        self.facts.requests.append(request)
        used = api_key or self.merchants[request.merchant].api_key
        began, began_at = len(self.facts.changes), self.cloud.now
        event = {
            **self._event(used, "POST", "/v1/transactions"),
            "multiValueHeaders": {"x-api-key": [used], "idempotency-key": [request.key]},
            "body": request.body,
        }
        event["headers"]["idempotency-key"] = request.key
        if request.wait is not None:
            self.counts["decision waited for"] += 1
            event["headers"]["prefer"] = f"wait={request.wait}"
            event["multiValueHeaders"]["prefer"] = [f"wait={request.wait}"]

        def ended(answer: Any, error: BaseException | None) -> None:
            if error is not None:
                self.unanswered.append(request)
                self._note(error)
                return
            if answer["statusCode"] == UNAVAILABLE:
                self.unanswered.append(request)
            self.facts.answers.append(
                Answer(
                    request,
                    status=answer["statusCode"],
                    headers=answer["headers"],
                    body=answer["body"],
                    began=began,
                    began_at=began_at,
                    ended_at=self.cloud.now,
                    # Earlier versions know of no end.
                    key_end=None if invocation.environment.checkout else self.key_ends.get(used),
                    key_ended_at=self.keys_ended.get(used),
                    under_fault=invocation.faults > 0,
                    waits=None if invocation.environment.checkout else request.wait,
                )
            )

        invocation = self.functions.begin("validator", event, ended)
        self.functions.resume(invocation)
        return invocation

    def ask(self, merchant: str, transaction_id: str) -> Any:
        """Read a transaction as a merchant does, beside everything else; return API Gateway's answer."""
        event = self._event(self.merchants[merchant].api_key, "GET", "/v1/transactions/{id}")
        return self._at_once({**event, "pathParameters": {"id": transaction_id}})

    def list_page(self, merchant: str, limit: int, cursor: str | None) -> Any:
        """Read a page of a merchant's list likewise."""
        query = {"limit": f"{limit}", **({"cursor": cursor} if cursor else {})}
        event = self._event(self.merchants[merchant].api_key, "GET", "/v1/transactions")
        return self._at_once({**event, "queryStringParameters": query})

    def list_reviews(self, merchant: str, limit: int, cursor: str | None) -> Any:
        """Read a page of what is in review of a merchant likewise."""
        query = {"limit": f"{limit}", **({"cursor": cursor} if cursor else {})}
        event = self._event(self.merchants[merchant].api_key, "GET", "/v1/reviews")
        return self._at_once({**event, "queryStringParameters": query})

    def close_review(self, merchant: str, transaction_id: str, resolution: tuple[str, str, str | None]) -> Invocation:
        """Have a merchant ask for the end of a review, its own or another's."""
        self.counts["review by the merchant"] += 1
        verdict, reason, note = resolution
        asked = ReviewAsked(merchant, transaction_id, verdict, reason, note, self.cloud.now)
        self.facts.reviews.append(asked)
        began = len(self.facts.changes)
        body = {"verdict": verdict, "reason": reason} | ({} if note is None else {"note": note})
        used = self.merchants[merchant].api_key
        event = {
            **self._event(used, "POST", "/v1/transactions/{id}/review"),
            "pathParameters": {"id": transaction_id},
            "body": json.dumps(body),
        }

        def ended(answer: Any, error: BaseException | None) -> None:
            if error is not None:
                self._note(error)
                return
            replayed = answer["headers"].get("idempotent-replayed") == "true"
            self._review_answered(
                asked, answer["statusCode"], answer["body"], began, invocation, replayed=replayed, used=used
            )

        invocation = self.functions.begin("validator", event, ended)
        self.functions.resume(invocation)
        return invocation

    def _may_be_over(self, api_key: str) -> bool:
        """Tell whether an API key may be refused by now, by any of the functions' clocks."""
        end = self.key_ends.get(api_key)
        return api_key in self.keys_ended or (end is not None and self.cloud.now + self.facts.skew_ms >= end.at)

    def _review_answered(
        self,
        asked: ReviewAsked,
        status: int,
        body: str,
        began: int,
        invocation: Invocation | None,
        *,
        replayed: bool,
        used: str = "",
    ) -> None:
        self.counts[f"review answered {status}{' again' if replayed else ''}"] += 1
        under_fault = invocation is not None and invocation.faults > 0
        self.facts.review_answers.append(
            ReviewAnswer(
                asked,
                status,
                replayed,
                body if status == 200 else "",
                began,
                self.cloud.now,
                under_fault,
                self._may_be_over(used),
            )
        )

    def _event(self, api_key: str, method: str, resource: str) -> dict[str, Any]:
        return {
            "resource": resource,
            "path": resource,
            "httpMethod": method,
            "headers": {"x-api-key": api_key},
            "multiValueHeaders": {"x-api-key": [api_key]},
            "requestContext": {"identity": {"apiKey": api_key}},
            "isBase64Encoded": False,
        }

    def _at_once(self, event: Mapping[str, Any]) -> Any:
        answers: list[Any] = []
        self.finish(self.functions.invoke("validator", event, lambda answer, error: answers.append(answer)))
        return answers[0]

    # What AWS does

    def poll_stream(self, lane: int, limit: int = LARGEST_BATCH, *, again: bool = False) -> Invocation | None:
        """Have the fraud-detector called with a batch of a lane, or with the last one that had succeeded."""
        poller = self.cloud.stream_pollers[lane]
        event = poller.redeliver_last() if again else poller.next_batch(limit)
        if event is None:
            return None
        self.counts["batch again after success" if again else "stream batch"] += 1
        self._handed_out(event["Records"])

        def ended(answer: Any, error: BaseException | None) -> None:
            if error is None:
                poller.answered(answer)
                self.counts["record to come again"] += len(answer["batchItemFailures"])
            else:
                poller.failed()
                self._note(error)

        return self.functions.invoke("fraud_detector", event, ended)

    def poll_queue(self, limit: int) -> Invocation | None:
        """Have the notifier called with a batch of the queue."""
        event = self.cloud.notifications_poller.next_batch(limit)
        if event is None:
            return None
        self.counts["queue batch"] += 1

        def ended(answer: Any, error: BaseException | None) -> None:
            if error is None:
                self.cloud.notifications_poller.answered(event, answer)
            else:
                self.cloud.notifications_poller.failed(event)
                self._note(error)

        return self.functions.invoke("notifier", event, ended)

    def sweep(self) -> Invocation:
        """Have the notifier called by the schedule."""
        self.counts["sweep"] += 1
        event = {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}
        return self.functions.invoke("notifier", event, lambda _, error: self._note(error) if error else None)

    def next_sweep(self) -> int | None:
        """Tell when the next sweep finds an endpoint to look after, in milliseconds; None for never."""
        due = [
            moment_of(item["due"]["S"].partition("#")[0])
            for item in self.cloud.deliveries.items()
            if item.get("waiting_of") == {"S": "#endpoints"}
        ]
        return min(due, default=None)

    def endpoints(self) -> EndpointRegister:
        """Return the endpoints as an operator has them."""
        return EndpointRegister(self.cloud.dynamodb, DELIVERIES_TABLE, self.cloud.clock)

    def _handed_out(self, records: Sequence[Mapping[str, Any]]) -> None:
        """Write down what a fraud-detector is called with."""
        keys = [record["dynamodb"]["Keys"]["id"]["S"] for record in records if record["eventName"] == "INSERT"]
        self.facts.handed_out.update(keys)
        self.facts.largest_batch = max(self.facts.largest_batch, len(keys))

    def step(self, invocation: Invocation, fault: Fault | None = None) -> None:
        """Let an invocation, or the first of its strands, make its next call.

        One that sleeps wakes up when its time has come, under no fault.
        """
        invocation = invocation.strands[0]
        if invocation.waits_at == SLEEP:
            self.pass_time(max(0, invocation.sleeps_until - self.cloud.now))
            fault = None
        if fault:
            self.counts[f"{fault}"] += 1
        if not invocation.is_over:
            self.functions.resume(invocation, fault)

    def pass_time(self, milliseconds: int) -> None:
        """Let time pass, and end what has run for too long meanwhile."""
        self.cloud.advance(milliseconds)
        late = [each.whole for each in self.functions.running if each.started < self.cloud.now - TIMEOUT_MS]
        for invocation in dict.fromkeys(late):
            self.cut(invocation)

    def cut(self, invocation: Invocation) -> None:
        """Let an invocation run out of time."""
        self.counts["handler time-out"] += 1
        self.functions.cut(invocation)

    def finish(self, invocation: Invocation) -> None:
        """Let an invocation run to its end."""
        while not invocation.is_over:
            self.step(invocation)

    # What operators do

    def operator(self) -> Merchants:
        """Return the merchants table as an operator has it, without a memory of its own."""
        return Merchants(self.cloud.dynamodb, MERCHANTS_TABLE, self.cloud.clock)

    def settings(self, merchant: str) -> dict[str, Any]:
        """Return a merchant's settings as they were last written, to be changed and written again."""
        return copy.deepcopy(dict(self.facts.settings[merchant][-1].document))

    def change_settings(self, merchant: str, **changes: Any) -> None:
        """Put other settings of a merchant in force, or leave them as they are."""
        document = self.settings(merchant) | changes
        if document != self.settings(merchant):
            self._write(merchant, document)

    def roll_back(self, merchant: str, choice: int) -> None:
        """Put what an earlier version says in force again; whether the merchant is suspended stays as it is."""
        written = self.facts.settings[merchant]
        earlier = written[choice % len(written)].document
        self.change_settings(merchant, **{**earlier, "status": self.settings(merchant)["status"]})

    def make_draft(self, merchant: str, **changes: Any) -> None:
        """Have other settings of a merchant judge beside those in force."""
        document = self.settings(merchant) | changes
        # No two of a merchant's are made at once.
        self.pass_time(1)
        self.drafts[merchant] = (self.cloud.now, document)
        self.operator().write_draft(merchant, Draft(parse_settings(document), self._version_note()))

    def remove_draft(self, merchant: str) -> None:
        """Take a merchant's draft away."""
        self.drafts.pop(merchant, None)
        self.operator().write_draft(merchant, None)

    def promote(self, merchant: str) -> None:
        """Put a merchant's draft in force, where it has one that says something else."""
        status = {"status": self.settings(merchant)["status"]}
        document = {**self.drafts.get(merchant, (0, self.settings(merchant)))[1], **status}
        held = self.operator().held(merchant)
        if document != self.settings(merchant) and held:
            del self.drafts[merchant]
            self._write(merchant, document, held.draft)

    def _write(self, merchant: str, document: Mapping[str, Any], promoted: Draft | None = None) -> None:
        written = self.facts.settings.setdefault(merchant, [])
        written.append(Written(len(written) + 1, self.cloud.now, document))
        self.operator().write(parse_settings(document), self._version_note(), promoted=promoted)

    def _version_note(self) -> VersionNote:
        return VersionNote(OPERATOR, self.cloud.now, f"at {self.cloud.now}")

    def cards(self) -> CardListRegister:
        """Return the entries of cards as an operator has them; before each write others may make a call."""
        hurried: Any = Hurried(self)
        return CardListRegister(hurried, VELOCITY_TABLE, self.cloud.clock)

    def set_entry(self, merchant: str, token: str, effect: str, rule: str, milliseconds: int) -> None:
        """Set an entry of a card."""
        now = self.cloud.now
        entry = Entry(
            effect=effect, until=now + milliseconds, at=now, by="arn:aws:iam::1:user/jane", reason="r", rule=rule
        )
        self.facts.wishes.append(Wish(card_id(merchant, token), now, wire.Listed(effect, rule, entry.until)))
        try:
            self.cards().set(merchant, token, entry)
        except CardFullError:
            self.counts["entry that had no place"] += 1
        else:
            self.counts[f"entry set: {effect}"] += 1

    def clear_entries(self, merchant: str, token: str, rule: str | None) -> None:
        """End the entries of a card, or the mute of one rule."""
        self.facts.wishes.append(Wish(card_id(merchant, token), self.cloud.now, rule=rule))
        if self.cards().clear(merchant, token, lambda entry: rule in {None, entry.rule}):
            self.counts["entry cleared"] += 1

    def say_outcome(self, merchant: str, transaction_id: str, said: wire.Said) -> Invocation:
        """Have a merchant say what a transaction turned out to be."""
        self.counts["outcome said"] += 1
        self.facts.said.add((merchant, transaction_id, said))
        body = {"outcome": said.value, "source": said.source, "at": wire.iso(said.at)}
        used = self.merchants[merchant].api_key
        event = self._event(used, "POST", "/v1/transactions/{id}/outcome")

        def ended(answer: Any, error: BaseException | None) -> None:
            if error is not None:
                self._note(error)
                return
            under_fault = invocation.faults > 0
            status, may_be_over = answer["statusCode"], self._may_be_over(used)
            self.facts.reported.append(Reported(merchant, transaction_id, said, status, under_fault, may_be_over))

        more = {"pathParameters": {"id": transaction_id}, "body": json.dumps(body)}
        invocation = self.functions.begin("validator", event | more, ended)
        self.functions.resume(invocation)
        return invocation

    def import_label(self, merchant: str, transaction_id: str, said: wire.Said) -> None:
        """Have an operator import what a transaction turned out to be."""
        self.counts["label imported"] += 1
        self.facts.said.add((merchant, transaction_id, said))
        register = OutcomeRegister(self.cloud.dynamodb, TRANSACTIONS_TABLE)
        with suppress(OutcomeSupersededError, TransactionNotFoundError):
            register.record(merchant, transaction_id, Outcome(said.value, said.source, said.at))

    def change_key(self, merchant: Merchant, overlap_ms: int) -> None:
        """Give a merchant another API key, and the one it has an end; or delete the one it had before."""
        if merchant.id in self.old_keys:
            ended = self.old_keys.pop(merchant.id)
            self.keys_ended[ended] = self.cloud.now
            self.cloud.merchants.write(wire.api_key_binding(ended), None)
        else:
            earlier = self.old_keys[merchant.id] = merchant.api_key
            self.key_ends[earlier] = KeyEnd(self.cloud.now + overlap_ms, self.cloud.now)
            self._new_key(merchant)
            self._bind(earlier, merchant, self.key_ends[earlier].at)

    def _new_key(self, merchant: Merchant) -> None:
        self.api_keys += 1
        merchant.api_key = f"api-key-{self.api_keys}-of-{merchant.id}"
        self._bind(merchant.api_key, merchant)

    def _bind(self, api_key: str, merchant: Merchant, ends_at: int | None = None) -> None:
        binding = wire.api_key_binding(api_key)
        end = {} if ends_at is None else {"ends_at": {"N": f"{ends_at}"}}
        self.cloud.merchants.write(binding, {"id": {"S": binding}, "merchant_id": {"S": merchant.id}, **end})

    def reconcile(self, limit: int, *, choice: int = 0) -> Invocation | None:
        """Have the fraud-detector called with what is pending, beside the stream, as an operator does.

        What it did not finish stays in hand, decided or not, until it did.
        """
        found = [
            item
            for item in self.cloud.transactions.items()
            if item["id"]["S"] not in self.facts.foreign
            and (item["status"] == {"S": "pending"} or item["id"]["S"] in self.in_hand)
        ]
        if not found:
            return None
        self.counts["reconciled"] += 1
        first = choice % len(found)
        records: dict[str, Any] = {
            f"{number}": {
                "eventName": "INSERT",
                "eventSource": "aws:dynamodb",
                "dynamodb": {"SequenceNumber": f"{number}", "Keys": {"id": item["id"]}, "NewImage": item},
            }
            for number, item in enumerate(found[first : first + limit])
        }
        self._handed_out([*records.values()])
        ids: dict[str, str] = {number: record["dynamodb"]["Keys"]["id"]["S"] for number, record in records.items()}
        self.in_hand.update(ids.values())

        def ended(answer: Any, error: BaseException | None) -> None:
            if error is not None:
                self._note(error)
                return
            failed = {entry["itemIdentifier"] for entry in answer["batchItemFailures"]}
            self.in_hand.difference_update(one for number, one in ids.items() if number not in failed)

        return self.functions.invoke("fraud_detector", {"Records": [*records.values()]}, ended)

    def review(self, operator: str, transaction_id: str, resolution: Resolution) -> None:
        """Have an operator close a review."""
        self.counts["review by an operator"] += 1
        asked = ReviewAsked(
            operator, transaction_id, resolution.verdict, resolution.reason, resolution.note, self.cloud.now
        )
        self.facts.reviews.append(asked)
        began = len(self.facts.changes)
        try:
            closed = ReviewDesk(self.cloud.dynamodb, TRANSACTIONS_TABLE).close(transaction_id, resolution)
        except (NotInReviewError, ReviewClosedError):
            self._review_answered(asked, 409, "", began, None, replayed=False)
        else:
            self._review_answered(asked, 200, "", began, None, replayed=closed.replayed)

    def tell_of_reviews(self) -> None:
        """Tell of closed reviews that are marked as not told of, as an operator does who reconciles."""
        for item in list(self.cloud.transactions.items()):
            if "untold" not in item:
                continue
            self.counts["review told of by hand"] += 1
            transaction = parse_item(item)
            refused = send(self.cloud.sqs, NOTIFICATIONS_QUEUE_URL, review_notifications(transaction))
            if not refused:
                ReviewDesk(self.cloud.dynamodb, TRANSACTIONS_TABLE).told(transaction.id)

    def redrive(self) -> None:
        """Put dead letters back into the notifications queue, as an operator does: first sent, then deleted."""
        for letter in self.cloud.dead_letters.receive(10):
            self.counts["redriven"] += 1
            self.cloud.notifications.send(letter.body, group=letter.group)
            self.cloud.dead_letters.delete(letter.handle)

    def exchange_secret(self, merchant: Merchant) -> None:
        """Begin an exchange, or take the next step of one that has gone on for long enough."""
        begun, new = self.exchanges.get(merchant.id, (0, ""))
        if not new:
            new = self._new_secret()
            self.exchanges[merchant.id] = (self.cloud.now, new)
            self._put_secret(merchant, new, merchant.knows[0])
        elif self.cloud.now - begun > SECRET_MEMORY_MS + LARGEST_SKEW_MS + TIMEOUT_MS:
            # Every notifier signs with both by now: the merchant may go over to the new one, and the old one end.
            merchant.knows = [new]
            self._put_secret(merchant, new, None)
            del self.exchanges[merchant.id]

    def poison(self, item: Mapping[str, Any]) -> None:
        """Write an item into the transactions table that no function of ours has written."""
        key = item["id"]["S"]
        self.facts.foreign.add(key)
        self.cloud.transactions.write(key, dict(item))

    def printed(self) -> str:
        """Return what the functions have logged in this world."""
        return PRINTED.getvalue()

    def _client(self, service: str, **_: Any) -> Any:
        return getattr(self.cloud, service)

    def _skewed_clock(self) -> Callable[[], int]:
        skew = self.skew_ms
        return lambda: self.cloud.now + skew

    def _listener(self, table: Table) -> Callable[..., None]:
        return lambda key, before, after: self.facts.changes.append(
            Change(table.name, key, before, after, self.cloud.now, self._present_batch())
        )

    def _present_batch(self) -> Batch | None:
        """Tell which batch is being decided by whatever makes a call at present."""
        invocation = self.functions.present()
        if invocation is None or invocation.environment.function != "fraud_detector":
            return None
        if invocation not in self._batches:
            ids = [record["dynamodb"]["Keys"]["id"]["S"] for record in invocation.event["Records"]]
            self._batches[invocation] = Batch(tuple(ids), invocation.started)
        return self._batches[invocation]

    def _note(self, error: BaseException) -> None:
        if isinstance(error, Crash):
            return
        # An error of AWS may end an invocation; any other is the function's own.
        if not type(error).__module__.startswith(("botocore", "simulation.model")):
            self.broken.append(f"{type(error).__name__}: {error}")

    def _new_secret(self) -> str:
        self.secrets += 1
        return secret(self.secrets)

    def _put_secret(self, merchant: Merchant, current: str, previous: str | None) -> None:
        """Keep a merchant's secrets where the notifier reads them, and where those of earlier versions do."""
        context = encryption_context(WEBHOOK_SECRET, merchant.id)
        live = {"current": current} | ({"previous": previous} if previous else {})
        encrypted = {name: self.cloud.key.put(text.encode(), context) for name, text in live.items()}
        item = to_item({KEY: secret_id(merchant.id), "version": self.secrets, **encrypted})
        self.cloud.merchants.write(secret_id(merchant.id), item)
        value = json.dumps({"current": current, "previous": previous})
        self.cloud.secrets.put(f"{WEBHOOK_SECRET_PREFIX}{merchant.id}", value)


@dataclass(frozen=True)
class Hurried:
    """DynamoDB as an operator has it in whose way others may come: each write is after a call of somebody else's."""

    world: World

    def get_item(self, **request: Any) -> Any:
        """Read."""
        return self.world.cloud.dynamodb.get_item(**request)

    def update_item(self, **request: Any) -> Any:
        """Let one invocation make its next call, one about the same item if there is any, then write."""
        running = self.world.functions.running
        about = [each for each in running if request["Key"]["id"]["S"] in each.waits_for]
        if one := next(iter((*about, *running)), None):
            self.world.step(one)
        return self.world.cloud.dynamodb.update_item(**request)


@dataclass(frozen=True)
class Courier:
    """Brings webhooks to the merchants of a world instead of over the network."""

    world: World

    def deliver(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """Make one attempt."""
        merchant = self.world.merchants[url.removeprefix("https://").partition(".")[0]]
        functions = self.world.functions
        functions.between("webhook", "POST")
        fault = functions.decide("webhook", "POST")
        if fault is Fault.CRASH_BEFORE:
            raise Crash("before the webhook")
        self.world.counts[f"receiver {merchant.receiver}"] += 1
        takes = merchant.receiver in {"well", "slow"} or (merchant.receiver == "picky" and sum(body) % 2)
        if takes:
            merchant.takes(headers, body, self.world.cloud.now)
        if fault is Fault.CRASH_AFTER:
            raise Crash("after the webhook")
        status, _, seconds = merchant.receiver.partition(" for ")
        if status.isdecimal():
            raise DeliveryError(f"answered {status}", status=int(status), retry_after=int(seconds or 0))
        if not takes or merchant.receiver == "slow":
            raise DeliveryError(f"no answer: {merchant.receiver}")
        return 204
