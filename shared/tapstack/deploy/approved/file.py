"""The file of a saved plan: written whole, and taken only as it was written."""

import hashlib
import hmac
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tapstack.console.errors import UserError
from tapstack.console.hints import command
from tapstack.console.words import shortened
from tapstack.deploy.approved.digests import canonical
from tapstack.deploy.approved.facts import SECTIONS, Facts
from tapstack.layers import LAYERS

FORMAT: Final = 1
_SEAL: Final = "seal"


@dataclass(frozen=True)
class SavedLayer:
    """What a file holds of a layer.

    Attributes:
        key: the key of its digests, encrypted as the stack's settings are.
        facts: what was approved.
        seal: a digest of the file with that key.
    """

    key: str
    facts: Facts
    seal: str = ""


@dataclass(frozen=True)
class SavedPlan:
    """What a file holds.

    Attributes:
        stack: the stacks' name.
        made: when, in ISO 8601, UTC.
        commit: the commit of the checkout that it was made in, and whether anything differed from it.
        order: the layers wave by wave.
        layers: layer to what was approved of it.
    """

    stack: str
    made: str
    commit: str
    order: Sequence[Sequence[str]]
    layers: Mapping[str, SavedLayer]

    def sealed_by(self, layer: str, key: bytes) -> str:
        """Give the seal of a layer: whoever does not have its key cannot make one."""
        data = _data(self)
        data["layers"] = {name: {**each, _SEAL: ""} for name, each in data["layers"].items() if name == layer}
        return hmac.new(key, canonical(data), hashlib.sha256).hexdigest()


def write(file: Path, plan: SavedPlan) -> None:
    """Write a plan for its owner alone, whole or not at all.

    Raises:
        UserError: it cannot be written there.
    """
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{file.name}-", dir=file.parent)
        with os.fdopen(descriptor, "w", encoding="utf-8") as unfinished:
            json.dump(_data(plan), unfinished, indent=1, sort_keys=True)
            unfinished.write("\n")
        try:
            Path(name).replace(file)
        except OSError:
            Path(name).unlink()
            raise
    except OSError as error:
        raise UserError(
            f"the plan cannot be written to {shortened(f'{file}')}: {error.strerror}; name a file in a folder that is "
            "there"
        ) from error


def read(file: Path, stack: str) -> SavedPlan:
    """Read a plan.

    Raises:
        UserError: it is no saved plan, not whole, of a newer format, or of another stack.
    """
    name, anew = shortened(f"{file}"), command("plan", "--save", shortened(f"{file}"), stack=stack)
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"the plan {name} cannot be read: {error.strerror}; make it: {anew}") from error
    except ValueError as error:
        raise UserError(f"{name} is no saved plan, or is cut short: it is no JSON; plan anew: {anew}") from error
    found = data.get("format") if isinstance(data, dict) else None
    if isinstance(found, int) and not isinstance(found, bool) and found > FORMAT:
        raise UserError(
            f"{name} is of format {found}, and this checkout knows {FORMAT} at most: it is older than the one that "
            f"saved the plan; git pull, or plan anew: {anew}"
        )
    try:
        plan = _parsed(data)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise UserError(f"{name} is no saved plan, or was edited; plan anew: {anew}") from error
    if plan.stack != stack:
        raise UserError(
            f"{name} is a plan of stack {plan.stack!r}, and this is {stack!r}; take the one of {stack!r}, or plan "
            f"anew: {anew}"
        )
    return plan


def _data(plan: SavedPlan) -> dict[str, Any]:
    layers = {name: {"key": each.key, "facts": each.facts, _SEAL: each.seal} for name, each in plan.layers.items()}
    return {
        "format": FORMAT,
        "stack": plan.stack,
        "made": plan.made,
        "commit": plan.commit,
        "order": [list(wave) for wave in plan.order],
        "layers": layers,
    }


def _parsed(data: Any) -> SavedPlan:
    if data["format"] != FORMAT:
        raise ValueError(data["format"])
    layers = {
        layer: SavedLayer(_text(each["key"]), _facts(each["facts"]), _text(each[_SEAL]))
        for layer, each in data["layers"].items()
    }
    order = [[_text(layer) for layer in wave] for wave in data["order"]]
    if (
        not layers
        or sorted(layer for wave in order for layer in wave) != sorted(layers)
        or not layers.keys() <= {*LAYERS}
    ):
        raise ValueError(order)
    return SavedPlan(_text(data["stack"]), _text(data["made"]), _text(data["commit"]), order, layers)


def _facts(data: Any) -> Facts:
    if data.keys() != SECTIONS.keys():
        raise ValueError(list(data))
    return {section: {_text(name): _text(fact) for name, fact in facts.items()} for section, facts in data.items()}


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value
