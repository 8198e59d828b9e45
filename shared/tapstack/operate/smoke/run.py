"""A smoke run: the steps, in order; the first that does not go as it must ends it.

secret      the probe's webhook secret is there, and can be decrypted
submit      a transaction is accepted
replay      the same request again is the same transaction
conflict    the same Idempotency-Key with another body is refused
decide      the transaction is approved
decline     another one, above the limit, is declined for that
webhook     both decisions are in the sink, each signed so that the public verifier takes it
log         the log of deliveries has both
clean       what came into the sink is taken out

Whatever a run makes is called by random letters, and it looks for nothing else: runs do not disturb each other.
"""

import contextlib
import functools
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
import msgspec
from botocore.exceptions import BotoCoreError, ClientError
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from tapstack.new_names import new_name
from tapstack.operate.smoke.api import Api
from transactions.agreed.api import problem_type
from transactions.probe import AMOUNT_LIMIT, COUNTRY, CURRENCY
from transactions.transaction import PENDING
from transactions.webhooks.notifications import decision_webhook_ids_of
from transactions.webhooks.probe_sink import ProbeSink

_BETWEEN_SECONDS: Final = 0.3
_SMALL: Final = 1_000


class StepFailedError(Exception):
    """A step did not go as it must.

    Attributes:
        step: its name.
        seconds: how long it took.
        expected: what should have been.
        found: what was.
        transaction_id: what it was about; empty before there was one.
    """

    def __init__(self, step: str, seconds: float, expected: str, found: str, transaction_id: str) -> None:
        super().__init__(f"{step}: expected {expected}, found {found}")
        self.step = step
        self.seconds = seconds
        self.expected = expected
        self.found = found
        self.transaction_id = transaction_id


@dataclass(frozen=True)
class Done:
    """A step that went as it must.

    Attributes:
        step: its name.
        seconds: how long it took.
        found: what was there, in a few words.
    """

    step: str
    seconds: float
    found: str


class _OtherwiseError(Exception):
    """What was found is not what was expected."""

    def __init__(self, expected: str, found: str) -> None:
        super().__init__(f"expected {expected}, found {found}")
        self.expected = expected
        self.found = found


