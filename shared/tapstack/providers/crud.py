"""Create, read, update and delete a resource by its row of the table."""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import botocore.session
import jmespath  # type: ignore[import-untyped]

from tapstack.providers import metadata
from tapstack.providers.clients import Clients, ProviderError, is_gone
from tapstack.providers.diff import same
from tapstack.providers.patches import patch_operations
from tapstack.providers.shapes import convert, from_aws, member_of, to_aws
from tapstack.providers.table import Call, Look, Row, Scope, fill, references
from tapstack.providers.values import Props


@dataclass(frozen=True)
class Resource:
    """One resource, with all that an operation on it needs."""

    token: str
    row: Row
    clients: Clients
    inputs: Props
    state: Props
    id: str | None = None
    changed: frozenset[str] = frozenset()
    old: Props = field(default_factory=dict)
    """At an update, the inputs of the last one."""
    folder: Path = Path()
    """Where the relative path of an archive starts."""

    @property
    def region(self) -> str:
        """The region it lives in."""
        return str(self.inputs.get("region") or self.state.get("region") or self.clients.region)

    def call(self, service: str, operation: str, params: Props) -> Props:
        """Call an operation in the resource's region."""
        return self.clients.call(service, operation, params, self.region)

    def scope(self, inputs: Props | None = None, resource_id: str | None = None) -> Scope:
        """What the row's templates see."""
        return Scope(
            inputs=self.inputs if inputs is None else inputs,
            state=self.state,
            facts=_Facts(self, resource_id or self.id),
            call=self.call,
            changed=self.changed,
        )

    def send(self, call: Call, scope: Scope) -> Props:
        """Carry out a call of the table."""
        if call.run:
            return call.run(scope) or {}
        service = call.service or self.row.service
        params = dict(fill(call.params, scope) or {})
        if call.patch:
            changed = self.changed or self.inputs.keys()
            params["patchOperations"] = patch_operations(call.patch, changed, self.old, self.inputs)
            return self.call(service, call.operation, params)
        shape = input_shape(service, call.operation)
        for key in _auto_keys(call, self.row, shape, scope.inputs):
            if key == "tags" and self.row.ec2_kind and "TagSpecifications" in shape.members:
                tags = [{"Key": name, "Value": value} for name, value in scope.inputs["tags"].items()]
                params["TagSpecifications"] = [{"ResourceType": self.row.ec2_kind, "Tags": tags}] if tags else None
                continue
            member = member_of(shape, key, self.row.names)
            if member and member not in params:
                params[member] = to_aws(shape.members[member], scope.inputs[key], self.row.names)
        return self.call(service, call.operation, {key: value for key, value in params.items() if value is not None})


class _Facts(dict[str, Any]):
    """Facts of a resource; the emulator is asked for the account only when a template wants it."""

    def __init__(self, resource: Resource, resource_id: str | None) -> None:
        super().__init__(id=resource_id, region=resource.region, folder=f"{resource.folder}")
        self._clients = resource.clients

    def get(self, key: str, default: Any = None) -> Any:
        if key == "account":
            return self._clients.account
        if key == "emulator":
            return self._clients.endpoint
        return super().get(key, default)


def create(resource: Resource) -> tuple[str, Props]:
    """Make the resource and read it back.

    Raises:
        ProviderError: AWS's own message; what was made is deleted again.
    """
    row = resource.row
    answer = resource.send(row.create, resource.scope()) if row.create else {}
    told = replace(resource, state=_told(resource, answer))
    made = replace(told, id=_new_id(row, answer, told.scope()))
    try:
        given = {key for key, value in resource.inputs.items() if value is not None}
        for call in row.settle:
            if _causes(call, resource) & given:
                made.send(call, made.scope())
        return f"{made.id}", _outputs(made, _look(made) or {}, {})
    except ProviderError:
        delete(made)
        raise


def _new_id(row: Row, answer: Props, scope: Scope) -> str:
    if isinstance(row.id, str) and row.id.startswith("@"):
        return str(jmespath.search(row.id[1:], answer))
    return str(fill(row.id, scope))


def _told(resource: Resource, answer: Props) -> Props:
    """What the answer of the creation says once and no read repeats, such as an API key's value."""
    return from_aws(metadata.all_properties(resource.token), answer, resource.row.names)


