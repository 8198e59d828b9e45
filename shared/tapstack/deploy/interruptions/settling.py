"""Settles what runs that were cut short have left, once somebody has agreed to what was found out.

    lock of the engine    its process is gone → taken away; it is at work, or on another machine → told
    creating              made → taken into the state and read by its provider, or deleted where that would not show
                          that it is half made; not made → forgotten
    updating, deleting    read again by its provider
    reading, importing    forgotten: they change nothing

`pulumi refresh --import-pending-creates` would be the engine's own way to take something in. 3.200.0 marks the
operation as an import, and then drops it with all those that create nothing: the resource is nobody's. So the state is
exported, the resource put where the engine would have put it, and the state imported, which drops all pending
operations; then the engine refreshes these resources alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tapstack.console.errors import UserError
from tapstack.console.hints import by_hand, command
from tapstack.console.progress import say, step
from tapstack.console.words import counted, listed
from tapstack.deploy.agreement import Consent, require_agreement
from tapstack.deploy.drift.additions import Ask, asked_through
from tapstack.deploy.interruptions.looking import Pending, UnseenError, look_up
from tapstack.deploy.interruptions.searches import SEARCHES
from tapstack.engine.aws import Aws, caller_account
from tapstack.engine.backend.engine_locks import EngineLock
from tapstack.engine.environment import Environment
from tapstack.engine.failures import NoStackError
from tapstack.engine.side_by_side import side_by_side
from tapstack.engine.stack import LayerStack
from tapstack.engine.state import MARK


@dataclass(frozen=True)
class Left:
    """What a run that was cut short has left of a layer's stack.

    Attributes:
        layer: the layer.
        locks: those of engines whose process is gone.
        pending: operations whose end was not seen, and what became of them.
    """

    layer: str
    locks: Sequence[EngineLock] = ()
    pending: Sequence[Pending] = field(default_factory=list)

    def lines(self) -> list[str]:
        """Tell of each thing in a line."""
        locks = [f"the lock of {lock}, whose engine was killed: is taken away" for lock in self.locks]
        return [f"{self.layer}: {line}" for line in (*locks, *map(str, self.pending))]


def settle(environment: Environment, layers: Sequence[str], *, yes: bool, go_on: Sequence[str]) -> None:
    """Look up what runs that were cut short have left of layers, and settle it where that is agreed to.

    Args:
        environment: where.
        layers: of which layers; those without a stack have nothing to settle.
        yes: whether it is agreed to beforehand.
        go_on: the words of the command that goes on.

    Raises:
        UserError: a run is still at work, something cannot be looked up, or it was not agreed to.
    """
    found = side_by_side(environment, list(layers), lambda layer: _left(environment, layer))
    if failed := [outcome for outcome in found.values() if isinstance(outcome, UserError)]:
        raise UserError(f"{'; '.join(map(str, failed))}. Nothing was changed")
    left = [outcome for outcome in found.values() if isinstance(outcome, Left) and outcome.lines()]
    if not left:
        return
    for line in (line for each in left for line in each.lines()):
        say(line)
    names = listed(each.layer for each in left)
    require_agreement(
        environment,
        f"settling what a run that was cut short has left in {names}",
        (),
        Consent(yes),
        standing="Nothing was changed",
        go_on=go_on,
    )
    with step("settle", f"settling {names}") as current:
        outcomes = side_by_side(environment, [each.layer for each in left], _settling(environment, left))
        current.result = f"{counted(sum(len(each.lines()) for each in left), 'thing')} settled in {names}"
        if failed := [outcome for outcome in outcomes.values() if isinstance(outcome, UserError)]:
            again = command(*go_on, stack=environment.name)
            raise UserError(f"{'; '.join(map(str, failed))}. Fix it and go on: {again}")


def _left(environment: Environment, layer: str) -> Left:
    locks = environment.engine_locks(layer)
    if at_work := [lock for lock in locks if not lock.is_gone]:
        cancel = by_hand(layer, "cancel", "--stack", environment.name, stack=environment.name)
        raise UserError(
            f"{layer}: another update holds the lock of stack {environment.name!r}, taken by {at_work[0]}; wait until "
            f"it has ended. If its process is gone: {cancel}"
        )
    stack = environment.stack(layer)
    try:
        operations = stack.deployment().get("pending_operations") or ()
        if not operations:
            return Left(layer, locks)
        shown = stack.export(show_secrets=True)["deployment"]
    except NoStackError:
        return Left(layer)
    resources = shown.get("resources") or ()
    asked: list[Ask] = []

    def ask() -> Ask:
        if not asked:
            asked.append(asked_through(Aws(environment, lambda: _arns(environment, stack, resources))))
        return asked[0]

    try:
        return Left(layer, locks, look_up(shown["pending_operations"], resources, ask))
    except UnseenError as error:
        clear = by_hand(
            layer, "refresh", "--clear-pending-creates", "--stack", environment.name, stack=environment.name
        )
        raise UserError(
            f"{layer}: a run on stack {environment.name!r} was cut short: {error}; look it up, delete it where it was "
            f"only just created, then: {clear}"
        ) from error


def _arns(environment: Environment, stack: LayerStack, resources: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Give what says in which account and region a stack is.

    Where that is nothing that was made, it is where its next deployment would make things: the account of this shell's
    credentials, and the region of the stack's settings.
    """
    yield from (f"{(item.get('outputs') or {}).get('arn')}" for item in resources)
    region = stack.command("config", "get", "aws:region", "--stack", stack.name).strip()
    yield f"arn:aws:sts:{region}:{caller_account(environment)}:"


