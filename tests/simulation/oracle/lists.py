"""A walk through the pages of a merchant's list, while others write."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from simulation.oracle import wire
from simulation.oracle.wire import Kept


@dataclass
class Walk:
    """One walk.

    Attributes:
        merchant: whose list.
        wanted: the ids that were there long enough when the walk began: each has to be seen.
        cursor: where the next page begins; None before the first and after the last.
        seen: ids, in the order they were seen.
    """

    merchant: str
    wanted: Collection[str]
    cursor: str | None = None
    seen: list[str] = field(default_factory=list)

    of_reviews: bool = False
    """Whether it is the list of what is in review, which begins with the oldest."""

    def page(self, answer: Mapping[str, Any], transactions: Mapping[str, Kept]) -> Iterator[str]:
        """Take in the answer for the next page, and say what is wrong with it."""
        if answer["statusCode"] != 200:
            yield f"a page of {self.merchant} was answered {answer['statusCode']}"
            return
        told = json.loads(answer["body"])
        self.cursor = told["next_cursor"]
        for shown in told["data"]:
            transaction = transactions.get(shown["id"])
            if transaction is None or transaction.merchant != self.merchant:
                yield f"{self.merchant} was shown {shown['id']}, which is not its own"
            elif shown not in (wire.view(transaction, decided=False), wire.view(transaction, decided=True)):
                yield f"{self.merchant} was shown {shown}, right is {wire.view(transaction, decided=True)}"
            elif self.of_reviews and not transaction.is_in_review:
                yield f"{self.merchant} was shown {shown}, which is not in review"
            self.seen.append(shown["id"])
        places = [(transactions[name].created_at, name) for name in self.seen if name in transactions]
        if places != sorted(set(places), reverse=not self.of_reviews):
            yield f"{self.merchant} was shown {places}, which is not in the list's order, or one of them twice"
        wanted = {name for name in self.wanted if not self.of_reviews or transactions[name].is_in_review}
        if self.cursor is None and (missed := wanted - set(self.seen)):
            yield f"{self.merchant} walked past {sorted(missed)}"
