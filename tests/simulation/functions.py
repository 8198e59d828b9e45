"""The three functions as Lambda runs them: execution environments, and invocations that stop at every call they make.

An invocation is a greenlet. It runs until its next call to AWS or to a merchant and waits there for `resume`, so what
runs beside it can be put between any two of its calls. Where it has a pool do work side by side, each item of the work
is a strand, a greenlet of its own that stops and goes on likewise, and the invocation goes on when all have ended. An
environment serves one invocation at a time, keeps what its module remembers from one to the next, and is gone after a
crash.
"""

import importlib
import importlib.util
import io
import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import ModuleType, SimpleNamespace
from typing import Any, Final
from unittest import mock

from greenlet import getcurrent, greenlet

from simulation.checkouts import Checkout
from simulation.model.faults import Crash, Fault
from transactions.agreed import environments as agreed
from transactions.agreed.metrics import NAMESPACE

MERCHANTS_TABLE: Final = "merchants"
TRANSACTIONS_TABLE: Final = "transactions"
DELIVERIES_TABLE: Final = "deliveries"
VELOCITY_TABLE: Final = "velocity"
NOTIFICATIONS_QUEUE_URL: Final = "https://sqs.eu-central-1.amazonaws.com/000000000000/notifications"
WEBHOOK_SECRET_PREFIX: Final = "webhooks/"
"""Of secrets in Secrets Manager, which handlers of earlier versions read."""
SLEEP: Final = ("time", "sleep")
"""Where an invocation waits that is to go on after a time."""

ENVIRONMENTS: Final[Mapping[str, agreed.Environment[str]]] = {
    "validator": agreed.ValidatorEnvironment(
        merchants_table=MERCHANTS_TABLE,
        transactions_table=TRANSACTIONS_TABLE,
        deliveries_table=DELIVERIES_TABLE,
        notifications_queue_url=NOTIFICATIONS_QUEUE_URL,
        list_for_earlier_versions=agreed.FALSE,
    ),
    "fraud_detector": agreed.FraudDetectorEnvironment(
        merchants_table=MERCHANTS_TABLE,
        transactions_table=TRANSACTIONS_TABLE,
        velocity_table=VELOCITY_TABLE,
        notifications_queue_url=NOTIFICATIONS_QUEUE_URL,
        test_tokens=agreed.TRUE,
    ),
    "notifier": agreed.NotifierEnvironment(
        merchants_table=MERCHANTS_TABLE,
        notifications_queue_url=NOTIFICATIONS_QUEUE_URL,
        transactions_table=TRANSACTIONS_TABLE,
        deliveries_table=DELIVERIES_TABLE,
        notifications_dead_letter_queue_url=f"{NOTIFICATIONS_QUEUE_URL}-dead-letters",
        alerts_topic_arn="arn:aws:sns:eu-central-1:000000000000:alerts",
        webhook_allow_private_targets=agreed.FALSE,
    ),
}
# For handlers of earlier versions, which wrote logs and metrics with Powertools and read Secrets Manager.
_OF_EARLIER: Final = {
    "POWERTOOLS_METRICS_NAMESPACE": NAMESPACE,
    "POWERTOOLS_SERVICE_NAME": "simulation",
    "WEBHOOK_SECRET_PREFIX": WEBHOOK_SECRET_PREFIX,
}

PRINTED = io.StringIO()
"""All that the functions wrote to their logs and metrics; Powertools keeps hold of the stream it finds first."""


def variables_of(function: str) -> dict[str, str]:
    """Give the variables that a function is deployed with."""
    log = agreed.LogEnvironment(service=function.replace("_", "-"), log_level="INFO")
    return log.variables() | ENVIRONMENTS[function].variables()


def also_listed_for_earlier_versions() -> dict[str, str]:
    """Give the variable by which the validator lists new transactions where versions before the list index look."""
    return {"LIST_FOR_EARLIER_VERSIONS": agreed.TRUE}


@dataclass
class Environment:
    """One execution environment of a function."""

    function: str
    module: ModuleType
    checkout: Checkout | None = None
    """The earlier version it runs; None for this checkout's."""
    is_busy: bool = False


