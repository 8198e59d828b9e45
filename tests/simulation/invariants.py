"""What holds after every step, whatever was interleaved, lost, repeated or cut short."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simulation.model.values import item_size
from simulation.oracle import wire
from simulation.oracle.facts import Batch, Change
from simulation.oracle.oracle import Oracle
from simulation.versions import Versions

if TYPE_CHECKING:
    from simulation.world import World


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

    world: "World"
    bodies: dict[tuple[str, str], str] = field(default_factory=dict)
    """Merchant and key to the first body that was answered 202."""
    _answers: int = 0
    _changes: int = 0
    _new_under: set[tuple[str, str]] = field(default_factory=set)
    _took: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    """Merchant to how many of its webhooks were looked at."""
    _webhook_ids: dict[str, str] = field(default_factory=dict)
    """What is told of to the id that it was told under."""
    _told_by: dict[str, str] = field(default_factory=dict)

    _ordered: int = 0
    _places: dict[tuple[Batch, str, str], int] = field(default_factory=dict)
    """Batch, table and card to the place in the batch of what was last counted or decided of the card."""

    def __post_init__(self) -> None:
        """Tell the oracle what the world knows."""
        self.oracle = Oracle(self.world.facts)
        self.versions = Versions(self.world)

    def check(self) -> None:
        """Look at everything that is new, and at whether anything is lost.

        Raises:
            InvariantError: the first that does not hold.
        """
        for name, problems in (
            ("a function fails only where AWS fails", iter(self.world.broken)),
            ("the oracle agrees", self.oracle.look()),
            ("a replay is answered as the first", self._replays()),
            ("accepted = decided + pending + dead-lettered", self._nothing_lost()),
            ("one webhook id per decision, and what it says is what was decided", self._webhooks()),
            ("every write is one unit", self._sizes()),
            ("a batch brings a card's transactions in their order", self._orders()),
            ("every version of settings is kept, with who, when and why", self.versions.kept()),
            ("a decision names a version that is kept", self.versions.named()),
            ("a draft is the one that was made, and none once it is in force", self.versions.drafts()),
            ("a draft's counts are of what was decided", self.versions.counts()),
        ):
            for problem in problems:
                raise InvariantError(name, problem)

    def check_privacy(self) -> None:
        """Look for what must be kept nowhere; dear, so for the end of a run.

        Raises:
            InvariantError: something holds a card number.
        """
        cloud = self.world.cloud
        kept = {
            "a table": [
                json.dumps(item, default=repr)
                for table in (cloud.merchants, cloud.transactions, cloud.velocity, cloud.deliveries)
                for item in table.items()
                if item["id"]["S"] not in self.world.facts.foreign
            ],
            "a queue": [
                message.body
                for queue in (cloud.notifications, cloud.dead_letters, cloud.stream_failures)
                for message in queue.messages
            ],
            "a log": [self.world.printed()],
            "an answer": [answer.body for answer in self.world.facts.answers],
            "a webhook": [json.dumps(took.event) for each in self.world.merchants.values() for took in each.took],
        }
        for where, texts in kept.items():
            for text in texts:
                if any(number in text for number in self.world.planted):
                    raise InvariantError("no card number is kept", where)

    def _replays(self) -> Iterator[str]:
        new = self.world.facts.answers[self._answers :]
        self._answers += len(new)
        for answer in new:
            place = answer.request.place
            if answer.status not in {200, 202}:
                continue
            if answer.status == 202 and self.bodies.setdefault(place, answer.body) != answer.body:
                yield f"{place} was told {answer.body} after {self.bodies[place]}"
            if "idempotent-replayed" not in answer.headers:
                if place in self._new_under:
                    yield f"{place} was accepted as new twice"
                self._new_under.add(place)

    def _nothing_lost(self) -> Iterator[str]:
        """Nothing is forgotten.

        A pending one is still to come from the stream, or kept as given up; or its record has expired, and it is found
        as one that is pending for too long. What an operator reconciles stays in hand until it went through. Of a
        decided one its merchant is told, or will be: from the queue, as a dead letter, or when the stream's record
        comes again.
        """
        on_its_way = self._unfinished_records() | self.given_up() | self.world.in_hand
        expired = self.expired()
        told = {one for merchant in self.world.merchants.values() for one in merchant.told}
        queued = self.queued()
        yield from self._reviews_untold(told | queued)
        for transaction in self.oracle.transactions.values():
            if transaction.id in on_its_way or transaction.id in told:
                continue
            if transaction.decided is None:
                if transaction.id in expired:
                    continue
                yield f"{transaction.id} is pending, and nothing will decide it"
            elif transaction.id not in queued:
                yield f"{transaction.id} is decided, and nothing will tell {transaction.merchant} of it"

    def _reviews_untold(self, told: set[str]) -> Iterator[str]:
        """Of a closed review the merchant is told, or will be; or the item says that it is still to be told."""
        for name in self.oracle.reviews.closed:
            item = self.world.cloud.transactions.newest(name) or {}
            if f"{name}{wire.CLOSED}" not in told and "untold" not in item:
                yield f"the review of {name} is closed, and nothing will tell of that"

    def queued(self) -> set[str]:
        """Name what a queue, a dead letter or what waits in the table tells of, by `wire.occasion`."""
        cloud = self.world.cloud
        events = [
            json.loads(message.body)["event"]
            for queue in (cloud.notifications, cloud.dead_letters)
            for message in queue.messages
        ]
        sent = {wire.occasion(event["data"]["id"], event["type"]) for event in events}
        return sent | self.waiting()

    def waiting(self) -> set[str]:
        """Name what webhooks tell of that a sweep will find."""
        items = self.world.cloud.deliveries.items()
        swept = {item["merchant_id"]["S"] for item in items if item.get("waiting_of") == {"S": "#endpoints"}}
        kept = {item["merchant_id"]["S"] for item in items if item.get("state") == {"S": "paused"}}
        return {
            wire.occasion(item["transaction_id"]["S"], item["event_type"]["S"])
            for item in items
            if "transaction_id" in item and "waiting_of" in item and item["waiting_of"]["S"] in swept | kept
        }

    def _unfinished_records(self) -> set[str]:
        return {
            record.keys["id"]["S"]
            for poller in self.world.cloud.stream_pollers
            for record in poller.unfinished()
            if record.event_name == "INSERT"
        }

    def expired(self) -> set[str]:
        """Give what the stream forgot before it was handed out."""
        pollers = self.world.cloud.stream_pollers
        return {record.keys["id"]["S"] for poller in pollers for record in poller.expired}

    def given_up(self) -> set[str]:
        """Read what was given up as an operator does: from the failure queue, by sequence numbers in the stream."""
        found = set()
        for message in self.world.cloud.stream_failures.messages:
            batch = json.loads(message.body)["DDBStreamBatchInfo"]
            records = self.world.cloud.stream.between(batch["startSequenceNumber"], batch["endSequenceNumber"])
            found |= {record.keys["id"]["S"] for record in records}
        return found

    def _webhooks(self) -> Iterator[str]:
        for merchant in self.world.merchants.values():
            if merchant.forged:
                yield f"{merchant.id} got {merchant.forged[0]}"
            new = merchant.took[self._took[merchant.id] :]
            self._took[merchant.id] += len(new)
            for webhook in new:
                name = webhook.event["data"]["id"]
                transaction = self.oracle.transactions.get(name)
                if transaction is None or transaction.decided is None:
                    yield f"{merchant.id} was told of {name} before it was decided"
                elif webhook.event not in (right := self._events(transaction)):
                    yield f"{merchant.id} was told {webhook.event}, right is {right}"
                elif transaction.merchant != merchant.id:
                    yield f"{merchant.id} was told of another's {name}"
                about = wire.occasion(name, webhook.event["type"])
                if self._webhook_ids.setdefault(about, webhook.webhook_id) != webhook.webhook_id:
                    yield f"{about} was told of under {self._webhook_ids[about]} and {webhook.webhook_id}"
                if self._told_by.setdefault(webhook.webhook_id, about) != about:
                    yield f"{webhook.webhook_id} told of {self._told_by[webhook.webhook_id]} and of {about}"

    def _events(self, transaction: wire.Kept) -> list[dict[str, Any]]:
        """Give what can be told of a transaction by now."""
        closed = [wire.reviewed_event(transaction)] if transaction.resolved else []
        return [wire.event(transaction), *closed]

    def _orders(self) -> Iterator[str]:
        new = self.world.facts.changes[self._ordered :]
        self._ordered += len(new)
        for change in new:
            found = _step_of(change)
            if change.batch is None or found is None:
                continue
            name, card = found
            place, step = change.batch.ids.index(name), (change.batch, change.table, card)
            if place < self._places.get(step, 0):
                yield f"{name} was counted or decided after one of the same card that came later in {change.batch}"
            self._places[step] = place

    def _sizes(self) -> Iterator[str]:
        new = self.world.facts.changes[self._changes :]
        self._changes += len(new)
        for change in new:
            held = change.table in {wire.TRANSACTIONS, wire.VELOCITY} and change.key not in self.world.facts.foreign
            # A resolution has room of its own: it is written once, by a person.
            units = 2 if change.after and "resolution" in change.after else 1
            if held and change.after and item_size(change.after) > units * wire.WRITE_UNIT_BYTES:
                yield f"{change.key} has {item_size(change.after)} bytes"


def _step_of(change: Change) -> tuple[str, str] | None:
    """Tell which transaction of a batch a change counts or decides, and on which card; None for any other change."""
    if change.batch is None or change.after is None:
        return None
    if change.table == wire.TRANSACTIONS:
        # The end of a review is told of when it comes, whatever else is in the batch.
        return None if "resolution" in change.after else (change.key, wire.kept(change.after).card)
    if not change.key.startswith(wire.CARD_PREFIX):
        return None
    # One that came so late that it is left out at once is in neither.
    new = {digest for digest, *_ in wire.uses(change.after)} - {digest for digest, *_ in wire.uses(change.before)}
    counted = [name for name in change.batch.ids if wire.digest(name) in new]
    return (counted[0], change.key) if counted else None
