# Made from the contracts and projects/readers.toml; after a change: tapstack generate
"""The contracts of tapstack's layers, for programs in repositories of their own.

One file to copy, which needs nothing but Pulumi, and to check against what is published now nothing at all:

    from tapstack_contracts import ComputeContract

    compute = ComputeContract.read("settlement")     # in a Pulumi program; an Output for each field it is noted for

    python tapstack_contracts.py settlement URL    # in its CI, with the address of the published contracts.json

Who reads what is noted in projects/readers.toml of tapstack's repository. After a change there, take the new file.
"""

from __future__ import annotations

import dataclasses
import json
import re
import sys
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

if TYPE_CHECKING:
    from pulumi import Output

VERSION = "0.1.0"
"""The release of tapstack that this was made from."""

_VERSION_OUTPUT = "contract_version"
_SECONDS = 30


def _field(
    shape: str,
    *,
    since: str,
    read_by: Sequence[str] = (),
    is_output: bool = True,
    secret: bool = False,
    deprecated: str = "",
) -> Any:
    """Declare a field: `shape` is `text PATTERN`, `list of …`, `map to …`, or a plain type's name."""
    said = {"shape": shape, "since": since, "read_by": tuple(read_by), "is_output": is_output, "secret": secret}
    return dataclasses.field(metadata={**said, "deprecated": deprecated})


class Contract:
    """What a layer exports; each subclass is a frozen dataclass that says which.

    Attributes:
        LAYER: the layer.
        PROJECT: its Pulumi project.
        UNDERSTOOD: the versions of the contract that this file knows.
    """

    LAYER: ClassVar[str]
    PROJECT: ClassVar[str]
    UNDERSTOOD: ClassVar[tuple[int, ...]]
    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> object:
            """Refuse a field that `read` left out."""
            if name in self.__dataclass_fields__:
                raise RuntimeError(f"{self.LAYER}.{name} is not noted for this reader; {_register('the reader')}")
            raise AttributeError(f"{type(self).__name__} has no field {name!r}")

    @classmethod
    def read_by(cls, reader: str) -> dict[str, dataclasses.Field[Any]]:
        """Give the fields that a reader is noted for."""
        return {field.name: field for field in dataclasses.fields(cls) if reader in field.metadata["read_by"]}

    @classmethod
    def read(cls, reader: str, stack: str | None = None) -> Self:
        """Read the contract from the layer's stack, before the program makes anything.

        Args:
            reader: the name that the reading team is noted under; other fields than its own are left out.
            stack: the stack's name; None takes that of the stack being deployed.

        Raises:
            pulumi.RunError: the reader is not noted, the layer is not up, or it exports something else.
        """
        import pulumi  # the check needs none

        fields = cls.read_by(reader)
        if not fields:
            raise pulumi.RunError(f"{reader} is no reader of {cls.LAYER}; {_register(reader)}")
        name = f"{pulumi.get_organization()}/{cls.PROJECT}/{stack or pulumi.get_stack()}"
        answer = pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", {"name": name}).value
        exported = dict((answer or {}).get("outputs") or {})
        wrong = [f"no {field}" for field in fields if field not in exported]
        if (version := exported.get(_VERSION_OUTPUT)) not in cls.UNDERSTOOD:
            wrong = [f"no contract version {' or '.join(map(str, cls.UNDERSTOOD))}"]
        if wrong:
            raise pulumi.RunError(
                f"{name} exports {', '.join(wrong)}, and {reader} reads it; "
                f"{_TAKE if version else f'have {cls.LAYER} deployed first'}"
            )
        reference = pulumi.StackReference(name)
        contract = cls.__new__(cls)
        for field in fields.values():

            def held(value: object, field: dataclasses.Field[Any] = field) -> object:
                if _fits(value, field.metadata["shape"]):
                    return value
                said = "this secret" if field.metadata["secret"] else repr(value)
                raise pulumi.RunError(f"{cls.LAYER}.{field.name} is {said}, and must be {field.metadata['shape']}")

            is_output = field.metadata["is_output"]
            value = reference.require_output(field.name).apply(held) if is_output else held(exported[field.name])
            object.__setattr__(contract, field.name, value)
        return contract


# fmt: off
_ApiKey = "text \\S{20,128}"
_Arn = "text arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:([0-9]{12}|[a-z]*):.+"
_IpAddresses = "list of text \\d{1,3}(\\.\\d{1,3}){3}"
_Name = "text [A-Za-z0-9_.$/-]{1,512}"
_NamesByTier = "map to text [A-Za-z0-9_.$/-]{1,512}"
_SecurityGroupId = "text sg-[0-9a-f]+"
_SubnetIds = "list of text subnet-[0-9a-f]+"
_Url = "text https?://\\S+"
_VpcId = "text vpc-[0-9a-f]+"
_bool = "bool"