@dataclass(eq=False)
class Invocation:
    """One run of a function's handler, or a strand of one.

    Attributes:
        environment: where it runs.
        event: what it was called with.
        ended: takes what became of it: its answer, or the exception it ended with.
        started: when it was called, in milliseconds.
        waits_at: the call it is about to make, as service and operation; None before the first.
        waits_for: the table and the item that this call is about; empty where it is about none.
        fault: what is to become of that call.
        faults: how many of its calls were under one.
        sleeps_until: when it goes on by itself, in milliseconds; in the past where it is about to make a call.
        part_of: the invocation that a strand belongs to; None for a whole invocation.
        place: of a strand, which item of the work it does.
        split: the work that it has done side by side at present.
    """

    environment: Environment
    event: Any
    ended: Callable[[Any, BaseException | None], None]
    run: greenlet
    started: int
    waits_at: tuple[str, str] | None = None
    waits_for: str = ""
    fault: Fault | None = None
    faults: int = 0
    sleeps_until: int = 0
    part_of: "Invocation | None" = None
    place: int = 0
    split: "Split | None" = None

    @property
    def is_over(self) -> bool:
        """Whether it has come to its end."""
        return self.run.dead

    @property
    def strands(self) -> "list[Invocation]":
        """What of it can go on: its strands, or the whole."""
        return list(self.split.strands) if self.split else [self]

    @property
    def whole(self) -> "Invocation":
        """The invocation itself, or that which the strand belongs to."""
        return self.part_of or self


@dataclass
class Split:
    """Work that is done side by side.

    Attributes:
        most: how many strands there can be at a time.
        waiting: what no strand has begun with.
        strands: those that have not ended.
        results: place to what the work at it came to.
        errors: likewise, to the error that it ended with.
    """

    most: int
    waiting: deque[tuple[int, Callable[[], Any]]]
    strands: list[Invocation] = field(default_factory=list)
    results: dict[int, Any] = field(default_factory=dict)
    errors: dict[int, Exception] = field(default_factory=dict)


