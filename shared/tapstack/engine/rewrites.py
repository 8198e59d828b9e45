"""What an update writes to the state beside what it does in the cloud: options, aliases, providers' settings, exports.

The engine's events tell of operations. An option that changes is none, and of a secret they tell nothing. A preview
can say more in two documents of its own: its digest (`--json`), with the whole state of each resource before and after,
secrets masked, and its plan (`--save-plan`), which names the inputs and outputs that change, those of secrets and of
default providers too, for the engine has compared them in the clear.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

STACK_TYPE: Final = "pulumi:pulumi:Stack"
# What no option sets. `aliases` are there while a resource is looked up by them, and are never kept: what is written is
# the URN that it has from then on. Where a line of the program stands (`sourcePosition`, `stackTrace`) and when it ran
# serve messages alone; `importID` tells where a resource came from, or would have if it were not there already.
# `delete` and `pendingReplacement` mark what is on its way out.
NO_OPTIONS: Final = frozenset(
    {
        *("aliases", "created", "delete", "id", "importID", "initErrors", "inputs", "modified", "outputs"),
        *("pendingReplacement", "sourcePosition", "stackTrace", "type"),
    }
)
_NAMES: Final = {
    "additionalSecretOutputs": "additional_secret_outputs",
    "customTimeouts": "custom_timeouts",
    "deletedWith": "deleted_with",
    "dependencies": "depends_on",
    "hideDiff": "hide_diffs",
    "ignoreChanges": "ignore_changes",
    "propertyDependencies": "depends_on",
    "replaceOnChanges": "replace_on_changes",
    "resourceHooks": "hooks",
    "retainOnDelete": "retain_on_delete",
    "urn": "aliases",
}
"""The state's names for what `pulumi.ResourceOptions` calls otherwise."""
_STAYING: Final = frozenset({"same", "update", "replace"})
_BOTH: Final = frozenset({*_STAYING, "read", "refresh", "import"})
"""What is done to resources that the state has before and after, the last three at times."""


@dataclass(frozen=True, slots=True)
class Rewrite:
    """What of one resource is written anew to the state alone.

    Attributes:
        op: what is done to the resource itself; `same` where that is nothing.
        type: its type.
        name: its logical name.
        was: the name or type that it had, where an alias gives it another; else empty.
        options: the options that change, as `pulumi.ResourceOptions` names them.
        loosened: those among them that kept it from being deleted, and do so no more.
        inputs: the inputs that change without the provider calling it a difference, such as a provider's own settings.
    """

    op: str
    type: str
    name: str
    was: str = ""
    options: tuple[str, ...] = ()
    loosened: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Writes:
    """What an update writes beside its operations.

    Attributes:
        rewrites: of resources, in the order of the program's registrations.
        outputs: the names of the stack's outputs that change, secret ones too.
    """

    rewrites: tuple[Rewrite, ...] = ()
    outputs: frozenset[str] = frozenset()


def read_writes(digest: Mapping[str, Any], plan: Mapping[str, Any]) -> Writes:
    """Take from a preview's two documents what its update would write beside its operations.

    Args:
        digest: what `pulumi preview --json --show-sames` has printed.
        plan: what `pulumi preview --save-plan` has written.

    Raises:
        ValueError: one of them is not whole.
    """
    steps = {step["urn"]: step for step in digest.get("steps") or ()}
    planned: Mapping[str, Any] = plan.get("resourcePlans") or {}
    outputs = frozenset[str]()
    rewrites = []
    for urn in dict.fromkeys([*steps, *planned]):
        goal = (planned.get(urn) or {}).get("goal") or {}
        if (goal.get("type") or "") == STACK_TYPE:
            outputs = frozenset(_changed(goal.get("outputDiff")))
        elif rewrite := _rewrite(urn, steps.get(urn), planned.get(urn) or {}):
            rewrites.append(rewrite)
    return Writes(tuple(rewrites), outputs)


def _rewrite(urn: str, step: Mapping[str, Any] | None, planned: Mapping[str, Any]) -> Rewrite | None:
    # A default provider is in no digest: neither is it counted, nor does an operation on it have an event.
    op = step["op"] if step else next(iter(planned.get("steps") or ()), "")
    old, new = (step or {}).get("oldState") or {}, (step or {}).get("newState") or {}
    if step and op in _STAYING and not (old and new):
        # The engine leaves a state that it cannot write out of its digest, without a word.
        raise ValueError(f"the digest has no state of {urn}")
    options = tuple(sorted(set(_options(old, new)))) if op in _BOTH and old and new else ()
    goal = planned.get("goal") or {}
    hidden = op == "same" or (not step and op == "update")
    inputs = tuple(sorted({*_changed(goal.get("inputDiff")), *_changed(goal.get("outputDiff"))})) if hidden else ()
    if not options and not inputs:
        return None
    type_, name = _named(urn)
    was = "" if old.get("urn", urn) == urn else _former(old["urn"], urn)
    loosened = tuple(
        _NAMES.get(key, key) for key in ("protect", "retainOnDelete") if old.get(key) and not new.get(key) and options
    )
    return Rewrite(op if step else "same", type_, name, was, options, loosened, inputs)


def _options(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for key in (old.keys() | new.keys()) - NO_OPTIONS:
        if plain_option(old.get(key)) != plain_option(new.get(key)):
            yield _NAMES.get(key, key)


def plain_option(value: Any) -> Any:
    """Give an option in the one form that its equals share: its lists are sets, and nothing has many spellings."""
    if isinstance(value, Mapping):
        return {key: plain_option(item) for key, item in value.items() if item} or None
    if isinstance(value, list):
        return sorted(value, key=str) or None
    return value or None


def _changed(difference: Mapping[str, Any] | None) -> list[str]:
    """Name the properties of one of the plan's differences."""
    difference = difference or {}
    return [*(difference.get("adds") or {}), *(difference.get("deletes") or ()), *(difference.get("updates") or {})]


def _former(old: str, new: str) -> str:
    """Tell what another URN said: another name, else another type, else another parent."""
    (old_type, old_name), (new_type, new_name) = _named(old), _named(new)
    if old_name != new_name:
        return old_name
    return old_type if old_type != new_type else old.split("::")[2].rpartition("$")[0] or "no parent"


def _named(urn: str) -> tuple[str, str]:
    _, _, types, name = urn.split("::", 3)
    return types.rpartition("$")[2], name
