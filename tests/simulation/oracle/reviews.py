"""Reviews: who may close which, that each is closed once, as somebody asked for, and what they are told of it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from simulation.oracle import wire
from simulation.oracle.facts import Change, Facts, ReviewAnswer, ReviewAsked
from simulation.oracle.wire import Kept


@dataclass
class Reviews:
    """Judges what becomes of reviews.

    Attributes:
        decided: id to when it was decided, counted in changes.
        closed: id to when its review was closed, likewise.
    """

    facts: Facts
    decided: Mapping[str, int]
    closed: dict[str, int] = field(default_factory=dict)
    _judged: int = 0

    def change(self, before: Kept, now: Kept, change: Change, number: int) -> Iterator[str]:
        """Judge a change of a transaction, the change of that number."""
        if now.status != now.right_status:
            yield f"{now.id} has the status {now.status}, right is {now.right_status}"
        # What an earlier version decides is put into the lists by `tapstack reconcile`.
        is_listed_later = self.facts.beside_earlier and now.review_lists == 0
        if now.review_lists != (2 if now.is_in_review else 0) and not is_listed_later:
            yield f"{now.id} is in {now.review_lists} of 2 lists of reviews, and {now.status}"
        if before.resolved:
            if now.resolved != before.resolved:
                yield f"{now.id} was {before.resolved}, is {now.resolved}"
            return
        if now.resolved is None:
            return
        self.closed[now.id] = number
        if before.decided is None or before.decided.verdict != "review":
            yield f"{now.id} was closed and not in review: {before.decided}"
        asked = [
            each for each in self.facts.reviews if each.transaction == now.id and _asks(each) == _says(now.resolved)
        ]
        if not asked:
            yield f"{now.id} is {now.resolved}, and nobody asked for that"
        elif not any(self._may_close(each, now, change.at) for each in asked):
            yield f"{now.id} was closed by {now.resolved.by}, who may not"

    def _may_close(self, asked: ReviewAsked, transaction: Kept, until: int) -> bool:
        """Tell whether somebody might close it at some moment from when they asked on."""
        if ":" in asked.by:
            return True
        return asked.by == transaction.merchant and any(
            each.document.get("resolves_reviews") and each.document.get("status") == "active"
            for each in self.facts.in_force(asked.by, asked.at, until)
        )

    def answers(self, transactions: Mapping[str, Kept]) -> Iterator[str]:
        """Judge what is new of what was answered."""
        new = self.facts.review_answers[self._judged :]
        self._judged += len(new)
        for answer in new:
            yield from self._answer(answer, transactions.get(answer.asked.transaction))

    def _answer(self, answer: ReviewAnswer, held: Kept | None) -> Iterator[str]:
        asked = answer.asked
        allowed = set(self._allowed(answer, held))
        if answer.status not in allowed:
            yield f"{asked} was answered {answer.status}, right is {sorted(allowed)}"
        if answer.status != 200:
            return
        closed = held and held.resolved
        if held is None or not closed or _says(closed) != _asks(asked):
            yield f"{asked} was told that it is done, and what is kept is {held}"
        elif answer.body and json.loads(answer.body) != wire.view(held, decided=True):
            yield f"{asked} was told {answer.body}, what is kept is {wire.view(held, decided=True)}"
        elif self.closed.get(held.id, 0) <= answer.began and not answer.replayed:
            yield f"the replay of {asked} is not called one"

    def _allowed(self, answer: ReviewAnswer, held: Kept | None) -> Iterator[int]:
        """Say which statuses an answer may have had, by what was so while it was asked for."""
        asked = answer.asked
        if answer.under_fault:
            yield 503
        if answer.key_may_be_over:
            yield 403
        if ":" not in asked.by:
            in_force = self.facts.in_force(asked.by, asked.at, answer.ended_at)
            may = [each.document.get("resolves_reviews") and each.document["status"] == "active" for each in in_force]
            if not all(may):
                yield 403
            if not any(may):
                return
        if held is None or (":" not in asked.by and asked.by != held.merchant):
            yield 404
        elif held.resolved and _says(held.resolved) == _asks(asked):
            yield 200
        elif held.resolved or not held.is_in_review:
            yield 409
        # It may have gone into review only while it was asked for.
        if held and self.decided.get(held.id, 0) > answer.began:
            yield 409


def _says(resolved: wire.Resolved) -> tuple[str | None, ...]:
    return resolved.by, resolved.verdict, resolved.reason, resolved.note


def _asks(asked: ReviewAsked) -> tuple[str | None, ...]:
    return asked.by, asked.verdict, asked.reason, asked.note
