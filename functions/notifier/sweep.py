"""Sweeps: what waits in the deliveries table, back into the queue when its time has come.

A schedule calls for one each minute. For every endpoint with something that waits:

    healthy    its webhooks by due time, as many as its rate, spread over the minute; a full page doubles the rate
    failing    the first of them as a probe, at growing intervals; after PAUSE_AFTER_SECONDS it is paused
    paused     operators are told, once or, where that is cut short, twice; and no further sweep looks at it

What was sent stays in the index until its attempt is written down, so none is lost between; the endpoint's item says up
to where webhooks were sent, and every REWIND_MS a sweep begins at the first again. Two sweeps at the same time are told
apart by a conditional write for each endpoint.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from transactions.agreed.webhooks import LONGEST_DELAY_SECONDS, PAUSE_AFTER_SECONDS, SWEEP_MINUTES
from transactions.clock import Clock, iso
from transactions.merchants import Merchants
from transactions.product import PRODUCT
from transactions.store import TransactionStore
from transactions.webhooks import notifications
from transactions.webhooks.deliveries import Delivery, DeliveryLog, Waiting
from transactions.webhooks.endpoints import FIRST_RATE, LARGEST_RATE, Endpoint, EndpointRegister
from transactions.webhooks.notifications import Notification, notifications_of
from transactions.webhooks.schedule import probe_wait

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient

SWEEP_SECONDS: Final = 60 * SWEEP_MINUTES
REWIND_MS: Final = 15 * 60 * 1000
LINGER_MS: Final = 10 * 60 * 1000
"""How long an endpoint with nothing that waits is still looked after: far longer than the index is late."""
LONGEST_SWEEP_MS: Final = 30_000
"""After it no further endpoint is begun; the next sweep begins with the longest overdue."""
MOST_ENDPOINTS: Final = 500


@dataclass(frozen=True)
class Swept:
    """What a sweep did for an endpoint.

    Attributes:
        merchant_id: whose.
        sent: how many webhooks went into the queue.
        probed: whether it was a probe.
        paused: why the endpoint is paused, where operators were told of it now.
        unknown: webhook ids that wait and that no transaction tells of.
    """

    merchant_id: str
    sent: int = 0
    probed: bool = False
    paused: str = ""
    unknown: Sequence[str] = ()


@dataclass(frozen=True)
class Sweeper:
    """Sweeps."""

    merchants: Merchants
    transactions: TransactionStore
    log: DeliveryLog
    endpoints: EndpointRegister
    sqs: "SQSClient"
    queue_url: str
    sns: "SNSClient"
    alerts_topic_arn: str
    clock: Clock
    told: Callable[[Swept], None]
    """Hears of what was done for each endpoint."""

    def sweep(self) -> None:
        """Do what there is to do now."""
        began = self.clock()
        for merchant_id in self.endpoints.due(MOST_ENDPOINTS):
            if self.clock() - began > LONGEST_SWEEP_MS:
                return
            self._look_after(merchant_id)

    def _look_after(self, merchant_id: str) -> None:
        endpoint = self.endpoints.read(merchant_id)
        if not endpoint.due or endpoint.due > f"{iso(self.clock())}~":
            return
        settings = self.merchants.settings(merchant_id)
        if not endpoint.is_about(settings.webhook_url if settings else None):
            # The merchant has another URL: what was wrong with the one before says nothing of it.
            endpoint = msgspec.structs.replace(endpoint, state="healthy")
        if endpoint.state == "failing" and self.clock() - endpoint.failing_since >= 1000 * PAUSE_AFTER_SECONDS:
            endpoint = self._pause(endpoint)
        if endpoint.state == "paused":
            self._tell(endpoint)
        elif endpoint.state == "failing":
            self._probe(endpoint)
        else:
            self._send(endpoint)

    def _pause(self, endpoint: Endpoint) -> Endpoint:
        """Pause an endpoint that has failed for too long; give it as it is then."""
        if self.endpoints.claim(endpoint, self._next_sweep(), state="paused", told_at=0):
            return self.endpoints.read(endpoint.merchant_id)
        return endpoint

    def _tell(self, endpoint: Endpoint) -> None:
        if not endpoint.told_at:
            self.sns.publish(
                TopicArn=self.alerts_topic_arn,
                Subject=f"Webhooks of merchant {endpoint.merchant_id} are paused",
                Message=(
                    f"The webhook endpoint of merchant {endpoint.merchant_id} is paused: {endpoint.cause}; failing "
                    f"since {iso(endpoint.failing_since)}. Its notifications are kept. Once it is repaired: "
                    f"{PRODUCT} webhook resume {endpoint.merchant_id}"
                ),
            )
            self.told(Swept(endpoint.merchant_id, paused=endpoint.cause))
        self.endpoints.let_go(endpoint, {"told_at": self.clock()})

    def _probe(self, endpoint: Endpoint) -> None:
        found = self.log.waiting(endpoint.merchant_id, "", self.clock(), 1)
        probes = endpoint.probes + len(found)
        again_at = self.clock() + 1000 * probe_wait(endpoint.probes if found else 0, SWEEP_SECONDS)
        if self.endpoints.claim(endpoint, again_at, probes=probes):
            self._put_into_queue(endpoint, found, "probe")

    def _send(self, endpoint: Endpoint) -> None:
        now = self.clock()
        begins_anew = now - endpoint.rewound_at >= REWIND_MS
        found = self.log.waiting(endpoint.merchant_id, "" if begins_anew else endpoint.place, now, endpoint.rate)
        if not found:
            self._rest(endpoint)
            return
        claimed = self.endpoints.claim(
            endpoint,
            self._next_sweep(),
            state="healthy",
            place=found[-1].due,
            rewound_at=now if begins_anew else endpoint.rewound_at,
            rate=min(2 * endpoint.rate, LARGEST_RATE) if len(found) == endpoint.rate else FIRST_RATE,
        )
        if claimed:
            self._put_into_queue(endpoint, found, "delivery")

    def _rest(self, endpoint: Endpoint) -> None:
        """Look at an endpoint again when the first that waits is due, or no more where nothing waits."""
        now = self.clock()
        first = self.log.first_due(endpoint.merchant_id)
        if first is None and now - endpoint.touched_at > LINGER_MS:
            self.endpoints.let_go(endpoint, {"state": "healthy", "place": ""}, touched_at=endpoint.touched_at)
            return
        # Nothing that is put there from now on is due before the longest delay of the queue has passed.
        again_at = max(self._next_sweep(), min(first or 0, now + 1000 * LONGEST_DELAY_SECONDS))
        self.endpoints.claim(endpoint, again_at, state="healthy", place="")

    def _put_into_queue(
        self, endpoint: Endpoint, found: Sequence[Waiting], purpose: Literal["delivery", "probe"]
    ) -> None:
        known = self.log.read([each.webhook_id for each in found])
        waiting = [each for each in known if each.state == "waiting"]
        ready, unknown = self._notifications(waiting)
        ready = [msgspec.structs.replace(each, purpose=purpose) for each in ready]
        # What the queue does not take is still in the index, and found again when a sweep begins at the first.
        refused = notifications.send(self.sqs, self.queue_url, ready, over_seconds=SWEEP_SECONDS)
        sent = len(ready) - len(refused)
        self.told(Swept(endpoint.merchant_id, sent, probed=purpose == "probe", unknown=unknown))

    def _notifications(self, waiting: Sequence[Delivery]) -> tuple[list[Notification], list[str]]:
        """Write the notifications anew from their transactions; name those that no transaction tells of."""
        ids = [each.transaction_id for each in waiting if each.transaction_id]
        found = {each.id: each for each in self.transactions.read(list(dict.fromkeys(ids)))}
        ready: list[Notification] = []
        unknown: list[str] = []
        for delivery in waiting:
            transaction = found.get(delivery.transaction_id or "")
            decision = transaction.decision if transaction else None
            events = notifications_of(transaction, decision) if transaction and decision else []
            told = next((each for each in events if each.webhook_id == delivery.id), None)
            if told is None:
                unknown.append(delivery.id)
            else:
                ready.append(msgspec.structs.replace(told, attempt=delivery.tries + 1))
        return ready, unknown

    def _next_sweep(self) -> int:
        return self.clock() + 1000 * SWEEP_SECONDS


def is_schedule(event: Mapping[str, Any]) -> bool:
    """Tell whether the function was called by the schedule, and not by the queue."""
    return event.get("source") == "aws.events"
