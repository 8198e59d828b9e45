"""Digests by which a value is known again, and from which nobody learns it.

All of them are made with a key of the file's own. The key stands in the file as the engine encrypts settings of the
stack, so whoever cannot read the stack's secrets can neither guess at a short value nor write a file that is taken.
"""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from tapstack.console.errors import UserError
from tapstack.engine.events import UNKNOWN
from tapstack.engine.stack import LayerStack
from tapstack.engine.state import MARK

_SETTING: Final = "tapstack:planKey"
_SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the engine's mark of one
_KINDS: Final = {bool: "true or false", int: "a number", float: "a number", str: "text", list: "a list"}


class Key:
    """What digests are made with."""

    def __init__(self, key: bytes) -> None:
        """Take a key of 32 bytes."""
        self._key = key

    def digest(self, value: Any) -> str:
        """Give what a value is known by; `UNKNOWN` in it is a value like any other."""
        return hmac.new(self._key, canonical(value), hashlib.sha256).hexdigest()[:32]

    def fact(self, value: Any) -> str:
        """Give a value's kind and its digest: `text 5d41402a…`."""
        return f"{kind_of(value)} {self.digest(value)}"


def canonical(value: Any) -> bytes:
    """Write data as bytes, the same for equal data."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def kind_of(value: Any) -> str:
    """Say in words what kind of value it is."""
    if value == UNKNOWN:
        return "unknown"
    if isinstance(value, Mapping):
        return "a secret" if value.get(MARK) == _SECRET else "an object"
    return "nothing" if value is None else _KINDS[type(value)]


def fact_kind(fact: str) -> str:
    """Give the kind that a fact tells, without its digest."""
    return fact.rpartition(" ")[0] or fact


def new_key() -> bytes:
    """Make a key."""
    return secrets.token_bytes(32)


def encrypted(stack: LayerStack, key: bytes) -> str:
    """Encrypt a key as the engine encrypts the stack's settings.

    Raises:
        UserError: the engine cannot encrypt settings of this stack.
    """
    with TemporaryDirectory(prefix="tapstack-plan-") as folder:
        file = _settings(stack, Path(folder))
        text = base64.b64encode(key).decode()
        stack.command("config", "set", "--secret", "--stack", stack.name, "--config-file", f"{file}", _SETTING, text)
        from yaml import safe_load  # noqa: PLC0415 - saved plans alone need it

        settings: Mapping[str, Any] = safe_load(file.read_text(encoding="utf-8"))
        return f"{settings['config'][_SETTING]['secure']}"


def decrypted(stack: LayerStack, ciphertext: str) -> bytes | None:
    """Decrypt a key; None where the stack's own settings are encrypted by something else."""
    from yaml import safe_dump, safe_load  # noqa: PLC0415 - saved plans alone need it

    with TemporaryDirectory(prefix="tapstack-plan-") as folder:
        file = _settings(stack, Path(folder))
        settings = safe_load(file.read_text(encoding="utf-8"))
        settings["config"] = {_SETTING: {"secure": ciphertext}}
        file.write_text(safe_dump(settings), encoding="utf-8")
        try:
            told = stack.command("config", "get", "--stack", stack.name, "--config-file", f"{file}", _SETTING)
            return base64.b64decode(told.strip(), validate=True)
        except (UserError, binascii.Error):
            return None


def _settings(stack: LayerStack, folder: Path) -> Path:
    """Copy the stack's settings, which say how it encrypts: the copy is changed, and thrown away."""
    file = folder / f"Pulumi.{stack.name}.yaml"
    own = stack.folder / file.name
    file.write_text(own.read_text(encoding="utf-8") if own.exists() else "config: {}\n", encoding="utf-8")
    return file