@dataclasses.dataclass(frozen=True, kw_only=True)
class NetworkContract(Contract):
    """What network exports."""

    LAYER = "network"
    PROJECT = "tapstack-network"
    UNDERSTOOD = (1,)

    vpc_id: Output[str] = _field(_VpcId, since="0.1.0")
    isolated_subnet_ids: Output[Sequence[str]] = _field(_SubnetIds, since="0.1.0")
    egress_subnet_ids: Output[Sequence[str]] = _field(_SubnetIds, since="0.1.0")
    functions_security_group_id: Output[str] = _field(_SecurityGroupId, since="0.1.0")
    egress_security_group_id: Output[str] = _field(_SecurityGroupId, since="0.1.0")
    egress_addresses: Output[Sequence[str]] = _field(_IpAddresses, since="0.1.0")
    has_egress: bool = _field(_bool, since="0.1.0", is_output=False)

@dataclasses.dataclass(frozen=True, kw_only=True)
class DataContract(Contract):
    """What data exports."""

    LAYER = "data"
    PROJECT = "tapstack-data"
    UNDERSTOOD = (1,)

    key_arn: Output[str] = _field(_Arn, since="0.1.0")
    merchants_table_name: Output[str] = _field(_Name, since="0.1.0")
    merchants_table_arn: Output[str] = _field(_Arn, since="0.1.0")
    transactions_table_name: Output[str] = _field(_Name, since="0.1.0")
    transactions_table_arn: Output[str] = _field(_Arn, since="0.1.0")
    transactions_stream_arn: Output[str] = _field(_Arn, since="0.1.0")
    velocity_table_name: Output[str] = _field(_Name, since="0.1.0")
    velocity_table_arn: Output[str] = _field(_Arn, since="0.1.0")
    deliveries_table_name: Output[str] = _field(_Name, since="0.1.0")
    deliveries_table_arn: Output[str] = _field(_Arn, since="0.1.0")
    notifications_queue_url: Output[str] = _field(_Url, since="0.1.0")
    notifications_queue_arn: Output[str] = _field(_Arn, since="0.1.0")
    notifications_queue_name: Output[str] = _field(_Name, since="0.1.0")
    notifications_dead_letter_queue_url: Output[str] = _field(_Url, since="0.1.0")
    notifications_dead_letter_queue_arn: Output[str] = _field(_Arn, since="0.1.0")
    notifications_dead_letter_queue_name: Output[str] = _field(_Name, since="0.1.0")
    stream_failures_queue_url: Output[str] = _field(_Url, since="0.1.0")
    stream_failures_queue_arn: Output[str] = _field(_Arn, since="0.1.0")
    stream_failures_queue_name: Output[str] = _field(_Name, since="0.1.0")
    alerts_topic_arn: Output[str] = _field(_Arn, since="0.1.0")

@dataclasses.dataclass(frozen=True, kw_only=True)
class ComputeContract(Contract):
    """What compute exports."""

    LAYER = "compute"
    PROJECT = "tapstack-compute"
    UNDERSTOOD = (1,)

    alias_name: Output[str] = _field(_Name, since="0.1.0")
    validator_function_name: Output[str] = _field(_Name, since="0.1.0")
    validator_alias_arn: Output[str] = _field(_Arn, since="0.1.0")
    validator_invoke_arn: Output[str] = _field(_Arn, since="0.1.0")
    fraud_detector_function_name: Output[str] = _field(_Name, since="0.1.0")
    fraud_detector_alias_arn: Output[str] = _field(_Arn, since="0.1.0")
    notifier_function_name: Output[str] = _field(_Name, since="0.1.0")
    notifier_alias_arn: Output[str] = _field(_Arn, since="0.1.0")

@dataclasses.dataclass(frozen=True, kw_only=True)
class ApiEdgeContract(Contract):
    """What api-edge exports."""

    LAYER = "api-edge"
    PROJECT = "tapstack-api-edge"
    UNDERSTOOD = (1,)

    api_url: Output[str] = _field(_Url, since="0.1.0")
    transactions_url: Output[str] = _field(_Url, since="0.1.0")
    rest_api_id: Output[str] = _field(_Name, since="0.1.0")
    stage_name: Output[str] = _field(_Name, since="0.1.0")
    usage_plan_ids: Output[Mapping[str, str]] = _field(_NamesByTier, since="0.1.0")
    api_key_name_prefix: Output[str] = _field(_Name, since="0.1.0")
    probe_api_key: Output[str] = _field(_ApiKey, since="0.1.0", secret=True)
    web_acl_arn: Output[str] = _field(_Arn, since="0.1.0")
    dashboard_url: Output[str] = _field(_Url, since="0.1.0")