def _settling(environment: Environment, left: Sequence[Left]) -> Any:
    of_layer = {each.layer: each for each in left}

    def one(layer: str) -> None:
        stack, each = environment.stack(layer), of_layer[layer]
        if each.locks:
            stack.unlock()
        if each.pending:
            _settle_state(stack, each.pending)

    return one


def _settle_state(stack: LayerStack, pending: Sequence[Pending]) -> None:
    state = stack.export()
    made = {each.urn: each for each in pending if each.is_taken_in}
    sent: dict[str, Mapping[str, Any]] = {}
    for operation in state["deployment"].get("pending_operations") or ():
        if operation["type"] == "creating" and operation["resource"]["urn"] in made:
            sent[operation["resource"]["urn"]] = operation["resource"]["inputs"]
            _put(state["deployment"], operation["resource"], made[operation["resource"]["urn"]].found)
    state["deployment"]["pending_operations"] = []
    stack.take_in(state)
    if again := [each.urn for each in pending if each.is_read_again]:
        stack.refresh(*(f"--target={urn}" for urn in dict.fromkeys(again)))
    if made:
        state = stack.export()
        _keep_inputs(state["deployment"], sent)
        stack.take_in(state)
    if anew := [each.urn for each in pending if each.is_made_anew]:
        stack.destroy(*(f"--target={urn}" for urn in anew))


def _put(deployment: dict[str, Any], resource: dict[str, Any], found: str) -> None:
    """Put what was made behind all that it depends on; one that it replaces is on its way out, as the engine has it."""
    kept = []
    for item in deployment.get("resources") or ():
        if item["urn"] == resource["urn"] and not item.get("delete"):
            # One that had to be deleted first is gone from the cloud, and waits only for the new one.
            if not item.get("pendingReplacement"):
                kept.append({**item, "delete": True})
        else:
            kept.append(item)
    search = SEARCHES[resource["type"]]
    read_by = {} if search.imports else {"outputs": resource["inputs"]}
    deployment["resources"] = [*kept, {**resource, "id": found, **read_by}]


def _keep_inputs(deployment: dict[str, Any], sent: Mapping[str, Mapping[str, Any]]) -> None:
    """Leave what was taken in the inputs that the program gave, as far as they arrived.

    A provider that reads something for the first time takes all that it finds for inputs, such as the zone's id beside
    its name, and what no program gives would be a change, or a replacement. A value that it read stands: where the
    creation was not brought to its end, it is what the next deployment changes.
    """
    for item in deployment.get("resources") or ():
        if item["urn"] in sent and not item.get("delete"):
            own, read = sent[item["urn"]], item.get("inputs") or {}
            item["inputs"] = {name: _arrived(value, read.get(name)) for name, value in own.items()}


def _arrived(own: Any, read: Any) -> Any:
    """Give what was read of a value, where the provider tells of it; lists have no order that it keeps."""
    if read is None or isinstance(own, list):
        return own
    if not isinstance(own, Mapping):
        return read
    if MARK in own or not isinstance(read, Mapping):
        return own
    return {name: _arrived(value, read.get(name)) for name, value in own.items()}