@dataclass(frozen=True)
class StrandPool:
    """Takes the place of `ThreadPoolExecutor` in a function's environment."""

    functions: "Functions"
    workers: int

    def map(self, work: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
        """Have the work done with each item, in strands of the present invocation."""
        return self.functions.side_by_side([partial(work, item) for item in items], self.workers)


@dataclass
class Functions:
    """All environments and all invocations under way.

    Attributes:
        client: makes a client of a service, in place of `boto3.client`.
        clock: makes the clock of an environment.
        now: returns the true time.
        about: says what a call is about.
        replaced: module to the attribute that is another one here, and what it is.
        variables: environment variables that are others than those the functions are deployed with.
        version: says which version gets the next call of a function; None is this checkout's.
        courier: makes what delivers webhooks, in place of `transactions.webhooks.delivery.Courier`.
    """

    client: Callable[[str], Any]
    clock: Callable[[], Callable[[], int]]
    now: Callable[[], int]
    courier: Callable[..., Any]
    about: Callable[[], str] = lambda: ""
    version: Callable[[], Checkout | None] = lambda: None
    replaced: Mapping[str, tuple[str, Any]] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    environments: list[Environment] = field(default_factory=list)
    running: list[Invocation] = field(default_factory=list)
    """What can go on: invocations that are whole, and the strands of others."""
    _hub: greenlet = field(default_factory=getcurrent)

    def invoke(self, function: str, event: Any, ended: Callable[[Any, BaseException | None], None]) -> Invocation:
        """Call a function and let it run to its first call."""
        invocation = self.begin(function, event, ended)
        self.resume(invocation)
        return invocation

    def begin(self, function: str, event: Any, ended: Callable[[Any, BaseException | None], None]) -> Invocation:
        """Call a function, and have it wait before it does anything."""
        wanted = (function, self.version())
        environment = next(
            (each for each in self.environments if (each.function, each.checkout) == wanted and not each.is_busy), None
        ) or self._cold_start(*wanted)
        environment.is_busy = True
        handler = environment.module.handler
        context = SimpleNamespace(aws_request_id="request", function_name=function)
        run = greenlet(lambda: handler(event, context), parent=self._hub)
        invocation = Invocation(environment, event, ended, run, self.now())
        self.running.append(invocation)
        return invocation

    def resume(self, invocation: Invocation, fault: Fault | None = None) -> None:
        """Let an invocation, or the first of its strands, make the call it waits at, and run to the next.

        Args:
            invocation: the invocation or strand.
            fault: what becomes of the call; None for an answer.
        """
        one = invocation.strands[0]
        one.fault = fault
        one.faults += fault is not None
        self._switch(one)
        self._go_on(one.whole)

    def cut(self, invocation: Invocation) -> None:
        """End an invocation and all of its strands where they are, as Lambda does when its time is up."""
        self._crash(invocation.whole, Crash("the time-out"))

    def side_by_side(self, work: Iterable[Callable[[], Any]], most: int) -> list[Any]:
        """Have work done in strands of the present invocation; stop there until all of it is done."""
        invocation = self._current()
        assert invocation is not None
        assert invocation.part_of is None
        split = invocation.split = Split(most, deque(enumerate(work)))
        self.running.remove(invocation)
        self._hub.switch()
        if split.errors:
            raise split.errors[min(split.errors)]
        return [split.results[place] for place in sorted(split.results)]

    def between(self, service: str, operation: str) -> None:
        """Stop here, if it is an invocation that is about to make a call."""
        invocation = self._current()
        if invocation:
            invocation.waits_at = (service, operation)
            invocation.waits_for = self.about()
            self._hub.switch()

    def sleep(self, seconds: float) -> None:
        """Stop here for a time, in place of `time.sleep`."""
        invocation = self._current()
        assert invocation is not None
        invocation.sleeps_until = self.now() + round(seconds * 1000)
        self.between(*SLEEP)

    def decide(self, service: str, operation: str) -> Fault | None:
        """Say what is to become of the call."""
        invocation = self._current()
        return invocation.fault if invocation else None

    def present(self) -> Invocation | None:
        """Return the invocation, whole, that runs at this moment; None where none does."""
        current = self._current()
        return current and current.whole

    def _current(self) -> Invocation | None:
        current = getcurrent()
        return next((each for each in self.running if each.run is current), None)

    def _switch(self, one: Invocation) -> None:
        """Let one go on until it stops or comes to its end."""
        answer, error = self._run(one.run.switch)
        if isinstance(error, Crash):
            self._crash(one.whole, error)
        elif one.is_over and one.part_of is None:
            self.running.remove(one)
            one.environment.is_busy = False
            one.ended(answer, error)

    def _go_on(self, whole: Invocation) -> None:
        """Have strands begin, each with the run to its first call, and the whole go on when all have ended."""
        while not whole.is_over and (split := whole.split):
            while split.waiting and len(split.strands) < split.most and not whole.is_over:
                place, work = split.waiting.popleft()
                self._begin_strand(whole, split, place, work)
            if whole.is_over or split.strands:
                return
            whole.split = None
            self.running.append(whole)
            self._switch(whole)

    def _begin_strand(self, whole: Invocation, split: Split, place: int, work: Callable[[], Any]) -> None:
        def done() -> None:
            try:
                split.results[place] = work()
            except Exception as error:  # noqa: BLE001 - a pool hands it on to whoever asks for the result
                split.errors[place] = error
            split.strands.remove(strand)
            self.running.remove(strand)

        run = greenlet(done, parent=self._hub)
        strand = Invocation(whole.environment, whole.event, whole.ended, run, whole.started, part_of=whole, place=place)
        split.strands.append(strand)
        self.running.append(strand)
        self._switch(strand)

    def _crash(self, whole: Invocation, error: Crash) -> None:
        """End an environment with everything that is under way in it."""
        for one in (*(whole.split.strands if whole.split else ()), whole):
            if one in self.running:
                self.running.remove(one)
            if not one.is_over:
                self._run(partial(one.run.throw, Crash(f"{error}")))
        whole.environment.is_busy = False
        self.environments.remove(whole.environment)
        whole.ended(None, error)

    def _run(self, switch: Callable[[], Any]) -> tuple[Any, BaseException | None]:
        """Switch to a greenlet; return what it came to, if it came to its end, or the error that ended it."""
        outside, sys.stdout = sys.stdout, PRINTED
        try:
            return switch(), None
        except (Exception, Crash) as raised:  # noqa: BLE001 - Lambda ends an invocation for anything
            return None, raised
        finally:
            sys.stdout = outside

    def _cold_start(self, function: str, checkout: Checkout | None) -> Environment:
        if checkout is None:
            module = self._loaded(function)
        else:
            with checkout.imported():
                module = self._loaded(function)
                for name, (attribute, value) in self.replaced.items():
                    setattr(importlib.import_module(name), attribute, value)
        environment = Environment(function, module, checkout)
        self.environments.append(environment)
        return environment

    def _loaded(self, function: str) -> ModuleType:
        spec = importlib.util.find_spec(f"{function}.handler")
        if spec is None or spec.loader is None:
            raise ModuleNotFoundError(f"{function}.handler")
        module = importlib.util.module_from_spec(spec)
        outside, sys.stdout = sys.stdout, PRINTED
        try:
            with (
                mock.patch("boto3.client", self.client),
                mock.patch("concurrent.futures.ThreadPoolExecutor", partial(StrandPool, self)),
                # For good is as long as an environment lives, and here many live in one process.
                mock.patch("gc.freeze"),
                mock.patch("time.sleep", self.sleep),
                mock.patch("transactions.clock.now", self.clock()),
                mock.patch("transactions.webhooks.delivery.Courier", self.courier),
                mock.patch.dict(os.environ, _OF_EARLIER | variables_of(function) | dict(self.variables)),
            ):
                spec.loader.exec_module(module)
        finally:
            sys.stdout = outside
        return module
