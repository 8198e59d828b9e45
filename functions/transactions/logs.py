"""The functions' logs: a JSON object a line, which Lambda passes on as it is.

    level  location  message  timestamp  service    what is told with the message    xray_trace_id

`location` is the function that logs and the line in it. Lambda goes by `level` and an RFC 3339 `timestamp` where a
function's own log level is set beside this one.
"""

import json
import logging
import os
import sys
from collections.abc import Mapping
from typing import Any, Final

from transactions.agreed.environments import LogEnvironment
from transactions.clock import iso, now

_TRACE_VARIABLE: Final = "_X_AMZN_TRACE_ID"
"""Set by Lambda for each invocation: `Root=1-…;Parent=…;Sampled=…`."""

# In ASCII, so that half a character in what is told cannot keep a line from being written.
_encode: Final = json.JSONEncoder(separators=(",", ":"), default=str).encode


class Logger:
    """Writes the log of a function."""

    def __init__(self, environment: LogEnvironment[str]) -> None:
        """Write what is severe enough.

        Args:
            environment: names the function, and the least severe level that is written.

        Raises:
            KeyError: there is no such level.
        """
        self._service = environment.service
        self._least = logging.getLevelNamesMapping()[environment.log_level]

    def info(self, message: str, **more: object) -> None:
        """Log what is as it should be; what is None of `more` is left out."""
        self._log("INFO", message, more)

    def warning(self, message: str, **more: object) -> None:
        """Log what goes wrong now and then."""
        self._log("WARNING", message, more)

    def error(self, message: str, **more: object) -> None:
        """Log what a person may have to look at."""
        self._log("ERROR", message, more)

    def _log(self, level: str, message: str, more: Mapping[str, object]) -> None:
        if getattr(logging, level) < self._least:
            return
        caller = sys._getframe(2)
        line = {
            "level": level,
            "location": f"{caller.f_code.co_name}:{caller.f_lineno}",
            "message": message,
            "timestamp": iso(now()),
            "service": self._service,
            **{name: value for name, value in more.items() if value is not None},
        }
        if trace := os.environ.get(_TRACE_VARIABLE):
            line["xray_trace_id"] = trace.partition(";")[0].removeprefix("Root=")
        write_line(line)


def write_line(content: Mapping[str, Any]) -> None:
    """Write a JSON object as a line of the log, in one piece: the notifier's threads write at the same time."""
    sys.stdout.write(f"{_encode(content)}\n")
    sys.stdout.flush()
