"""The oracle: takes every change and every answer in their order, and says what is not as it has to be."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urljoin

from simulation.oracle import rules, wire
from simulation.oracle.cards import Cards
from simulation.oracle.entries import Entries
from simulation.oracle.facts import MEMORY_MS, Answer, Change, Facts
from simulation.oracle.merchants import Admitted, Merchants, has_a_say
from simulation.oracle.outcomes import Outcomes
from simulation.oracle.reviews import Reviews
from simulation.oracle.windows import Limit
from simulation.oracle.wire import Kept, Said


@dataclass
class Oracle:
    """Judges one world.

    Attributes:
        verdicts: how many decisions it worked out itself and compared.
        answered: how many answers likewise.
        transactions: id to transaction, as it is now.
        accepted: id to when it was accepted, counted in changes.
    """

    facts: Facts
    verdicts: int = 0
    answered: int = 0
    transactions: dict[str, Kept] = field(default_factory=dict)
    accepted: dict[str, int] = field(default_factory=dict)
    accepted_at: dict[str, int] = field(default_factory=dict)
    """The same in milliseconds."""
    decided: dict[str, int] = field(default_factory=dict)
    """Id to when it was decided, counted in changes."""
    turned_out: dict[str, Said | None] = field(default_factory=dict)
    """Id to what somebody has said that it turned out to be, as it is in force now."""
    _looked: int = 0
    _reported: int = 0

    def __post_init__(self) -> None:
        """Begin with nothing."""
        self.cards = Cards(self.facts)
        self.merchants = Merchants(self.facts)
        self.reviews = Reviews(self.facts, self.decided)
        self.entries = Entries(self.facts)
        self.outcomes = Outcomes(self.facts)

    def look(self) -> Iterator[str]:
        """Judge what is new since the last look, and say what is wrong with it."""
        while self._looked < len(self.facts.changes):
            change = self.facts.changes[self._looked]
            self._looked += 1
            if change.table == wire.TRANSACTIONS:
                yield from self._transaction(change)
            elif change.key.startswith(wire.CARD_PREFIX):
                yield from self.cards.change(change, self.transactions)
                yield from self.entries.change(change)
            elif change.table == wire.VELOCITY and change.key.startswith(wire.MERCHANT_PREFIX):
                yield from self.merchants.change(change)
        for reported in self.facts.reported[self._reported :]:
            self._reported += 1
            yield from self.outcomes.answer(reported, self.transactions, self.turned_out)
        for answer in self.facts.answers[self.answered :]:
            self.answered += 1
            yield from self._answer(answer)
        yield from self.reviews.answers(self.transactions)

    def of(self, merchant: str) -> list[Kept]:
        """Give a merchant's transactions."""
        return [each for each in self.transactions.values() if each.merchant == merchant]

    # What is stored

    def _transaction(self, change: Change) -> Iterator[str]:
        if change.key in self.facts.foreign:
            return
        if change.after is None:
            yield f"{change.key} was deleted"
            return
        yield from self.outcomes.change(change)
        self.turned_out[change.key] = wire.outcome(change.after)
        now = wire.kept(change.after)
        before = self.transactions.get(change.key)
        self.transactions[change.key] = now
        if before is None:
            self.accepted[change.key] = self._looked
            self.accepted_at[change.key] = change.at
            sent = [
                wire.meaning(each.body)
                for each in self.facts.requests
                if not each.flaw and each.merchant == now.merchant and wire.transaction_id(*each.place) == change.key
            ]
            if now.submission not in sent:
                yield f"{change.key} is kept as nobody sent it"
            since = change.at - MEMORY_MS - self.facts.longest_run_ms
            in_force = self.facts.in_force(now.merchant, since, change.at)
            if all(each.document.get("status") == "suspended" for each in in_force):
                yield f"{change.key} was accepted while its merchant is suspended"
            if not self._is_about(now.created_at, change.at):
                yield f"{change.key} was made at {now.created_at}, it is said at {change.at}"
            before = now
        if (now.submission, now.created_at, now.merchant) != (before.submission, before.created_at, before.merchant):
            yield f"{change.key} is another transaction now"
        if before.decided and now.decided != before.decided:
            yield f"{change.key} was {before.decided}, is {now.decided}"
        yield from self.reviews.change(before, now, change, self._looked)
        if now.decided and not before.decided:
            self.verdicts += 1
            self.decided[change.key] = self._looked
            yield from self._decision(now, change)

    def _is_about(self, moment: int, at: int) -> bool:
        return at - self.facts.longest_run_ms - self.facts.skew_ms <= moment <= at + self.facts.skew_ms

    # What is decided

    def _decision(self, new: Kept, change: Change) -> Iterator[str]:
        told = new.decided
        assert told is not None
        since = change.at - MEMORY_MS - self.facts.longest_run_ms
        settings = next(
            (
                each.document
                for each in self.facts.in_force(new.merchant, since, change.at)
                if each.version == told.version
            ),
            None,
        )
        if settings is None:
            yield f"{new.id} was decided by version {told.version}, which was not in force"
            return
        if not self._is_about(told.at, change.at):
            yield f"{new.id} was decided at {told.at}, it is said at {change.at}"
        points = rules.score(list(told.reasons), settings)
        if (told.score, told.verdict) != (points, rules.verdict(points, settings)):
            yield f"{new.id} is {told.verdict} with {told.score} for {told.reasons}, which come to {points}"
        forced = rules.FORCED.get(new.submission["card"]["token"])
        if forced is None:
            yield from self._reasons(new, settings, change)
        elif told.reasons != forced:
            yield f"{new.id} was decided for {told.reasons}, its card is for {forced}"

    def _reasons(self, new: Kept, settings: rules.Settings, change: Change) -> Iterator[str]:
        """Work out the reasons: its own rules, then its card, then its merchant's limit, under the card's entries."""
        assert new.decided is not None
        own = rules.found(new, settings)
        if rules.is_declined([code for code in own if code in rules.UNLIFTED], settings):
            if [*new.decided.reasons] != own or new.decided.lifted:
                yield f"{new.id} has {new.decided}, right is {own}: no entry of its card has a say in it"
            return
        told = [code for code in rules.WEIGHTS if code in (*new.decided.reasons, *new.decided.lifted)]
        since = change.batch.began if change.batch else change.at - self.facts.longest_run_ms
        possible = list(self.entries.possible(new.card, since, change.at))
        standing = next((each for each in possible if each.counting(told) == list(new.decided.reasons)), None)
        if standing is None or {*told} - {*new.decided.reasons} != {*new.decided.lifted}:
            yield f"{new.id} has {new.decided}, and its card's entries came to one of {set(possible)}"
        else:
            yield from self._found(new, settings, change, told, own, standing)

    def _found(
        self,
        new: Kept,
        settings: rules.Settings,
        change: Change,
        told: list[str],
        own: list[str],
        standing: rules.Standing,
    ) -> Iterator[str]:
        """Hold what was found, whether it counted or not, against its own rules' reasons, and work out the others."""
        if rules.is_declined(standing.counting(own), settings):
            if told != own:
                yield f"{new.id} was decided for {told}, right is {own}: nothing else has a say in it"
            return
        expected = self.cards.expected(new, settings, change.at)
        of_card = [reason for reason in (*rules.CARD_LIMITS, rules.CARD_UNKNOWN) if reason in told]
        if of_card:
            unknown = rules.CARD_UNKNOWN in of_card
            if told != own + of_card:
                yield f"{new.id} was decided for {told}, and the card's limit held back what begins with {own}"
            if unknown and not (expected.may_be_unknown and of_card == [rules.CARD_UNKNOWN]):
                yield f"{new.id} was called unknown to its card, which has forgotten nothing near it"
            if not unknown and not expected.counted and not set(of_card) <= expected.refused_for:
                yield f"{new.id} was refused for {of_card}, right is {sorted(expected.refused_for)}"
            return
        if not expected.counted:
            yield f"{new.id} was decided for {told}, and its card has not counted it"
        duplicate = rules.DUPLICATE in told
        if duplicate != expected.duplicate and not expected.duplicate_forgotten:
            yield f"{new.id} was {'' if duplicate else 'not '}taken for a duplicate, right is the opposite"
        others = own + [rules.DUPLICATE] * duplicate
        of_merchant = [reason for reason in (*rules.MERCHANT_LIMITS, rules.MERCHANT_UNKNOWN) if reason in told]
        if told != others + of_merchant:
            yield f"{new.id} was decided for {told}, right is {others + of_merchant}"
        yield from self._of_merchant(new, settings, standing.counting(others), set(of_merchant), change)

    def _of_merchant(
        self, new: Kept, settings: rules.Settings, others: list[str], reasons: set[str], change: Change
    ) -> Iterator[str]:
        if not has_a_say(new, settings, others):
            if reasons:
                yield f"{new.id} was held back for {sorted(reasons)}, where the merchant's limit has no say"
            return
        limit = Limit.of(settings["merchant_velocity"])
        if not reasons:
            yield from self.merchants.admit(Admitted(new, limit, self.accepted[new.id], self._looked))
        elif rules.MERCHANT_UNKNOWN in reasons:
            if not self.merchants.may_be_unknown(new, limit, change.at):
                yield f"{new.id} was called unknown to its merchant's count, which has forgotten nothing near it"
        else:
            near = [each for each in self.of(new.merchant) if each.id != new.id]
            yield from self.merchants.held_back(new, limit, reasons, near)

    # What is answered

    def _answer(self, answer: Answer) -> Iterator[str]:
        place, request = answer.request.place, answer.request
        allowed = set(self._allowed(answer))
        if answer.status not in allowed:
            yield f"{place} was answered {answer.status}, right is {sorted(allowed)}: {request.body[:200]}"
        if answer.status not in {200, 202}:
            return
        held = self.transactions.get(wire.transaction_id(*place))
        waited = {"preference-applied": f"wait={answer.waits}"} if answer.status == 200 else {}
        if held is None:
            yield f"{place} was accepted, and nothing is kept of it"
        elif json.loads(answer.body) != wire.view(held, decided=answer.status == 200):
            yield f"{place} was told {answer.body}, what is kept is {wire.view(held, decided=answer.status == 200)}"
        elif {name: value for name, value in answer.headers.items() if name == "preference-applied"} != waited:
            yield f"{place} was told {answer.headers} of its preference, right is {waited}"
        elif urljoin(wire.COLLECTION_URL, answer.headers.get("location")) != f"{wire.COLLECTION_URL}/{held.id}":
            yield f"{place} was told to look at {answer.headers.get('location')}"
        elif self.accepted[held.id] <= answer.began and answer.headers.get("idempotent-replayed") != "true":
            yield f"the replay of {place} is not called one"

    def _key_is_over(self, answer: Answer) -> tuple[bool, bool]:
        """Say whether an answer may, and whether it must have refused the API key, as one that is over."""
        may = must = False
        if answer.key_ended_at is not None:
            may, must = True, answer.began_at - answer.key_ended_at > MEMORY_MS
        if (end := answer.key_end) is not None:
            # Whoever has read the key since its end was set needs no more than a clock.
            known_at = max(end.at, end.set_at + MEMORY_MS)
            may |= answer.ended_at + self.facts.skew_ms >= end.at
            must |= answer.began_at - self.facts.skew_ms > known_at
        return may, must

    def _allowed(self, answer: Answer) -> Iterator[int]:
        """Say which statuses an answer may have had, by what was in force while the request was under way."""
        request, since = answer.request, answer.began_at - MEMORY_MS
        if answer.under_fault:
            # A service that does not answer is no fault of the request.
            yield 503
        may_be_over, must_be = self._key_is_over(answer)
        if may_be_over:
            yield 403
        if must_be:
            return
        if request.flaw:
            yield 400
            return
        held = self.transactions.get(wire.transaction_id(*request.place))
        statuses = {
            each.document.get("status", "active")
            for each in self.facts.in_force(request.merchant, since, answer.ended_at)
        }
        known_before = held is not None and self.accepted[held.id] <= answer.began
        if "suspended" in statuses and not known_before:
            yield 403
        if held is None:
            return
        if held.submission != wire.meaning(request.body):
            yield 422
            return
        if answer.waits is not None and held.decided:
            yield 200
        # Nobody has to wait for what was decided before the request came.
        if answer.waits is None or not 0 < self.decided.get(held.id, 0) <= answer.began:
            yield 202
