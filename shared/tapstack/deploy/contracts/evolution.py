"""Whether a contract has changed in a way that breaks a layer that still reads it as it was.

    change of a field          somebody reads it      nobody does
    added                      -                      fits
    removed, or renamed        breaks                 fits
    another shape              breaks                 fits
    Output to plain, or back   breaks                 fits
    secret to plain            breaks                 fits
    plain to secret            fits                   fits

Who reads a field is what was declared before the change: the layers that are deployed are of that time. What breaks is
done in three changes instead, each of which fits. A type is its shape: its name may change, its pattern may not.

    version=1                       what is deployed
    version=1, understood=(1, 2)    each reader does what either version asks for (`exported_version`), and is deployed
    version=2, understood=(1, 2)    the layer is deployed
    version=2                       readers do what version 2 asks for

So a version is raised while somebody reads; each of these changes can be taken back, the last one first.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from tapstack.console.hints import command
from tapstack.contracts.contract import FieldSchema, module_file
from tapstack.deploy.contracts.outside import OutsideReader, whom_to_ask
from tapstack.deploy.contracts.problems import Problem
from tapstack.deploy.contracts.snapshots import Snapshot
from tapstack.program.export_names import READS_OUTPUT


def breaks(
    before: Snapshot, after: Snapshot | None, outside: Mapping[str, OutsideReader] = MappingProxyType({})
) -> list[Problem]:
    """List what breaks a reader.

    Args:
        before: the contract as it was.
        after: the contract as it is; None where it is gone.
        outside: the readers in repositories of their own, to say whom to ask.
    """
    fields = after.fields if after else {}
    problems = [
        f"`{before.layer}.{name}` is read by {', '.join(old.read_by)}; add the new field beside it, move the consumer, "
        f"then remove it, each in a change of its own (this change {change}){whom_to_ask(old.read_by, outside)}"
        for name, old in before.fields.items()
        if old.read_by and (change := _change(name, old, before.fields, fields))
    ]
    if after and after.version not in before.understood:
        problems += _another_version(before, after, outside)
    return [Problem(before.layer, text) for text in problems]


def _another_version(before: Snapshot, after: Snapshot, outside: Mapping[str, OutsideReader]) -> list[str]:
    layer, now, then, where = before.layer, before.version, after.version, module_file(before.layer)
    if then < now:
        wrong = (
            f"`{layer}` goes back from contract version {now} to {then}, which meant something else; a version only "
            f"rises: set version={now} in {where}"
        )
        return [wrong]
    readers = dict.fromkeys(reader for field in before.fields.values() for reader in field.read_by)
    wrong = (
        f"`{layer}` becomes contract version {then}, and its readers, {', '.join(readers)}, understand "
        f"{_versions(before.understood)} alone; first keep version={now} with understood=({now}, {then}) in {where} "
        f"and deploy the readers, then set version={then}, each in a change of its own{whom_to_ask(readers, outside)}"
    )
    return [wrong] if readers else []


def outdated(layer: str, text: str | None, after: Snapshot | None, file: str) -> list[Problem]:
    """Tell that a layer's snapshot is not what its contract is.

    Args:
        layer: the layer.
        text: the snapshot's file; None where there is none.
        after: the contract as the code has it; None where there is none.
        file: the snapshot's file, to name it.
    """
    if text == (after.text() if after else None):
        return []
    if text is None:
        return [Problem(layer, f"{file} is not there; write it: {_update()}")]
    if after is None:
        return [Problem(layer, f"{file} is of a layer that is no more; remove it: {_update()}")]
    return [
        Problem(layer, f"{file} is out of date: {_difference(Snapshot.parse(text, file), after)}; run: {_update()}")
    ]


def breaks_of_deployed(
    contracts: Mapping[str, Snapshot], deployed: Mapping[str, Mapping[str, Any]], stack: str
) -> list[Problem]:
    """List what breaks a deployed layer once the layers it reads are deployed from this checkout.

    Args:
        contracts: layer to its contract in this checkout.
        deployed: layer to what its stack exports; a layer that does not say what it reads is passed over.
        stack: the name of these stacks.
    """
    return [
        Problem(producer, text)
        for consumer, outputs in deployed.items()
        for producer, read in outputs.get(READS_OUTPUT, {}).items()
        for text in _breaks_of(producer, contracts.get(producer), read, f"{consumer}@{stack}")
    ]


def unmet(contract: Snapshot | None, read: Mapping[str, Any]) -> dict[str, str]:
    """Say what a deployed layer reads of a contract that does not give it.

    Args:
        contract: the contract; None where there is none.
        read: what the layer's stack says that it reads of it.

    Returns:
        What is read, `.field` or ` as version 1`, to what the contract does instead: `does not export it`.
    """
    versions = _versions_read(read)
    if contract and contract.version not in versions:
        return {f" as {_versions(versions)}": f"exports contract version {contract.version}"}
    fields, shapes = contract.fields if contract else {}, read.get("shapes") or {}
    found = {
        f".{field}": _change_of_deployed(kind, shapes.get(field, ""), fields.get(field))
        for field, kind in read["fields"].items()
    }
    return {field: change for field, change in found.items() if change}


def _breaks_of(producer: str, contract: Snapshot | None, read: Mapping[str, Any], consumer: str) -> list[str]:
    versions = _versions_read(read)
    if contract and contract.version not in versions:
        other = f"as {_versions(versions)}, and this checkout exports version {contract.version}"
        return [f"`{producer}` is read by {consumer} {other}; {_way_to_version(contract, versions, consumer)}"]
    return [
        f"`{producer}{field}` is read by {consumer}; add the new field, move the consumer, then remove it "
        f"(this checkout {change})"
        for field, change in unmet(contract, read).items()
    ]


def _versions_read(read: Mapping[str, Any]) -> list[int]:
    """Give the versions that a deployed layer understands; those deployed before there could be many say one."""
    return [int(version) for version in read.get("versions") or [read["version"]]]


def _way_to_version(contract: Snapshot, versions: Sequence[int], consumer: str) -> str:
    if contract.version < min(versions):
        return "it is older than what is deployed; update it: git pull"
    if set(versions) <= set(contract.understood):
        layer, _, stack = consumer.partition("@")
        return f"it understands both here, so deploy it first: {command('up', layer, stack=stack)}"
    both = ", ".join(map(str, (*versions, contract.version)))
    return (
        f"keep version {max(versions)} with understood=({both}), deploy the readers, then raise it; or add a field of "
        "the new meaning, move the consumer, then remove the old"
    )


def _versions(versions: Sequence[int]) -> str:
    return f"version{'s' if len(versions) > 1 else ''} {' and '.join(map(str, versions))}"


def _change_of_deployed(kind: str, shape: str, now: FieldSchema | None) -> str | None:
    if now is None:
        return "does not export it"
    if _same_shape(FieldSchema(kind, now.is_output, now.secret, (), shape), now):
        return None
    if kind != now.type:
        return f"exports {now.type}, and {kind} is read"
    return f"exports {kind} as {now.shape}, and it is read as {shape}"


def _change(
    name: str, old: FieldSchema, before: Mapping[str, FieldSchema], after: Mapping[str, FieldSchema]
) -> str | None:
    new = after.get(name)
    if new is None:
        like = [other for other, field in after.items() if other not in before and _type(field) == _type(old)]
        return f"removes it: renamed to {' or '.join(f'`{other}`' for other in like)}?" if like else "removes it"
    if old.is_output != new.is_output or not _same_shape(old, new):
        if _type(new) != _type(old):
            return f"makes it {_type(new)}, and it was {_type(old)}"
        return f"makes {old.type} {new.shape}, and it was {old.shape}"
    return "makes it plain, and it was secret" if old.secret and not new.secret else None


def _same_shape(one: FieldSchema, other: FieldSchema) -> bool:
    """Tell whether two fields may have the same values; without their shapes, by the names of their types."""
    return one.shape == other.shape if one.shape and other.shape else one.type == other.type


def _type(field: FieldSchema) -> str:
    return f"Output[{field.type}]" if field.is_output else field.type


def _difference(before: Snapshot, after: Snapshot) -> str:
    """Name what differs."""
    names = [*before.fields, *(name for name in after.fields if name not in before.fields)]
    changed = [name for name in names if before.fields.get(name) != after.fields.get(name)]
    if changed:
        return f"{', '.join(changed)} {'differs' if len(changed) == 1 else 'differ'}"
    return "the version, the order or the form differs"


def _update() -> str:
    return command("generate", "contracts")
