"""Waits for a decision that a client would like to have in the answer: looks at the transaction until it is there.

A look is one consistent read, 1 read unit. Looks come after 100 ms and then after twice as long as the one before, up
to a second: 2 where the decision takes its usual 0.3 s, 13 where it does not come in 10.

While decisions do not come, waiting would hold up functions that others need: after a wait in vain an execution
environment waits for nobody until nine times as long is over, so of its time it gives away a tenth at the most.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from transactions.availability import is_unavailable
from transactions.clock import Clock
from transactions.store import TransactionStore
from transactions.transaction import Transaction

FIRST_LOOK_MS: Final = 100
LONGEST_PAUSE_MS: Final = 1_000
REST: Final = 9
"""How many times as long as a wait in vain there is none."""


@dataclass
class Waiter:
    """Waits for decisions, one at a time."""

    store: TransactionStore
    clock: Clock
    sleep: Callable[[float], None]
    """Takes seconds."""
    _rests_until: int = 0

    def decided(self, transaction: Transaction, until: int) -> Transaction | None:
        """Give the transaction once it is decided; None where that takes too long, or cannot be told.

        Args:
            transaction: as it was accepted.
            until: the moment after which nobody wants to wait any more, in milliseconds.
        """
        if transaction.decision:
            return transaction
        began = now = self.clock()
        if now < self._rests_until:
            return None
        pause = FIRST_LOOK_MS
        while now < until:
            self.sleep(min(pause, until - now) / 1000)
            try:
                found = self.store.get(transaction.id)
            except Exception as error:
                # The transaction is accepted, whatever can be told of it now.
                if is_unavailable(error):
                    break
                raise
            if found and found.decision:
                return found
            pause = min(2 * pause, LONGEST_PAUSE_MS)
            now = self.clock()
        now = self.clock()
        self._rests_until = now + REST * (now - began)
        return None
