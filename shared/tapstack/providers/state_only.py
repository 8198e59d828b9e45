"""Resource types without a row that the lane is told to keep in the state alone.

`projects/lane.toml` names them, each with the reason that `local` tells:

    [state_only]
    "aws:ses/emailIdentity:EmailIdentity" = "nothing here sends mail"

Their inputs are checked like any other's. Nothing is made: the outputs are the inputs, an ARN that leads nowhere, and
what is empty; every change is an update.
"""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tapstack.providers.table import Generate, Row
from tapstack.providers.values import Props

SETTINGS: Final = "projects/lane.toml"
"""The file in a checkout."""

_TABLE: Final = "state_only"
_TOKEN: Final = re.compile(r"[a-z0-9-]+:[a-z0-9]+/[A-Za-z0-9]+:[A-Za-z0-9]+")


class SettingsError(Exception):
    """The file is not as it must be; the message names the file, the key and the next step."""


def rows_with_state_only(rows: Mapping[str, Row], settings: Path | None) -> Mapping[str, Row]:
    """Add a row for each type that the settings keep in the state alone.

    Args:
        rows: the types that have a row.
        settings: the file; without one, or where it is not there, nothing is added.

    Raises:
        SettingsError: the file is no TOML or says something else, a type is no type token or has a row.
    """
    if settings is None:
        return rows
    return {**rows, **{token: _row(token, reason, rows, settings) for token, reason in _read(settings).items()}}


def _read(settings: Path) -> Mapping[str, Any]:
    try:
        content = tomllib.loads(settings.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise SettingsError(f"{settings}: not TOML: {error}") from error
    if unknown := sorted(content.keys() - {_TABLE}):
        raise SettingsError(f"{settings}: unknown key {unknown[0]!r}; there is the table [{_TABLE}]")
    types = content.get(_TABLE, {})
    if not isinstance(types, dict):
        raise SettingsError(f"{settings}: {_TABLE} must be a table of resource types, each with a reason")
    return types


def _row(token: str, reason: object, rows: Mapping[str, Row], settings: Path) -> Row:
    if not _TOKEN.fullmatch(token):
        example = "aws:ses/emailIdentity:EmailIdentity"
        raise SettingsError(f"{settings}: {token!r} is no resource type; write it as in {example}")
    if token in rows:
        raise SettingsError(f"{settings}: {token} has a row in the tables; take it out of [{_TABLE}]")
    if not isinstance(reason, str) or not reason.strip() or "\n" in reason:
        raise SettingsError(f'{settings}: {token} must have its reason in one line, such as "nothing here sends mail"')
    return Row(generate=_made_up(token), state_only_reason=reason.strip())


def _made_up(token: str) -> Generate:
    service = token.partition(":")[2].partition("/")[0]

    def generate(name: str, inputs: Props) -> tuple[str, Props]:
        # The emulator's account has no region in its state; what takes the ARN takes it for one all the same.
        return name, {"arn": f"arn:aws:{service}:::{name}", **inputs}

    return generate
