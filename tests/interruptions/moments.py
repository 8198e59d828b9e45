"""Moments at which runs are cut, drawn by a seed; the same command then has to end where an undisturbed one does."""

import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from interruptions.running import Ended, Shell, inventory

_OF_LOOKING: Final = ("Ctrl-C", "kill of tapstack", "kill of the engine")
_WAYS: Final = ("Ctrl-C", "kill of tapstack", "kill of the engine", "failing call")
_LOOKING: Final = ("plan", "drift")


@dataclass(frozen=True)
class Moment:
    """One way to cut one command.

    Attributes:
        command: `up`, `destroy`, `plan` or `drift`.
        layer: of which layer.
        how: what happens, one of `_WAYS`.
        at: at which call of those that change something; for a command that only looks, after how many seconds.
        applied: whether the call is carried out before.
    """

    command: str
    layer: str
    how: str
    at: float
    applied: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """What is typed, each time the same."""
        if self.command in _LOOKING:
            return (self.command, self.layer)
        accepted = ("--accept-data-loss", self.layer) if self.command == "destroy" else ()
        return (self.command, self.layer, "--yes", *accepted)


@dataclass(frozen=True)
class Row:
    """What was seen at one moment.

    Attributes:
        moment: the moment.
        met: the call at which it came, or the time; empty where the command had ended before.
        status: how the cut command ended.
        left: what it left: how many resources in the state, operations that are pending, and whether a lock.
        runs: how often the same command was run until it ended well.
        settled: what was settled before it went on.
        wrong: how the end differs from an undisturbed one; empty where it does not.
    """

    moment: Moment
    met: str
    status: int
    left: str
    runs: int
    settled: Sequence[str]
    wrong: str

    def __str__(self) -> str:
        """Write it as a row of a table in Markdown."""
        moment = self.moment
        when = f"({self.met})" if self.met else "(not met: the run had ended)"
        settled = "; ".join(self.settled) or "nothing to settle"
        end = self.wrong or "as undisturbed"
        how = f"{moment.how} {when}"
        return f"| `{moment.command} {moment.layer}` | {how} | {self.left} | {settled}; {end} |"


def drawn(seed: int, layer: str, number: int, calls: Mapping[str, float]) -> Iterator[Moment]:
    """Draw moments of a layer, which goes up, is looked at while it is up, and goes down, in turn.

    Args:
        seed: the same moments for the same seed.
        layer: the layer.
        number: how many.
        calls: command to how many calls an undisturbed run makes that change something, or for one that only looks, how
            many seconds it takes.
    """
    chance = random.Random(f"{seed} {layer}")  # noqa: S311 - the same moments for the same seed
    made = 0
    while made < number:
        commands = ["up", chance.choice(_LOOKING), "destroy"]
        for command in commands[: number - made]:
            most = calls[command]
            if command in _LOOKING:
                yield Moment(command, layer, chance.choice(_OF_LOOKING), round(chance.uniform(0, most), 1))
            else:
                how = chance.choice(_WAYS)
                applied = chance.random() < 0.5 and how != "failing call"
                yield Moment(command, layer, how, chance.randint(1, int(most)), applied)
            made += 1


def tried(shell: Shell, moment: Moment, whole: Mapping[str, Any]) -> Row:
    """Cut a command at a moment, and run the same one until it ends well, three times at most.

    Args:
        shell: where.
        moment: the moment.
        whole: what there is once the command has ended undisturbed: `urns` and `inventory`.
    """
    if moment.command in _LOOKING:
        ended, met = shell.cut_after(moment.how, moment.at, *moment.words)
    else:
        ended, cut = shell.cut(moment.how, int(moment.at), *moment.words, applied=moment.applied)
        met = f"{'after' if moment.applied else 'before'} `{cut.what}`" if cut.what else ""
    left = _left(shell, moment.layer)
    settled: list[str] = []
    runs, again = 0, ended
    while runs < 3 and (runs == 0 or again.status != 0):
        again = shell.run(*moment.words)
        settled += _settled(again)
        runs += 1
    wrong = _wrong(shell, moment, again, whole)
    return Row(moment, met, ended.status, left, runs, settled, wrong)


def state_of(shell: Shell, layer: str) -> Mapping[str, Any]:
    """Read a layer's state from the backend."""
    latest = json.loads(shell.state(layer).read_text(encoding="utf-8"))["checkpoint"].get("latest")
    return latest or {}


def seen(shell: Shell, layer: str) -> dict[str, Any]:
    """Give what there is: the URNs of a layer's state, and what the emulator has."""
    made = sorted(item["urn"] for item in state_of(shell, layer).get("resources") or () if item["custom"])
    return {"urns": [urn for urn in made if ":providers:" not in urn], "inventory": inventory(shell)}


def _left(shell: Shell, layer: str) -> str:
    state = state_of(shell, layer)
    pending = [f"{each['type']} {each['resource']['urn'].rpartition('::')[2]}" for each in pending_of(state)]
    locks = list((shell.lane.folder / "state/.pulumi/locks/organization" / f"tapstack-{layer}").rglob("*.json"))
    made = sum(bool(item["custom"]) and not item["type"].startswith("pulumi:") for item in state.get("resources") or ())
    told = [f"{made} resources", *([f"pending: {', '.join(pending)}"] if pending else [])]
    return ", ".join([*told, *(["a lock"] if locks else [])])


def pending_of(state: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """List the pending operations of a state."""
    return list(state.get("pending_operations") or ())


def _settled(ended: Ended) -> list[str]:
    """Take from what a command told what it settled, without the ids."""
    lines = re.findall(r"^\w[\w-]*: (was \w+ '[^']*' \([^)]*\): [^,\n]*|the lock of [^\n]*)", ended.err, re.MULTILINE)
    return [re.sub(r" \([^)]*\)| of \S+ since \S+", "", line) for line in lines]


def _wrong(shell: Shell, moment: Moment, ended: Ended, whole: Mapping[str, Any]) -> str:
    if ended.status != 0:
        return f"ends with {ended.status}: {ended.err.strip().splitlines()[-1]}"
    now = seen(shell, moment.layer)
    there, wanted = now["inventory"], whole["inventory"]
    differs = [f"{kind}: {there[kind]} instead of {wanted[kind]}" for kind in wanted if there[kind] != wanted[kind]]
    differs += [] if now["urns"] == whole["urns"] else [f"the state has {sorted({*now['urns']} ^ {*whole['urns']})}"]
    if pending_of(state_of(shell, moment.layer)):
        differs.append("operations are still pending")
    if moment.command != "destroy" and (planned := shell.run("plan", moment.layer, "--json")).status == 0:
        (layer,) = json.loads(planned.out)["layers"]
        changes = {kind: number for kind, number in layer["changes"].items() if number}
        differs += [f"the plan still has {changes}"] if changes else []
    return "; ".join(differs)
