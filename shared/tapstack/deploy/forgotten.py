"""Layers that are up and that `projects/layers.toml` no longer has: never forgotten for that.

Such a layer still reads what others export and holds what it has made. Its stack is in the backend, under the name of a
Pulumi project of this product, and its state says the rest; nothing of its program is needed to look at it, nor to
destroy it.
"""

import dataclasses
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from graphlib import TopologicalSorter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from tapstack.account_names import project_name
from tapstack.console.errors import UserError
from tapstack.console.hints import command
from tapstack.console.progress import say
from tapstack.console.words import counted
from tapstack.engine.backend.engine_locks import EngineLock
from tapstack.engine.backend.reads_index import ReadsIndex
from tapstack.engine.environment import AwsEndpoint, Environment
from tapstack.engine.stack import LayerStack, is_made
from tapstack.engine.state import LayerState
from tapstack.layers import BY_NAME, LAYERS, PROJECTS, TABLE
from transactions.product import PRODUCT


class StackInBackend(NamedTuple):
    """A stack of a backend."""

    project: str
    """Its Pulumi project, such as `tapstack-data`."""
    name: str
    full_name: str
    """As the engine takes it from any folder."""


def stacks_in(listing: str) -> list[StackInBackend]:
    """Take the stacks that hold something from what `pulumi stack ls --all --json` prints."""
    named = [item["name"].rsplit("/", 2) for item in json.loads(listing) if item.get("resourceCount") != 0]
    return [StackInBackend(parts[-2], parts[-1], "/".join(parts)) for parts in named if len(parts) > 1]


@dataclasses.dataclass(frozen=True)
class Forgotten:
    """The forgotten layers of an environment.

    Attributes:
        states: layer to its state; its name is that of its project, without the product's.
        stacks: layer to the stack's full name.
    """

    states: Mapping[str, LayerState] = dataclasses.field(default_factory=dict)
    stacks: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def notes(self, stack: str) -> list[str]:
        """Tell of each that it is up, and what can be done."""
        told = []
        for layer, state in self.states.items():
            holds = counted(sum(map(is_made, state.resources)), "resource")
            destroy = command("destroy", layer, stack=stack)
            told.append(
                f"{layer}@{stack} is up ({holds}), and {TABLE} has no such layer; take its row back, or destroy it: "
                f"{destroy}"
            )
        return told


def forgotten_in(environment: Environment, known: Collection[str] = PROJECTS) -> Forgotten:
    """Find the stacks of an environment's name that are up, of projects of this product which are no layer's.

    Where the credentials of this shell do not list the backend's stacks, that is said, and none is found.

    Raises:
        UserError: the state of one cannot be read.
    """
    anchor = environment.stack(next(iter(BY_NAME)))
    try:
        listed = stacks_in(anchor.command("stack", "ls", "--all", "--json"))
    except UserError as error:
        say(f"whether a layer that {TABLE} no longer has is up cannot be seen with these credentials: {error}")
        return Forgotten()
    prefix = f"{PRODUCT}-"
    found = {
        stack.project.removeprefix(prefix): stack.full_name
        for stack in listed
        if stack.name == environment.name and stack.project.startswith(prefix)
    }
    states: dict[str, LayerState] = {}
    for layer, full_name in found.items():
        if layer not in known:
            exported = json.loads(anchor.command("stack", "export", "--stack", full_name))["deployment"] or {}
            state = LayerState(layer, tuple(exported.get("resources") or ()))
            states |= {layer: state} if state.is_up else {}
    return Forgotten(states, {layer: found[layer] for layer in states})


def reading_order(chosen: Iterable[str], states: Mapping[str, LayerState]) -> list[list[str]]:
    """Group layers so that each comes before those that it reads, as they are deployed or declared."""
    chosen = list(chosen)
    reads = {layer: [other for other in chosen if other != layer and _reads(states, layer, other)] for layer in chosen}
    sorter = TopologicalSorter(reads)
    sorter.prepare()
    order: list[list[str]] = []
    while sorter.is_active():
        ready = sorter.get_ready()
        order.insert(0, [layer for layer in chosen if layer in ready])
        sorter.done(*ready)
    return order


def _reads(states: Mapping[str, LayerState], layer: str, other: str) -> bool:
    declared = BY_NAME[layer].reads if layer in BY_NAME else ()
    return other in declared or states[layer].has_read(other)


@contextmanager
def with_forgotten(environment: Environment, forgotten: Forgotten) -> Iterator[Environment]:
    """Let an environment give the stacks of forgotten layers too, during a `with` block."""
    with TemporaryDirectory(prefix="tapstack-forgotten-") as folder:
        yield _Remembering(environment, forgotten, Path(folder))


class _Remembering(Environment):
    """An environment that gives the stacks of forgotten layers beside its own."""

    def __init__(self, of: Environment, forgotten: Forgotten, folder: Path) -> None:
        super().__init__()
        self.name, self.shell, self.stop = of.name, of.shell, of.stop
        self._of = of
        self._forgotten = forgotten
        self._folder = folder

    def stack(self, layer: str) -> LayerStack:
        if layer not in self._forgotten.stacks:
            return self._of.stack(layer)
        anchor = self._of.stack(next(iter(BY_NAME)))
        # A folder without a project: the engine takes the stack's settings from its last deployment.
        return LayerStack(
            layer=layer,
            name=self._forgotten.stacks[layer],
            folder=self._folder,
            logs=anchor.logs,
            environment={name: value for name, value in anchor.environment.items() if name != "PULUMI_STACK"},
            lock=anchor.lock,
            stop=self.stop,
        )

    def require(self) -> None:
        self._of.require()

    def opened(
        self, command: str, *, starts: bool, layers: Collection[str] = LAYERS, changes: bool = False
    ) -> AbstractContextManager[None]:
        return self._of.opened(command, starts=starts, layers=layers, changes=changes)

    def unchanged(self, layers: Collection[str] = LAYERS) -> AbstractContextManager[None]:
        return self._of.unchanged(layers)

    @property
    def reads_index(self) -> ReadsIndex | None:
        return self._of.reads_index

    def engine_locks(self, layer: str) -> Sequence[EngineLock]:
        return self._of.engine_locks(layer)

    def explain(self, error: UserError) -> UserError:
        return self._of.explain(error)

    def aws_endpoint(self) -> AwsEndpoint | None:
        return self._of.aws_endpoint()

    def outputs(self, layer: str, *, show_secrets: bool = False) -> dict[str, Any]:
        return self._of.outputs(layer, show_secrets=show_secrets)


def stacks_of_layer(layer: str, listing: str) -> Sequence[StackInBackend]:
    """Pick a layer's stacks that hold something from a backend's listing."""
    return [stack for stack in stacks_in(listing) if stack.project == project_name(layer)]
