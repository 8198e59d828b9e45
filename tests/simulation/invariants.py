"""What holds after every step, whatever was interleaved, lost, repeated or cut short."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from simulation.merchants import CARD_AMOUNT, CARD_COUNT, IDS, MERCHANT_COUNT, WINDOW_SECONDS
from simulation.model.values import Item, item_size
from simulation.world import LARGEST_BATCH, SHARDS, Answer, World
from transactions.card_numbers import holds_card_number
from transactions.rules import RULES, WEIGHTS
from transactions.settings import DECLINE_FROM
from transactions.store import parse_item
from transactions.transaction import Decision, Transaction
from transactions.velocity.card import card_key, parse_history, use_of
from transactions.velocity.merchant import parse_tally

WINDOW_MS: Final = WINDOW_SECONDS * 1000
MERCHANT_BOUND: Final = MERCHANT_COUNT + (SHARDS - 1) * LARGEST_BATCH
"""The limit, and what merchant_velocity.py says it can be passed by."""
WRITE_UNIT_BYTES: Final = 1024
POISON: Final = "poison"


class InvariantError(AssertionError):
    """An invariant does not hold.

    Attributes:
        invariant: its name.
    """

    def __init__(self, invariant: str, detail: str) -> None:
        super().__init__(f"{invariant}: {detail}")
        self.invariant = invariant


@dataclass
class Invariants:
    """Looks at a world after every step, and remembers what it saw first."""

    world: World
    decisions: dict[str, Decision] = field(default_factory=dict)
    bodies: dict[tuple[str, str], str] = field(default_factory=dict)
    """Merchant and key to the first body that was answered 202."""
    requests: dict[tuple[str, str], str] = field(default_factory=dict)
    """Merchant and key to the request that was accepted, without what does not matter in it."""
    seen_answers: int = 0
    _new_under: set[tuple[str, str]] = field(default_factory=set)
    _parsed: dict[str, tuple[Item, Transaction]] = field(default_factory=dict)
    """Items and what they say; an item that has not changed says the same."""

    def check(self) -> None:
        """Look at everything.

        Raises:
            InvariantError: the first that does not hold.
        """
        transactions = self._transactions()
        for name, problems in (
            ("a function fails only where AWS fails", iter(self.world.broken)),
            ("answers", self._answers(transactions)),
            ("one decision that never changes", self._decisions(transactions)),
            ("accepted = decided + pending + dead-lettered", self._nothing_lost(transactions)),
            ("one webhook id per decision, and what it says is what was decided", self._webhooks(transactions)),
            ("card limits are never passed", self._card_limits(transactions)),
            ("merchant limits are passed by no more than stated", self._merchant_limits(transactions)),
            ("counters equal a recount", self._counters(transactions)),
            ("every write is one unit", self._sizes()),
        ):
            for problem in problems:
                raise InvariantError(name, problem)

    def _transactions(self) -> dict[str, Transaction]:
        items = {item["id"]["S"]: item for item in self.world.cloud.transactions.items()}
        for key, item in items.items():
            if not key.startswith(POISON) and (key not in self._parsed or self._parsed[key][0] is not item):
                self._parsed[key] = (item, parse_item(item))
        return {key: self._parsed[key][1] for key in items if not key.startswith(POISON)}

    def check_privacy(self) -> None:
        """Look for what must be kept nowhere; dear, so for the end of a run.

        Raises:
            InvariantError: something holds a card number.
        """
        cloud = self.world.cloud
        kept = {
            "a table": [
                json.dumps(item, default=repr)
                for table in (cloud.merchants, cloud.transactions, cloud.velocity)
                for item in table.items()
                if not item["id"]["S"].startswith(POISON)
            ],
            "a queue": [
                message.body
                for queue in (cloud.notifications, cloud.dead_letters, cloud.stream_failures)
                for message in queue.messages
            ],
            "a log": [self.world.printed()],
            "an answer": [answer.body for answer in self.world.answers],
            "a webhook": [json.dumps(took.event) for each in self.world.merchants.values() for took in each.took],
        }
        for where, texts in kept.items():
            for text in texts:
                if any(number in text for number in self.world.planted):
                    raise InvariantError("no card number is kept", where)

    def _answers(self, transactions: Mapping[str, Transaction]) -> Iterator[str]:
        new = self.world.answers[self.seen_answers :]
        self.seen_answers = len(self.world.answers)
        for answer in new:
            if holds_card_number(answer.request.body):
                if answer.status != 400:
                    yield f"a card number was answered {answer.status}"
            elif answer.status == 202:
                yield from self._acceptance(answer, transactions)
            elif answer.status == 422:
                if self.requests.get(answer.request.place, "") == canonical(answer.request.body):
                    yield f"a replay of {answer.request.place} was refused"
            elif answer.status != 403:
                yield f"{answer.request.place} was answered {answer.status}"
        accepted = {json.loads(body)["id"] for body in self.bodies.values()}
        if len(accepted) < len(self.bodies):
            yield "two keys made one transaction"

    def _acceptance(self, answer: Answer, transactions: Mapping[str, Transaction]) -> Iterator[str]:
        place = answer.request.place
        meant = canonical(answer.request.body)
        if self.bodies.setdefault(place, answer.body) != answer.body:
            yield f"a replay of {place} was answered otherwise: {answer.body}"
        if self.requests.setdefault(place, meant) != meant:
            yield f"another body under {place} was accepted"
        found = transactions.get(json.loads(answer.body)["id"])
        if found is None or found.merchant_id != answer.request.merchant:
            yield f"{answer.body} was accepted and is not there"
        elif place not in self._new_under and "idempotent-replayed" not in answer.headers:
            self._new_under.add(place)
            if answer.while_suspended:
                yield f"{place} was accepted as new while its merchant is suspended"

    def _decisions(self, transactions: Mapping[str, Transaction]) -> Iterator[str]:
        for transaction in transactions.values():
            if transaction.decision and transaction.id not in self.decisions:
                self.decisions[transaction.id] = transaction.decision
        for transaction_id, decision in self.decisions.items():
            now = transactions[transaction_id].decision if transaction_id in transactions else None
            if now != decision:
                yield f"{transaction_id} was {decision}, is {now}"

    def _nothing_lost(self, transactions: Mapping[str, Transaction]) -> Iterator[str]:
        """Nothing is forgotten.

        A pending one is still to come from the stream, or kept as given up. Of a decided one its merchant is told, or
        will be: from the queue, as a dead letter, or when the stream's record comes again.
        """
        on_its_way = self._unfinished_records() | self.given_up()
        told = {one for merchant in self.world.merchants.values() for one in merchant.told()}
        cloud = self.world.cloud
        queued = {
            json.loads(message.body)["event"]["data"]["id"]
            for queue in (cloud.notifications, cloud.dead_letters)
            for message in queue.messages
        }
        for transaction in transactions.values():
            if transaction.id in on_its_way:
                continue
            if transaction.decision is None:
                yield f"{transaction.id} is pending, and nothing will decide it"
            elif transaction.id not in queued | told:
                yield f"{transaction.id} is decided, and nothing will tell {transaction.merchant_id} of it"

    def _unfinished_records(self) -> set[str]:
        return {
            record.keys["id"]["S"]
            for poller in self.world.cloud.stream_pollers
            for record in poller.unfinished()
            if record.event_name == "INSERT"
        }

    def given_up(self) -> set[str]:
        """Read what was given up as an operator does: from the failure queue, by sequence numbers in the stream."""
        found = set()
        for message in self.world.cloud.stream_failures.messages:
            batch = json.loads(message.body)["DDBStreamBatchInfo"]
            records = self.world.cloud.stream.between(batch["startSequenceNumber"], batch["endSequenceNumber"])
            found |= {record.keys["id"]["S"] for record in records}
        return found

    def _webhooks(self, transactions: Mapping[str, Transaction]) -> Iterator[str]:
        for merchant in self.world.merchants.values():
            if merchant.forged:
                yield f"{merchant.id} got {merchant.forged[0]} with a signature of no secret it knows"
            ids: defaultdict[str, set[str]] = defaultdict(set)
            for webhook in merchant.took:
                told = webhook.event["data"]
                ids[told["id"]].add(webhook.webhook_id)
                decision = self.decisions.get(told["id"])
                if decision is None:
                    yield f"{merchant.id} was told of {told['id']} before it was decided"
                elif (told["status"], told["reasons"]) != (decision.verdict, decision.reasons):
                    yield f"{merchant.id} was told {told['status']} of {told['id']}, which is {decision.verdict}"
                if transactions[told["id"]].merchant_id != merchant.id:
                    yield f"{merchant.id} was told of another's {told['id']}"
            for transaction_id, webhook_ids in ids.items():
                if len(webhook_ids) > 1:
                    yield f"{transaction_id} was told of under {sorted(webhook_ids)}"

    def _card_limits(self, transactions: Mapping[str, Transaction]) -> Iterator[str]:
        by_card: defaultdict[str, list[Transaction]] = defaultdict(list)
        for transaction in self._approved(transactions):
            by_card[card_key(transaction)].append(transaction)
        for card, approved in by_card.items():
            for inside in windows(approved):
                if len(inside) > CARD_COUNT:
                    yield f"{card} has {len(inside)} approved in one window"
                if sum(each.submission.amount for each in inside if each.submission.currency == "EUR") > CARD_AMOUNT:
                    yield f"{card} has too much approved in one window"

    def _merchant_limits(self, transactions: Mapping[str, Transaction]) -> Iterator[str]:
        for merchant in IDS:
            approved = [each for each in self._approved(transactions) if each.merchant_id == merchant]
            for inside in windows(approved):
                if len(inside) > MERCHANT_BOUND:
                    yield f"{merchant} has {len(inside)} approved in one window"

    def _approved(self, transactions: Mapping[str, Transaction]) -> Iterator[Transaction]:
        return (each for each in transactions.values() if each.decision and each.decision.verdict == "approved")

    def _counters(self, transactions: Mapping[str, Transaction]) -> Iterator[str]:
        items = {item["id"]["S"]: item for item in self.world.cloud.velocity.items()}
        yield from self._card_counters(items, transactions)
        yield from self._merchant_counters(items, transactions)

    def _card_counters(self, items: Mapping[str, Item], transactions: Mapping[str, Transaction]) -> Iterator[str]:
        by_use = {use_of(each): each for each in transactions.values()}
        histories = {key: parse_history(item) for key, item in items.items() if key.startswith("card#")}
        for key, history in histories.items():
            if len(set(history.uses)) < len(history.uses):
                yield f"{key} counted one twice"
            for use in history.uses:
                transaction = by_use.get(use)
                if transaction is None or card_key(transaction) != key:
                    yield f"{key} counted what there is not"
                elif (
                    transaction.decision
                    and not _counted_by_card(transaction.decision)
                    # One that was refused and comes again under another limit may be counted; its decision stands.
                    and transaction.merchant_id not in self.world.limits_changed
                ):
                    yield f"{key} counted {transaction.id}, which was refused for {transaction.decision.reasons}"
        for transaction in transactions.values():
            if transaction.decision is None or not _counted_by_card(transaction.decision):
                continue
            key = card_key(transaction)
            known = histories.get(key)
            if known and transaction.created_at <= known.forgotten:
                continue
            if known is None or use_of(transaction) not in known.uses:
                yield f"{key} has not counted {transaction.id}"

    def _merchant_counters(self, items: Mapping[str, Item], transactions: Mapping[str, Transaction]) -> Iterator[str]:
        """A tally may be too high after a batch was cut short or came again, and never too low."""
        exact = not self.world.crashed and not self.world.counts["record to come again"]
        for merchant in IDS:
            shards = [parse_tally(item) for key, item in items.items() if key.startswith(f"merchant#{merchant}#")]
            forgotten = max((shard.forgotten for shard in shards), default=0)
            tallied = sum(bucket.count for shard in shards for bucket in shard.buckets if bucket.at > forgotten)
            own = [each for each in transactions.values() if each.merchant_id == merchant]
            undecided = sum(each.decision is None for each in own)
            recount = sum(
                each.created_at // _BUCKET_MS * _BUCKET_MS > forgotten
                for each in own
                if each.decision and _counted_by_merchant(each.decision)
            )
            if tallied < recount or (exact and tallied > recount + undecided):
                yield f"{merchant} has a tally of {tallied}, {recount} that were counted and {undecided} on the way"

    def _sizes(self) -> Iterator[str]:
        for table in (self.world.cloud.transactions, self.world.cloud.velocity):
            for item in table.items():
                if item_size(item) > WRITE_UNIT_BYTES and not item["id"]["S"].startswith(POISON):
                    yield f"{item['id']['S']} has {item_size(item)} bytes"


_BUCKET_MS: Final = WINDOW_MS // 12


def _counted_by_card(decision: Decision) -> bool:
    """Tell from a decision whether the card's history has the transaction.

    It has not where a rule declined it anyway, and where the history itself refused it.
    """
    by_rules = sum(WEIGHTS[reason] for reason in decision.reasons if reason in RULES)
    return by_rules < DECLINE_FROM and not any(reason.startswith("velocity_card_") for reason in decision.reasons)


def _counted_by_merchant(decision: Decision) -> bool:
    """Tell likewise whether the merchant's tally has it."""
    others = [reason for reason in decision.reasons if not reason.startswith("velocity_merchant_")]
    declined = sum(WEIGHTS[reason] for reason in others) >= DECLINE_FROM
    return _counted_by_card(decision) and not declined and others == decision.reasons


def windows(transactions: list[Transaction]) -> Iterator[list[Transaction]]:
    """Give what is in each window that begins with one of them."""
    for first in transactions:
        start = first.created_at
        yield [each for each in transactions if start <= each.created_at < start + WINDOW_MS]


def canonical(body: str) -> str:
    """Write a body so that two that mean the same are the same."""
    try:
        value: Any = json.loads(body, parse_float=lambda text: int(float(text)))
    except ValueError:
        return body
    return json.dumps(value, sort_keys=True)
