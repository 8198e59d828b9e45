"""The one gate every call to a modelled service goes through, where a simulation says what becomes of it.

    fault               applied   the caller sees
    None                once      the answer
    crash_before        no        nothing: it is dead
    crash_after         once      nothing: it is dead
    throttle            no        the service's throttling error
    timeout_unapplied   no        a read time-out
    timeout_applied     once      a read time-out
    resent              twice     the second answer: the first was lost, and botocore sent the request again

botocore retries by itself what is throttled or timed out; a fault other than `resent` stands for what is left when its
attempts are used up.
"""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar

from botocore.exceptions import ClientError, ReadTimeoutError

from simulation.model.errors import client_error

_T = TypeVar("_T")

THROTTLED: Final = {
    "dynamodb": ("ProvisionedThroughputExceededException", "The level of configured throughput was exceeded."),
    "sqs": ("RequestThrottled", "Request is throttled."),
    "kms": ("ThrottlingException", "Rate exceeded"),
    "secretsmanager": ("ThrottlingException", "Rate exceeded"),
}
"""Service to code and message of its throttling error."""


class Crash(BaseException):
    """The process that made the call is gone; no `except Exception` may catch that."""


class Fault(StrEnum):
    """What can become of a call."""

    CRASH_BEFORE = "crash_before"
    CRASH_AFTER = "crash_after"
    THROTTLE = "throttle"
    TIMEOUT_UNAPPLIED = "timeout_unapplied"
    TIMEOUT_APPLIED = "timeout_applied"
    RESENT = "resent"


def _never(service: str, operation: str) -> Fault | None:
    return None


def _nothing(service: str, operation: str) -> None:
    return None


@dataclass
class Faults:
    """The gate."""

    decide: Callable[[str, str], Fault | None] = _never
    """Says, by service (`dynamodb`) and operation (`PutItem`), what becomes of the call."""
    between: Callable[[str, str], None] = _nothing
    """Is called before each call is decided on: here other work can run, calls of its own included."""
    about: str = ""
    """The table and the item that the call is about; empty where it is about no item."""

    def gate(self, service: str, operation: str, apply: Callable[[], _T]) -> _T:
        """Let a call through, or not.

        Raises:
            Crash: the caller is dead.
            ClientError: the call was throttled, or the service refuses it.
            ReadTimeoutError: no answer came.
        """
        self.between(service, operation)
        self.about = ""
        fault = self.decide(service, operation)
        match fault:
            case Fault.CRASH_BEFORE:
                raise Crash(f"before {operation}")
            case Fault.THROTTLE:
                raise client_error(operation, *THROTTLED[service])
            case Fault.TIMEOUT_UNAPPLIED:
                raise ReadTimeoutError(endpoint_url=f"https://{service}")
            case None:
                return apply()
        # The first answer never arrives, whether it is a result or an error.
        with contextlib.suppress(ClientError):
            apply()
        if fault is Fault.CRASH_AFTER:
            raise Crash(f"after {operation}")
        if fault is Fault.TIMEOUT_APPLIED:
            raise ReadTimeoutError(endpoint_url=f"https://{service}")
        return apply()
