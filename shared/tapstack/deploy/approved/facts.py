"""What a saved plan holds of a layer: everything that decides what its deployment writes, as facts by name.

A fact is a text, mostly a value's kind and digest. Two plans are the same when all their facts are.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from tapstack.checkout import CHECKOUT
from tapstack.contracts.contract import contract_of
from tapstack.deploy.approved.digests import Key
from tapstack.deploy.drift.differences import differences
from tapstack.deploy.footprint import footprint
from tapstack.engine.aws import caller_account
from tapstack.engine.environment import Environment
from tapstack.engine.events import Report
from tapstack.engine.rewrites import NO_OPTIONS, STACK_TYPE, plain_option
from tapstack.engine.stack import LayerStack
from tapstack.layers import BY_NAME

Facts = Mapping[str, Mapping[str, str]]
"""Section to name to fact."""

SECTIONS: Final = {
    "environment": "the environment's {name} is another ({kind})",
    "state": "it is older than the state: {name}",
    "versions": "the version of {name} is another ({kind})",
    "code": "{name} has changed",
    "settings": "setting {name} ({kind}) is another",
    "upstream": "output {name} ({kind}) is another",
    "providers": "{name}: {kind}",
    "drift": "{name} has drifted: {kind}",
    "operations": "{name}: {kind}",
    "inputs": "{name} ({kind}) is another",
    "options": "{name} ({kind}) is another",
    "exports": "its output {name} changes ({kind})",
}
"""The sections in the order in which they are compared and told, each with how a difference is told."""

_PACKAGES: Final = ("pulumi", "pulumi-aws", "pulumi-random")


def follows_from(environment: Environment, layer: str, key: Key) -> Facts:
    """Find out what a layer's deployment follows from, without running its program.

    Raises:
        UserError: something of it cannot be read.
    """
    stack = environment.stack(layer)
    # In the clear, and into a digest alone: what encrypts secrets writes them another way each time.
    state = stack.export(show_secrets=True)["deployment"] or {}
    resources = state.get("resources") or ()
    return {
        "environment": dict(_environment(environment, stack, key)),
        "state": {
            "written": f"{(state.get('manifest') or {}).get('time') or 'never'}",
            "content": key.digest([resources, state.get("pending_operations") or ()]),
        },
        "versions": {"engine": stack.command("version").strip(), **_sdks()},
        "code": dict(_code(stack)),
        "settings": dict(_settings(stack, key)),
        "upstream": dict(_upstream(environment, layer, key)),
    }


def would_write(environment: Environment, layer: str, key: Key) -> Facts:
    """Find out what a layer's deployment would write, by a preview.

    Raises:
        UserError: it cannot be previewed.
    """
    report = environment.stack(layer).preview(tells_secrets=True)
    return {"providers": _providers(report), **of_preview(report, key)}


def has_drifted(environment: Environment, layer: str, _: Key) -> Facts:
    """Find out how the cloud differs from what a layer's state has; neither is changed.

    Raises:
        UserError: it cannot be compared.
    """
    stack = environment.stack(layer)
    found = differences(stack.compare().readings, stack.deployment().get("resources") or ())
    return {
        "drift": {
            f"{each.name!r} ({each.type})": f"{each.kind} {', '.join(each.properties) or each.detail}" for each in found
        }
    }


LOOKS: Final = (follows_from, would_write, has_drifted)
"""What finds all sections, that first which takes least."""


def _environment(environment: Environment, stack: LayerStack, key: Key) -> Iterator[tuple[str, str]]:
    yield "stack", environment.name
    yield "backend", f"text {key.digest(stack.environment.get('PULUMI_BACKEND_URL') or _backend(stack))}"
    yield "account", f"text {key.digest(caller_account(environment))}"


def _backend(stack: LayerStack) -> str:
    return stack.command("whoami", "--json")


def _sdks() -> dict[str, str]:
    found = {}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "none"
    return found


def _providers(report: Report) -> dict[str, str]:
    """Give the providers that resources are made by: the engine writes their versions into the names of its own."""
    used = {f"{(step.get('newState') or {}).get('provider') or ''}" for step in report.digest.get("steps") or ()}
    names = sorted({"::".join(reference.split("::")[2:4]) for reference in used if reference})
    return {f"provider {name.replace('::', ' ')}": "in use" for name in names}


def _code(stack: LayerStack) -> Iterator[tuple[str, str]]:
    """Give the files that the layer is made of, but for settings, which are facts of their own."""
    root = stack.folder.parent.parent
    for glob in footprint(stack.layer).globs:
        base = root if (root / glob.removesuffix("/**")).exists() else CHECKOUT
        path = base / glob.removesuffix("/**")
        files = sorted(path.rglob("*")) if glob.endswith("/**") else [path]
        for file in files:
            if file.is_file() and not _is_made(file):
                content = hashlib.sha256(file.read_bytes()).hexdigest()[:32]
                yield file.relative_to(base).as_posix(), content


def _is_made(file: Path) -> bool:
    is_settings = file.name.startswith("Pulumi.") and file.name != "Pulumi.yaml" and file.suffix == ".yaml"
    return is_settings or "__pycache__" in file.parts


def _settings(stack: LayerStack, key: Key) -> Iterator[tuple[str, str]]:
    told = json.loads(stack.command("config", "--json", "--show-secrets", "--stack", stack.name))
    for name, setting in told.items():
        value = key.digest(setting.get("objectValue", setting.get("value")))
        yield name, f"{'a secret' if setting.get('secret') else 'text'} {value}"


def _upstream(environment: Environment, layer: str, key: Key) -> Iterator[tuple[str, str]]:
    for upstream in BY_NAME[layer].reads:
        outputs = environment.stack(upstream).outputs(show_secrets=True)
        for name in contract_of(upstream).read_by(layer):
            if name in outputs:
                yield f"{upstream}.{name}", key.fact(outputs[name])


def of_preview(report: Report, key: Key) -> Facts:
    """Take from a preview that tells secrets what would be written: operations, inputs, options and exports."""
    plans: Mapping[str, Any] = report.plan.get("resourcePlans") or {}
    steps = {step["urn"]: step for step in report.digest.get("steps") or ()}
    operations: dict[str, str] = {}
    inputs: dict[str, str] = {}
    options: dict[str, str] = {}
    exports: dict[str, str] = {}
    for operation in report.finished:
        name = _named(operation.urn)
        operations[name] = " ".join([*([operations[name]] if name in operations else []), operation.op])
    for urn in dict.fromkeys([*steps, *plans]):
        new = (steps.get(urn) or {}).get("newState") or {}
        goal = (plans.get(urn) or {}).get("goal") or {}
        type_ = goal.get("type") or new.get("type") or ""
        if type_ == STACK_TYPE:
            written = {**(new.get("outputs") or {}), **_written(goal.get("outputDiff"))}
            exports = {name: key.fact(value) for name, value in written.items()}
            continue
        own = {**(new.get("inputs") or {}), **_written(goal.get("inputDiff"))}
        chosen = {*(own.get("__defaults") or ())}
        for name, value in _without_defaults(own).items():
            if name not in chosen:
                inputs[f"{name} of {_named(urn)}"] = key.fact(value)
        for name in new.keys() - NO_OPTIONS:
            options[f"option {name} of {_named(urn)}"] = key.fact(plain_option(new[name]))
    return {"operations": operations, "inputs": inputs, "options": options, "exports": exports}


def _written(difference: Mapping[str, Any] | None) -> dict[str, Any]:
    """Give the values that one of the plan's differences writes, secret ones too."""
    difference = difference or {}
    return {**(difference.get("adds") or {}), **(difference.get("updates") or {})}


def _without_defaults(value: Any) -> Any:
    """Leave out what the provider chooses, such as a name of its own with a random ending, and the engine's marks."""
    if isinstance(value, Mapping):
        chosen = {"__defaults", *(value.get("__defaults") or ())}
        return {name: _without_defaults(item) for name, item in value.items() if name not in chosen}
    return [_without_defaults(item) for item in value] if isinstance(value, list) else value


def _named(urn: str) -> str:
    _, _, types, name = urn.split("::", 3)
    return f"{name!r} ({types.rpartition('$')[2]})"
