"""A record of every AWS call: one JSON object a line, in the file that `TAPSTACK_CALLS` names.

What a layer calls is what the role that deploys it has to be allowed. Parameters that AWS's models call sensitive are
left out, and so is what is no text: they name no resource.
"""

import contextlib
import contextvars
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

VARIABLE: Final = "TAPSTACK_CALLS"

_recording: Final = contextvars.ContextVar("recording", default=True)


@contextlib.contextmanager
def unrecorded() -> Iterator[None]:
    """Record nothing in a `with` block: what the stand-in looks up there, AWS knows without being asked."""
    before = _recording.set(False)
    try:
        yield
    finally:
        _recording.reset(before)


def record_calls(client: Any) -> None:
    """Record what a boto3 client calls from now on, where the environment asks for it."""
    if file := os.environ.get(VARIABLE):
        client.meta.events.register("provide-client-params", _Recorder(Path(file)))


class _Recorder:
    """Writes calls to a file that other processes may write to as well."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def __call__(self, params: Mapping[str, Any], model: Any, **_: Any) -> None:
        if not _recording.get():
            return
        call = {
            "service": model.service_model.service_name,
            "operation": model.name,
            "params": _told(model.input_shape, params) if model.input_shape else {},
        }
        # A line is written at once, and so whole.
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(call) + "\n")


def _told(shape: Any, value: Any) -> Any:
    kind = shape.type_name
    if kind == "structure" and isinstance(value, Mapping):
        known = {key: shape.members[key] for key in value if key in shape.members}
        return {
            key: _told(member, value[key])
            for key, member in known.items()
            if not member.metadata.get("sensitive") and member.type_name != "blob"
        }
    if kind == "list" and isinstance(value, list):
        return [_told(shape.member, item) for item in value]
    if kind == "map" and isinstance(value, Mapping):
        return {key: _told(shape.value, item) for key, item in value.items()}
    return value if isinstance(value, str | int | float | bool) else f"{value}"