def read(resource: Resource) -> tuple[str, Props, Props] | None:
    """Read the resource again: what was changed behind Pulumi's back shows in inputs and outputs.

    Returns:
        Id, inputs and outputs; None where it is gone.
    """
    found = _look(resource)
    if found is None or resource.id is None:
        return None
    outputs = _outputs(resource, found, resource.state)
    known = metadata.all_properties(resource.token)
    inputs = {
        key: outputs[key]
        if key in outputs and key in known and not same(resource.state.get(key), outputs[key], known[key].type)
        else value
        for key, value in resource.inputs.items()
    }
    return resource.id, inputs, outputs


def adopt(resource: Resource) -> tuple[str, Props, Props] | None:
    """Read a resource that Pulumi does not know yet, by the id that `pulumi import` was given.

    Raises:
        ProviderError: the id has not the form the real provider wants.
    """
    row, given = resource.row, resource.id or ""
    parts: dict[str, Any] = {}
    if row.import_id:
        match = re.fullmatch(row.import_id, given)
        if not match:
            wanted = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^)]*\))*\)", r"<\1>", row.import_id).replace("\\", "")
            raise ProviderError(f"the id {given!r} of {resource.token} is not of the form {wanted}")
        parts = {key: value for key, value in match.groupdict().items() if value is not None}
    named = replace(resource, inputs=parts, state={}, id=parts.pop("id", given))
    if not (isinstance(row.id, str) and row.id.startswith("@")):
        named = replace(named, id=fill(row.id, named.scope()) or given)
    found = _look(named)
    if found is None:
        return None
    found_id = f"{found.pop('id', named.id)}"
    outputs = _outputs(replace(named, inputs={}), {**parts, **found}, {})
    told = {key for key, value in {**parts, **found}.items() if value not in (None, "", [], {})}
    inputs = {**row.defaults, **{key: outputs[key] for key in handled(resource.token, row) if key in told}}
    return found_id, inputs, outputs


def update(resource: Resource, kept: Props) -> Props:
    """Carry out the calls that the changed inputs cause, and read the resource back.

    Args:
        resource: with the inputs wanted now and those of the last update.
        kept: the outputs that no input was taken away from.
    """
    row = resource.row
    blanks = {key: row.blank[key] for key in resource.changed if key not in resource.inputs and key in row.blank}
    scope = resource.scope({**resource.inputs, **blanks})
    for call in (*row.settle, *row.update):
        if _causes(call, resource) & resource.changed:
            resource.send(call, scope)
    if "tags" in resource.changed and row.tagging:
        _retag(resource, scope)
    found = _look(replace(resource, state=kept)) or {}
    return _outputs(resource, found, kept)


def _retag(resource: Resource, scope: Scope) -> None:
    tagging, service, old = resource.row.tagging, resource.row.service, resource.old.get("tags") or {}
    assert tagging is not None  # noqa: S101 -- the caller looked
    new = resource.inputs.get("tags") or {}
    target = fill(tagging.target, scope)
    if gone := sorted(old.keys() - new.keys()):
        shape = input_shape(service, tagging.remove)
        member = next(name for name in shape.members if name.lower() in {"tagkeys", "tags", "untagkeys"})
        keys = gone if member.lower() != "tags" else [{"Key": key} for key in gone]
        resource.call(service, tagging.remove, {**target, member: keys})
    if put := {key: value for key, value in new.items() if old.get(key) != value}:
        shape = input_shape(service, tagging.add)
        member = next(name for name in shape.members if name.lower() == "tags")
        resource.call(service, tagging.add, {**target, member: to_aws(shape.members[member], put, {})})


def delete(resource: Resource) -> None:
    """Delete the resource; what is not there any more counts as deleted."""
    for call in resource.row.delete:
        try:
            resource.send(call, resource.scope())
        except ProviderError as error:
            if not is_gone(error):
                raise


def _look(resource: Resource) -> Props | None:
    """Read everything the row can read; None where the resource is gone."""
    row, known = resource.row, metadata.all_properties(resource.token)
    found: Props = {}
    looks = (*row.read, *((row.tagging.read,) if row.tagging and row.tagging.read else ()))
    for number, look in enumerate(looks):
        # A later look may ask by what an earlier one found, such as an ARN.
        seen = Resource(
            resource.token, row, resource.clients, resource.inputs, {**resource.state, **found}, resource.id
        )
        values = _one_look(seen, look, known)
        if values is None and number == 0:
            return None
        found.update(values or {})
        _compute(resource, found)
    if not looks:
        _compute(resource, found)
    return found