CONTRACTS: tuple[type[Contract], ...] = (
    NetworkContract,
    DataContract,
    ComputeContract,
    ApiEdgeContract,
)
# fmt: on


def problems(reader: str, published: Mapping[str, Any]) -> Iterator[str]:
    """Say in a line each what of the published contracts does not give a reader what this file promises it.

    Args:
        reader: the reader's name.
        published: the published `contracts.json`.
    """
    if not any(contract.read_by(reader) for contract in CONTRACTS):
        yield f"{reader} is no reader of any contract; {_register(reader)}"
    for contract in CONTRACTS:
        fields, now = contract.read_by(reader), published["contracts"].get(contract.LAYER) or {"fields": {}}
        if fields and "version" in now and now["version"] not in contract.UNDERSTOOD:
            yield f"{contract.LAYER} is published as contract version {now['version']}, another meaning; {_TAKE}"
        for name, field in fields.items():
            if wrong := _change(field.metadata, now["fields"].get(name), reader):
                yield f"{contract.LAYER}.{name}, which {reader} reads, {wrong}"


_TAKE = "take the contracts that are published now, and read what they have instead"


def _change(was: Mapping[str, Any], now: Mapping[str, Any] | None, reader: str) -> str | None:
    if now is None:
        return f"is not published any more; {_TAKE}"
    if now["shape"] != was["shape"]:
        return f"becomes {now['shape']}, and was {was['shape']}; {_TAKE}"
    if now["is_output"] != was["is_output"]:
        return f"becomes {'an Output' if now['is_output'] else 'a plain value'}; {_TAKE}"
    if was["secret"] and not now["secret"]:
        return f"is no secret any more; {_TAKE}"
    return None if reader in now["read_by"] else f"is not noted for it any more; {_register(reader)}"


def deprecations(reader: str, published: Mapping[str, Any]) -> Iterator[str]:
    """Say in a line each what a reader reads that will go."""
    for contract in CONTRACTS:
        now = (published["contracts"].get(contract.LAYER) or {"fields": {}})["fields"]
        for name in contract.read_by(reader):
            if told := (now.get(name) or {}).get("deprecated"):
                yield f"{contract.LAYER}.{name} will go: {told}"


def _register(reader: str) -> str:
    return f"note what it reads as [{reader}] in projects/readers.toml of tapstack's repository"


def _fits(value: object, shape: str) -> bool:
    """Tell whether a value has a shape."""
    kind, _, pattern = shape.partition(" ")
    if shape.startswith("list of "):
        return isinstance(value, (list, tuple)) and all(_fits(item, shape.removeprefix("list of ")) for item in value)
    if shape.startswith("map to "):
        return isinstance(value, Mapping) and all(_fits(item, shape.removeprefix("map to ")) for item in value.values())
    if kind == "text":
        return isinstance(value, str) and re.fullmatch(pattern, value) is not None
    plain: Mapping[str, tuple[type, ...]] = {"bool": (bool,), "int": (int, float), "float": (int, float), "str": (str,)}
    return isinstance(value, plain[shape])


def _published(place: str) -> Mapping[str, Any]:
    """Read the published contracts from an address or a file."""
    if not place.startswith(("https://", "http://")):
        text = Path(place).read_text(encoding="utf-8")
    else:
        with urllib.request.urlopen(place, timeout=_SECONDS) as answer:
            text = answer.read().decode()
    published: Mapping[str, Any] = json.loads(text)
    return published


def main(arguments: Sequence[str]) -> int:
    """Check a reader; the status is 0 where nothing breaks it, 1 where something does, and 64 for a bad command."""
    if len(arguments) != 2 or arguments[0].startswith("-"):
        print(f"usage: python {Path(__file__).name} READER URL|FILE", file=sys.stderr)
        return 64
    reader, place = arguments
    try:
        published = _published(place)
        found = list(problems(reader, published))
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        found = [f"{place} cannot be read as published contracts: {error}; correct the address"]
    for line in found:
        print(f"error: {line}", file=sys.stderr)
    if found:
        return 1
    for line in deprecations(reader, published):
        print(f"warning: {line}", file=sys.stderr)
    count = sum(len(contract.read_by(reader)) for contract in CONTRACTS)
    print(f"{count} output{'s' if count != 1 else ''} read by {reader}: as published with {published['version']}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