@dataclass
class SmokeRun:
    """One run.

    Attributes:
        api: the API under the probe's key.
        secret: reads the probe's webhook secret, or makes it.
        sink: where the probe's webhooks end.
        seconds: the most that the whole run may take.
        told: hears of each step that is done.
        approved: the transaction that is to be approved; empty before it is accepted.
        declined: likewise the one that is to be declined.
    """

    api: Api
    secret: Callable[[], str]
    sink: ProbeSink
    seconds: float
    told: Callable[[Done], None] = lambda _: None
    approved: str = ""
    declined: str = ""
    _letters: str = field(default_factory=new_name)
    _secret: str = ""
    _views: dict[str, Any] = field(default_factory=dict)
    _ends: float = 0.0

    def run(self) -> list[Done]:
        """Take all the steps.

        Raises:
            StepFailedError: one did not go as it must; what the run had put into the sink is taken out all the same.
        """
        self._ends = time.monotonic() + self.seconds
        done = []
        try:
            for name, step in self._steps().items():
                done.append(self._step(name, step))
                self.told(done[-1])
        except BaseException:
            # What is left, DynamoDB deletes.
            with contextlib.suppress(BotoCoreError, ClientError):
                self._clear()
            raise
        return done

    def _steps(self) -> Mapping[str, Callable[[], str]]:
        return {
            "secret": self._read_secret,
            "submit": self._submit,
            "replay": self._replay,
            "conflict": self._conflict,
            "decide": self._decide,
            "decline": self._decline,
            "webhook": self._webhooks,
            "log": self._log,
            "clean": self._clean,
        }

    def _step(self, name: str, step: Callable[[], str]) -> Done:
        began = time.monotonic()
        try:
            found = step()
            return Done(name, time.monotonic() - began, found)
        except _OtherwiseError as error:
            expected, found = error.expected, error.found
        except (BotoCoreError, ClientError) as error:
            expected, found = "an answer of AWS", f"{error}"
        except httpx.TransportError as error:
            expected, found = "an answer of the API", f"{type(error).__name__}: {error}"
        about = self.declined if name == "decline" else self.approved
        raise StepFailedError(name, time.monotonic() - began, expected, found, about)

    # The steps

    def _read_secret(self) -> str:
        try:
            self._secret = self.secret()
        except LookupError as error:
            raise _OtherwiseError("a webhook secret of the probe's", f"{error}") from error
        return "decrypted"

    def _submit(self) -> str:
        self.approved = self._accepted("1", _SMALL)
        return self.approved

    def _replay(self) -> str:
        answer = self.api.submit(self._key("1"), self._body("1", _SMALL))
        found = f"{_id_of(answer)} with {_status(answer)}"
        if _id_of(answer) != self.approved or answer.headers.get("idempotent-replayed") != "true":
            raise _OtherwiseError(f"the same transaction {self.approved}, said to be a replay", found)
        return "the same transaction"

    def _conflict(self) -> str:
        answer = self.api.submit(self._key("1"), self._body("1", _SMALL + 1))
        if answer.status_code != 422 or _document(answer).get("type") != problem_type("idempotency-conflict"):
            raise _OtherwiseError("422 idempotency-conflict", _status(answer))
        return "refused with 422"

    def _decide(self) -> str:
        return self._decided(self.approved, "approved", [])

    def _decline(self) -> str:
        self.declined = self._accepted("2", AMOUNT_LIMIT + 1)
        return self._decided(self.declined, "declined", ["amount_over_limit"])

    def _webhooks(self) -> str:
        for transaction_id in (self.approved, self.declined):
            (webhook_id,) = decision_webhook_ids_of(transaction_id)
            look = functools.partial(self.sink.of, webhook_id)
            received = self._awaited(look, f"webhook {webhook_id} in the sink", "nothing")
            try:
                event = Webhook(self._secret).verify(received.body, dict(received.headers))
            except WebhookVerificationError as error:
                raise _OtherwiseError(f"webhook {webhook_id} signed with the probe's secret", f"{error}") from error
            view = self._views[transaction_id]
            if event["type"] != f"transaction.{view['status']}" or event["data"] != view:
                raise _OtherwiseError(f"webhook {webhook_id} to say what the API says", _words(event))
        return "2 verified"

    def _log(self) -> str:
        for transaction_id in (self.approved, self.declined):

            def delivered(name: str = transaction_id) -> bool:
                entries = _document(self.api.read(name, "deliveries")).get("data", [])
                return [entry["state"] for entry in entries] == ["delivered"]

            self._awaited(delivered, f"the webhook of {transaction_id} logged as delivered", "it is not")
        return "2 delivered"

    def _clean(self) -> str:
        self._clear()
        return "nothing is left in the sink"

    # What they are made of

    def _accepted(self, number: str, amount: int) -> str:
        answer = self.api.submit(self._key(number), self._body(number, amount))
        found = _id_of(answer)
        if answer.status_code != 202 or not found or _document(answer).get("status") != PENDING:
            raise _OtherwiseError("202 and a pending transaction", _status(answer))
        return found

    def _decided(self, transaction_id: str, status: str, reasons: list[str]) -> str:
        def decided() -> Mapping[str, Any] | None:
            answer = self.api.read(transaction_id)
            if answer.status_code != 200:
                raise _OtherwiseError(f"200 and transaction {transaction_id}", _status(answer))
            view = _document(answer)
            return None if view.get("status") == PENDING else view

        view = self._awaited(decided, f"{transaction_id} to be {status}", PENDING)
        found = _words({"status": view.get("status"), "reasons": view.get("reasons")})
        if (view.get("status"), view.get("reasons")) != (status, reasons):
            raise _OtherwiseError(f"{transaction_id} to be {_words({'status': status, 'reasons': reasons})}", found)
        self._views[transaction_id] = view
        return f"{status}{f' for {reasons[0]}' if reasons else ''}"

    def _awaited(self, look: Callable[[], Any], expected: str, otherwise: str) -> Any:
        """Look until there is something, or until the run's time is over."""
        while not (found := look()):
            if time.monotonic() > self._ends:
                raise _OtherwiseError(expected, f"{otherwise} after {self.seconds:.0f} s")
            time.sleep(_BETWEEN_SECONDS)
        return found

    def _clear(self) -> None:
        for transaction_id in filter(None, (self.approved, self.declined)):
            for webhook_id in decision_webhook_ids_of(transaction_id):
                self.sink.forget(webhook_id)

    def _key(self, number: str) -> str:
        return f"smoke-{self._letters}-{number}"

    def _body(self, number: str, amount: int) -> dict[str, Any]:
        card = {"token": f"tok_smoke_{self._letters}_{number}", "bin": "424242", "country": COUNTRY}
        return {"amount": amount, "currency": CURRENCY, "card": card | {"expires": "2099-12"}}


def _document(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _id_of(answer: httpx.Response) -> str:
    return f"{_document(answer).get('id', '')}"


def _status(answer: httpx.Response) -> str:
    told = _document(answer)
    words = told.get("detail") or told.get("title") or told.get("message") or ""
    return f"{answer.status_code} {words}".strip()


def _words(value: object) -> str:
    return msgspec.json.encode(value).decode()