def _one_look(resource: Resource, look: Look, known: Mapping[str, metadata.Property]) -> Props | None:
    names, scope = resource.row.names, resource.scope()
    try:
        if look.run:
            return look.run(scope)
        answer = resource.call(look.service or resource.row.service, look.operation, fill(look.params, scope) or {})
    except ProviderError as error:
        if is_gone(error):
            return None
        raise
    picked = jmespath.search(fill(look.pick, scope), answer)
    if picked is None or picked == []:
        return None
    values = from_aws(known, picked, names) if look.auto and isinstance(picked, Mapping) else {}
    for key, expression in look.take.items():
        if (value := jmespath.search(expression, picked)) is not None:
            values[key] = convert(known[key].type, value, names) if key in known else value
        else:
            values.pop(key, None)
    return values


def _compute(resource: Resource, found: Props) -> None:
    """Fill in the outputs that are made of others."""
    for key, template in resource.row.outputs.items():
        scope = replace(resource, state={**resource.state, **found}).scope()
        if (value := fill(template, scope)) is not None:
            found[key] = value


def _outputs(resource: Resource, found: Props, prior: Props) -> Props:
    """Outputs: what the service says, in the words of the program where both mean the same."""
    row, known = resource.row, metadata.all_properties(resource.token)
    outputs = {**prior, **resource.state, **resource.inputs} if not prior else {**prior, **_changed_inputs(resource)}
    for key, value in found.items():
        if key not in known or key in row.state_only:
            continue
        if key not in outputs or not same(outputs[key], value, known[key].type, loosely=True):
            outputs[key] = value
    outputs = {key: value for key, value in outputs.items() if key in known}
    if "tagsAll" in known:
        outputs["tagsAll"] = outputs.get("tags") or {}
    if "region" in known:
        outputs["region"] = resource.region
    return complete(resource.token, outputs)


def complete(token: str, outputs: Props) -> Props:
    """Give every output that has no value its type's empty one, as the real provider does.

    The Python SDK takes an output without a value for unknown in a preview, so what depends on it would seem to change.
    """
    known = metadata.all_properties(token)
    return {**{key: metadata.empty(wanted.type) for key, wanted in known.items()}, **outputs}


def _changed_inputs(resource: Resource) -> Props:
    return {key: resource.inputs[key] for key in resource.changed if key in resource.inputs}


@functools.cache
def input_shape(service: str, operation: str) -> Any:
    """Return botocore's model of an operation's parameters; the operation has boto3's name."""
    model = _service_model(service)
    wanted = operation.replace("_", "")
    name = next(name for name in model.operation_names if name.lower() == wanted)
    return model.operation_model(name).input_shape


@functools.cache
def _service_model(service: str) -> Any:
    return botocore.session.get_session().get_service_model(service)


def _auto_keys(call: Call, row: Row, shape: Any, inputs: Props) -> list[str]:
    if not call.auto:
        return []
    wanted = [key for key in inputs if isinstance(call.auto, bool) or key in call.auto]
    return [
        key
        for key in wanted
        if inputs[key] is not None and (member_of(shape, key, row.names) or (key == "tags" and row.ec2_kind))
    ]


def _causes(call: Call, resource: Resource) -> set[str]:
    return set(call.on) or sent(call, resource.row, resource.token) - set(resource.row.replace_on) - {"id"}


def sent(call: Call, row: Row, token: str) -> set[str]:
    """Name the inputs a call sends."""
    inputs = metadata.input_properties(token)
    if call.run:
        return {*call.on, *call.also} & inputs.keys()
    shape = input_shape(call.service or row.service, call.operation)
    auto = _auto_keys(call, row, shape, dict.fromkeys(inputs, True))
    patched = {key.partition(".")[0] for key in call.patch}
    return (references(call.params) | {*call.on, *call.also, *patched, *auto}) & inputs.keys()


def handled(token: str, row: Row) -> frozenset[str]:
    """Name the inputs the row carries out or keeps in the state."""
    if row.generate:
        return frozenset(metadata.input_properties(token))
    calls = (*((row.create,) if row.create else ()), *row.settle, *row.update, *row.delete)
    keys = set().union(*(sent(call, row, token) for call in calls)) | {*row.state_only, *row.replace_on, "region"}
    return frozenset(keys | references(row.id) | ({"tags"} if row.tagging else set()))
