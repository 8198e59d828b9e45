"""Saves a plan for somebody to approve, and holds a deployment to one that was."""

import subprocess
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tapstack.checkout import CHECKOUT
from tapstack.console.errors import UserError
from tapstack.console.hints import command
from tapstack.console.progress import step
from tapstack.console.words import shortened
from tapstack.deploy.approved.comparing import differences
from tapstack.deploy.approved.digests import Key, decrypted, encrypted, new_key
from tapstack.deploy.approved.facts import LOOKS
from tapstack.deploy.approved.file import SavedLayer, SavedPlan, read, write
from tapstack.deploy.plan import Plan
from tapstack.engine.environment import Environment
from tapstack.engine.side_by_side import side_by_side

_TOLD: Final = 4
"""How many sections with differences a refusal tells of."""


def save(environment: Environment, plan: Plan, file: Path) -> list[str]:
    """Save what a plan would write.

    Args:
        environment: where.
        plan: what was shown, with nothing that keeps it from being carried out.
        file: where to.

    Returns:
        The layers that are not in it, as they are known only once one before them is up.

    Raises:
        UserError: the plan has nothing in it, or a file cannot be written there.
    """
    known = [layer.layer for layer in plan.layers if not layer.is_provisional]
    if not known:
        raise UserError("no layer of the plan is known yet, or none is touched. Nothing was saved")
    if not file.parent.is_dir() or file.is_dir():
        raise UserError(f"the plan cannot be written to {shortened(f'{file}')}: name a file in a folder that is there")

    def one(layer: str) -> SavedLayer:
        stack, key = environment.stack(layer), new_key()
        facts = dict(section for look in LOOKS for section in look(environment, layer, Key(key)).items())
        saved = SavedLayer(encrypted(stack, key), facts)
        whole = replace(draft, layers={layer: saved})
        return replace(saved, seal=whole.sealed_by(layer, key))

    order = [[layer.layer for layer in wave if layer.layer in known] for wave in plan.waves]
    made = datetime.now(UTC).isoformat(timespec="seconds")
    draft = SavedPlan(environment.name, made, _commit(), [wave for wave in order if wave], {})
    with step("save", f"looking at all that {', '.join(known)} follow from") as current:
        found = side_by_side(environment, known, one)
        if failed := [f"{outcome}" for outcome in found.values() if isinstance(outcome, UserError)]:
            raise UserError(f"{'; '.join(failed)}. Nothing was saved")
        layers = {layer: each for layer, each in found.items() if isinstance(each, SavedLayer)}
        write(file, replace(draft, layers=layers))
        current.result = f"{', '.join(known)} in {file}"
    return [layer for layer in plan.names if layer not in known]


@dataclass(frozen=True)
class Approval:
    """A plan that was approved, and what a deployment is held to.

    Attributes:
        environment: where.
        file: where the plan was read from.
        plan: the plan.
    """

    environment: Environment
    file: Path
    plan: SavedPlan

    @classmethod
    def opened(cls, environment: Environment, file: Path) -> "Approval":
        """Read a plan.

        Raises:
            UserError: it is none, or of another stack.
        """
        return cls(environment, file, read(file, environment.name))

    @property
    def layers(self) -> list[str]:
        """The layers that are approved, in the order they deploy."""
        return [layer for wave in self.plan.order for layer in wave]

    def require(self, layers: Collection[str]) -> None:
        """See that layers are as they were when the plan was made.

        Raises:
            UserError: one is not, or the file is not as it was written; the message names what differs.
        """
        with step("approval", f"holding {', '.join(layers)} to {self.file}") as current:
            found = side_by_side(self.environment, list(layers), self._refusal)
            if told := [f"{outcome}" for outcome in found.values() if outcome]:
                raise UserError("; ".join(told))
            current.result = f"{', '.join(layers)} as approved"

    def require_order(self, order: Sequence[Sequence[str]]) -> None:
        """See that the layers would deploy in the order that was approved.

        Raises:
            UserError: they would not.
        """
        if [list(wave) for wave in order] != [list(wave) for wave in self.plan.order]:
            was, now = (" → ".join(" ∥ ".join(wave) for wave in each) or "none" for each in (self.plan.order, order))
            raise UserError(f"the layers would deploy as {now}, and {was} was approved. {self._ending(self.layers)}")

    def _refusal(self, layer: str) -> str:
        saved = self.plan.layers[layer]
        key = decrypted(self.environment.stack(layer), saved.key)
        name = shortened(f"{self.file}")
        if key is None:
            return f"{layer}: {name} was made with the secrets of another stack, or was edited. {self._ending([layer])}"
        if self.plan.sealed_by(layer, key) != saved.seal:
            return f"{layer}: {name} is not as it was saved: it was edited since. {self._ending([layer])}"
        # Where the plan follows from something else, its program need not be run.
        found = (differences(saved.facts, look(self.environment, layer, Key(key))) for look in LOOKS)
        told = next(filter(None, found), None)
        if told is None:
            return ""
        more = [f"{len(told) - _TOLD} kinds of differences more"] if len(told) > _TOLD else []
        return f"{layer}: not what {name} approves: {'; '.join([*told[:_TOLD], *more])}. {self._ending([layer])}"

    def _ending(self, layers: Collection[str]) -> str:
        anew = command("plan", *layers, "--save", shortened(f"{self.file}"), stack=self.environment.name)
        return f"Nothing of it was deployed; plan anew, and have that approved: {anew}"


def _commit() -> str:
    """Name the commit that the checkout is at, for people: what is in its files is held to file by file."""
    done = subprocess.run(
        ["git", "describe", "--always", "--abbrev=40", "--exclude=*", "--dirty"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or "no commit"
