"""Sends transactions through the lane's API, follows each to its decision, and looks for its webhook."""

import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from typing import Any, Final

import httpx

from tapstack.console.errors import UserError
from tapstack.console.hints import command
from tapstack.lane.receiver import Receiver
from tapstack.lane.transactions_file import Line
from tapstack.new_names import new_name

PENDING: Final = "pending"
CONCURRENCY: Final = 8
DECISION_SECONDS: Final = 30.0
WEBHOOK_SECONDS: Final = 30.0

_FIRST_WAIT: Final = 0.1
_LONGEST_WAIT: Final = 2.0
_TOO_MANY: Final = 429

# The emulator starts a process for every invocation at once, and keeps it with its unpacked package until the function
# goes. More of them than this only wait for the cores: transactions may be under way in any number, requests may not.
_CORES: Final = os.cpu_count() or 1
_AT_ONCE: Final[Mapping[str, threading.BoundedSemaphore]] = {
    "POST": threading.BoundedSemaphore(max(8, 2 * _CORES)),
    # A question that comes too early keeps the fraud-detector from the answer; one that waits is asked once.
    "GET": threading.BoundedSemaphore(max(2, _CORES // 2)),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one transaction.

    Attributes:
        line: what was sent.
        merchant: for whom.
        transaction_id: the id the API gave it; empty when it was not accepted.
        status: the decision; empty when there is none.
        problem: why there is none, or why the transaction counts as failed; empty when it does not.
        seconds: from the request to the decision, to the nearest poll.
        webhook: whether a webhook with a good signature told of the decision.
        reasons: what spoke against the transaction, as the API tells it.
    """

    line: Line
    merchant: str
    transaction_id: str = ""
    status: str = ""
    problem: str = ""
    seconds: float = 0.0
    webhook: bool = False
    reasons: tuple[str, ...] = ()


class Api:
    """The API as one merchant uses it."""

    def __init__(self, transactions_url: str, merchant: str, key: str) -> None:
        """Open connections to the API.

        Args:
            transactions_url: where transactions are posted.
            merchant: the merchant's id.
            key: the merchant's API key.
        """
        self.merchant = merchant
        self._url = transactions_url
        self._client = httpx.Client(headers={"x-api-key": key}, timeout=30, trust_env=False)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def send(self, line: Line) -> Outcome:
        """Post one transaction under a key of its own and follow it to its decision; errors are in the outcome."""
        outcome = Outcome(line, self.merchant)
        deadline = time.monotonic() + DECISION_SECONDS
        try:
            answer = self._request("POST", self._url, deadline, json=line.body, headers={"idempotency-key": new_name()})
            if answer.status_code != httpx.codes.ACCEPTED:
                return replace(outcome, problem=_refusal(answer))
            started = time.monotonic() - answer.elapsed.total_seconds()
            transaction = answer.json()
            outcome = replace(outcome, transaction_id=transaction["id"])
            wait = _FIRST_WAIT
            while transaction["status"] == PENDING:
                if time.monotonic() > deadline:
                    return replace(outcome, problem=f"still pending after {DECISION_SECONDS:.0f} s")
                time.sleep(wait)
                wait = min(wait * 1.5, _LONGEST_WAIT)
                answer = self._request("GET", f"{self._url}/{outcome.transaction_id}", deadline)
                if answer.status_code != httpx.codes.OK:
                    return replace(outcome, problem=_refusal(answer))
                transaction = answer.json()
        except (httpx.HTTPError, KeyError, TypeError, ValueError) as error:
            return replace(outcome, problem=f"{type(error).__name__}: {error}")
        return replace(
            outcome,
            status=transaction["status"],
            reasons=tuple(transaction.get("reasons", ())),
            seconds=time.monotonic() - started,
        )

    def _request(self, method: str, url: str, deadline: float, **options: Any) -> httpx.Response:
        """Make a request, and make it again while the usage plan asks to slow down."""
        wait = _FIRST_WAIT
        while True:
            with _AT_ONCE[method]:
                answer = self._client.request(method, url, **options)
            if answer.status_code != _TOO_MANY or time.monotonic() > deadline:
                return answer
            time.sleep(wait)
            wait = min(wait * 2, _LONGEST_WAIT)


def send_all(
    jobs: Iterable[tuple[Api, Line]], *, told: Callable[[Outcome], None], concurrency: int = CONCURRENCY
) -> list[Outcome]:
    """Send transactions, a few at a time, and return their outcomes in the order of the jobs.

    Args:
        jobs: each transaction with the API of its merchant.
        told: hears of each outcome as it comes.
        concurrency: how many are under way at once.
    """
    with ThreadPoolExecutor(concurrency) as pool:
        futures = [pool.submit(api.send, line) for api, line in jobs]
        try:
            for future in as_completed(futures):
                told(future.result())
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [future.result() for future in futures]


def check_webhooks(outcomes: Sequence[Outcome], receiver: Receiver) -> list[Outcome]:
    """Wait for the webhooks of all decided transactions, as long as they keep coming.

    One that does not come is the outcome's problem.

    Raises:
        UserError: the receiver is not running.
    """
    if not receiver.running():
        raise UserError(f"the webhook receiver is not running; run: {command('local')}")
    wanted = {outcome.transaction_id for outcome in outcomes if outcome.status}
    deadline, seen = time.monotonic() + WEBHOOK_SECONDS, 0
    while True:
        delivered = _delivered(receiver)
        if len(delivered) > seen:
            deadline, seen = time.monotonic() + WEBHOOK_SECONDS, len(delivered)
        if wanted <= delivered.keys() or time.monotonic() > deadline:
            return [_with_webhook(outcome, delivered) for outcome in outcomes]
        time.sleep(_FIRST_WAIT)


def _with_webhook(outcome: Outcome, delivered: dict[str, str]) -> Outcome:
    if not outcome.status:
        return outcome
    told = delivered.get(outcome.transaction_id)
    if told is None:
        return replace(outcome, problem=f"no webhook within {WEBHOOK_SECONDS:.0f} s")
    if told != outcome.status:
        return replace(outcome, problem=f"the webhook says {told}, the API {outcome.status}")
    return replace(outcome, webhook=True)


def _delivered(receiver: Receiver) -> dict[str, str]:
    """Transaction id to the status its verified webhook told; a test event tells of none."""
    told = [delivery.event["data"] for delivery in receiver.deliveries() if delivery.verified]
    return {data["id"]: data["status"] for data in told if "id" in data}


def _refusal(answer: httpx.Response) -> str:
    """An HTTP error in words: status, and what the problem document says."""
    try:
        problem = answer.json()
    except ValueError:
        problem = {}
    if not isinstance(problem, dict):
        problem = {}
    words = problem.get("detail") or problem.get("title") or problem.get("message") or answer.text[:200]
    return f"{answer.status_code} {words}".strip()
