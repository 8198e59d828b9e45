"""The functions' own metrics, in CloudWatch's embedded metric format: a line of the log that CloudWatch counts from.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import functools
from collections import Counter
from collections.abc import Callable, Mapping
from typing import ParamSpec, TypeVar

from transactions.agreed.metrics import NAMESPACE, PROBE_NAMESPACE
from transactions.clock import now
from transactions.logs import write_line

_Parameters = ParamSpec("_Parameters")
_Answer = TypeVar("_Answer")


class Metrics:
    """Counts what happens in an invocation, and writes the counts at its end, with what was measured."""

    def __init__(self, service: str) -> None:
        """Count for a function, whose name is the dimension of all its metrics."""
        self._service = service
        # Appending to a list is one step, whichever of the notifier's threads does it.
        self._happened: list[tuple[str, str]] = []
        self._measured: dict[str, int] = {}

    def count(self, name: str, *, is_probe: bool = False) -> None:
        """Count that something happened once more.

        Args:
            name: of the metric.
            is_probe: whether it happened to the environment's own probe, which is counted apart.
        """
        self._happened.append((PROBE_NAMESPACE if is_probe else NAMESPACE, name))

    def measure(self, name: str, seconds: int) -> None:
        """Note how long something is, in seconds."""
        self._measured[name] = seconds

    def written_after(self, handler: Callable[_Parameters, _Answer]) -> Callable[_Parameters, _Answer]:
        """Make a handler write what was counted whenever it ends, with an answer or without."""

        @functools.wraps(handler)
        def counted(*args: _Parameters.args, **kwargs: _Parameters.kwargs) -> _Answer:
            try:
                return handler(*args, **kwargs)
            finally:
                self._write()

        return counted

    def _write(self) -> None:
        happened, measured = self._happened[:], dict(self._measured)
        self._happened.clear()
        self._measured.clear()
        for namespace in sorted({namespace for namespace, _ in happened}):
            counts = Counter(name for counted, name in happened if counted == namespace)
            self._write_line(namespace, counts, "Count")
        if measured:
            self._write_line(NAMESPACE, measured, "Seconds")

    def _write_line(self, namespace: str, values: Mapping[str, int], unit: str) -> None:
        directive = {
            "Namespace": namespace,
            "Dimensions": [["service"]],
            "Metrics": [{"Name": name, "Unit": unit} for name in values],
        }
        write_line({"_aws": {"Timestamp": now(), "CloudWatchMetrics": [directive]}, "service": self._service, **values})
