"""What each layer promises to the layers after it: one frozen dataclass per layer.

The producer builds its contract from the resources it made and exports it; the consumer reads the same dataclass and
gets every output by attribute. A name that crosses a layer's border is written in this file and nowhere else.
"""

import dataclasses
from collections.abc import Mapping
from typing import ClassVar, Self, get_origin, get_type_hints

import pulumi
from pulumi import Output

from tapstack import upstream

SECRET = {"secret": True}
"""Field metadata of an output that stays encrypted in the state and across the border."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Contract:
    """A layer's exported outputs; the subclasses say which.

    A field of type `Output[...]` arrives as an Output. Any other field is a plain value, known while the reading
    program runs: the producer knows it before anything is made, and the consumer may decide by it what to make.
    """

    LAYER: ClassVar[str]
    VERSION: ClassVar[int]

    def export(self, environment_suffix: str) -> None:
        """Export every field as a stack output, with the contract's version and the environment it belongs to."""
        pulumi.export(upstream.VERSION_OUTPUT, self.VERSION)
        pulumi.export(upstream.ENVIRONMENT_OUTPUT, environment_suffix)
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            pulumi.export(field.name, Output.secret(value) if field.metadata.get("secret") else value)

    @classmethod
    def read(cls, environment_suffix: str) -> Self:
        """Read the contract from this layer's stack of the same name as the one being deployed.

        The stack's outputs are checked before the first resource of the reading program is registered, so that a
        missing or unfit upstream leaves nothing half-made.

        Raises:
            UpstreamError: the stack is not deployed, lacks an output, has another contract version, or belongs to
                another environment; the message names the layer, the output and the command to run.
        """
        types = get_type_hints(cls)
        names = [field.name for field in dataclasses.fields(cls)]
        known = upstream.require(cls.LAYER, cls.VERSION, names, environment_suffix)
        reference = pulumi.StackReference(upstream.stack_name(cls.LAYER))
        return cls(
            **{
                name: reference.require_output(name) if get_origin(types[name]) is Output else known[name]
                for name in names
            }
        )


@dataclasses.dataclass(frozen=True, kw_only=True)
class NetworkContract(Contract):
    """Where functions run and how their traffic leaves."""

    LAYER: ClassVar[str] = "network"
    VERSION: ClassVar[int] = 1

    vpc_id: Output[str]
    isolated_subnet_ids: Output[list[str]]
    """One per zone; no route leaves the VPC but those to the endpoints."""
    egress_subnet_ids: Output[list[str]]
    """One per zone where NAT gateways are asked for, else empty."""
    functions_security_group_id: Output[str]
    egress_security_group_id: Output[str]
    egress_addresses: Output[list[str]]
    """The public IPv4 addresses webhooks come from; empty without NAT gateways."""
    has_egress: bool
    """Whether there are NAT gateways, and with them egress subnets."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class DataContract(Contract):
    """Tables, queues, the alerts topic, the key that encrypts them, and the merchants' webhook secrets."""

    LAYER: ClassVar[str] = "data"
    VERSION: ClassVar[int] = 1

    key_arn: Output[str]
    merchants_table_name: Output[str]
    merchants_table_arn: Output[str]
    transactions_table_name: Output[str]
    transactions_table_arn: Output[str]
    transactions_stream_arn: Output[str]
    velocity_table_name: Output[str]
    velocity_table_arn: Output[str]
    notifications_queue_url: Output[str]
    notifications_queue_arn: Output[str]
    notifications_queue_name: Output[str]
    notifications_dead_letter_queue_url: Output[str]
    notifications_dead_letter_queue_arn: Output[str]
    notifications_dead_letter_queue_name: Output[str]
    stream_failures_queue_url: Output[str]
    stream_failures_queue_arn: Output[str]
    stream_failures_queue_name: Output[str]
    alerts_topic_arn: Output[str]
    merchant_ids: list[str]
    """The merchants that have a webhook secret, sorted."""
    webhook_secret_prefix: Output[str]
    webhook_secret_arns: Output[Mapping[str, str]]
    """Merchant id to the ARN of the secret that signs its webhooks."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class ComputeContract(Contract):
    """The functions, by their `live` alias: a new version behind it changes nothing for the layers after."""

    LAYER: ClassVar[str] = "compute"
    VERSION: ClassVar[int] = 1

    alias_name: Output[str]
    validator_function_name: Output[str]
    validator_alias_arn: Output[str]
    validator_invoke_arn: Output[str]
    """What an API Gateway integration calls to reach the alias."""
    fraud_detector_function_name: Output[str]
    fraud_detector_alias_arn: Output[str]
    notifier_function_name: Output[str]
    notifier_alias_arn: Output[str]


@dataclasses.dataclass(frozen=True, kw_only=True)
class ApiEdgeContract(Contract):
    """The API as merchants and operators see it."""

    LAYER: ClassVar[str] = "api-edge"
    VERSION: ClassVar[int] = 1

    api_url: Output[str]
    """The stage's URL, without a trailing slash."""
    transactions_url: Output[str]
    rest_api_id: Output[str]
    stage_name: Output[str]
    api_key_ids: Output[Mapping[str, str]]
    """Merchant id to API key id."""
    api_keys: Output[Mapping[str, str]] = dataclasses.field(metadata=SECRET)
    """Merchant id to API key value."""
    usage_plan_ids: Output[Mapping[str, str]]
    """Tier to usage plan id."""
    web_acl_arn: Output[str]
    dashboard_url: Output[str]


def contract_of(layer: str) -> type[Contract]:
    """Find the contract a layer exports.

    Raises:
        KeyError: `layer` is not a layer.
    """
    contracts: dict[str, type[Contract]] = {
        contract.LAYER: contract for contract in (NetworkContract, DataContract, ComputeContract, ApiEdgeContract)
    }
    return contracts[layer]
