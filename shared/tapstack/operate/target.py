"""The environment that is worked on: the lane, or a deployed stack of a real account."""

import abc
import dataclasses
import json
import subprocess
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import boto3
from botocore.exceptions import NoCredentialsError

from tapstack.checkout import CHECKOUT
from tapstack.console.errors import UserError
from tapstack.contracts.compute import ComputeContract
from tapstack.contracts.contract import Contract
from tapstack.contracts.data import DataContract
from tapstack.lane.emulator.server import REGION
from tapstack.lane.lane import Lane
from tapstack.program.upstream import VERSION_OUTPUT
from transactions.clock import now
from transactions.merchants import Merchants

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient


@dataclasses.dataclass(frozen=True, kw_only=True)
class Exports:
    """A part of a layer's contract, as plain values: each field is an output of the same name."""

    CONTRACT: ClassVar[type[Contract]]

    @classmethod
    def of(cls, outputs: Mapping[str, Any], deploy: str) -> Self:
        """Take the values from a stack's outputs.

        Args:
            outputs: output name to value.
            deploy: the command that deploys the layer.

        Raises:
            UserError: the layer is not up, or exports something else.
        """
        layer, version = cls.CONTRACT.LAYER, cls.CONTRACT.VERSION
        names = [field.name for field in dataclasses.fields(cls)]
        if not outputs:
            raise UserError(f"layer {layer!r} is not up: its stack exports nothing; run: {deploy}")
        if outputs.get(VERSION_OUTPUT) != version:
            raise UserError(
                f"layer {layer!r} exports contract version {outputs.get(VERSION_OUTPUT)}, and these commands read "
                f"version {version}; take the revision that was deployed, or run: {deploy}"
            )
        if missing := [name for name in names if name not in outputs]:
            raise UserError(f"layer {layer!r} does not export {', '.join(missing)}; run: {deploy}")
        return cls(**{name: outputs[name] for name in names})


@dataclasses.dataclass(frozen=True, kw_only=True)
class Data(Exports):
    """Of the data layer."""

    CONTRACT = DataContract

    key_arn: str
    merchants_table_name: str
    transactions_table_name: str
    velocity_table_name: str
    notifications_queue_url: str
    notifications_dead_letter_queue_url: str
    stream_failures_queue_url: str
    merchant_ids: list[str]
    webhook_secret_prefix: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Compute(Exports):
    """Of the compute layer."""

    CONTRACT = ComputeContract

    alias_name: str
    fraud_detector_alias_arn: str
    notifier_function_name: str


class Target(abc.ABC):
    """An environment: what its layers export, and clients of its AWS; both are asked for when they are needed."""

    @cached_property
    def data(self) -> Data:
        """What the data layer exports."""
        return Data.of(self._outputs("data"), self.deploy("data"))

    @cached_property
    def compute(self) -> Compute:
        """What the compute layer exports."""
        return Compute.of(self._outputs("compute"), self.deploy("compute"))

    @cached_property
    def dynamodb(self) -> "DynamoDBClient":
        """DynamoDB."""
        client: DynamoDBClient = self._client("dynamodb")
        return client

    @cached_property
    def sqs(self) -> "SQSClient":
        """SQS."""
        client: SQSClient = self._client("sqs")
        return client

    @cached_property
    def secrets_manager(self) -> "SecretsManagerClient":
        """Secrets Manager."""
        client: SecretsManagerClient = self._client("secretsmanager")
        return client

    @cached_property
    def functions(self) -> Any:
        """Lambda."""
        return self._client("lambda")

    @cached_property
    def merchants(self) -> Merchants:
        """The merchants table."""
        return Merchants(self.dynamodb, self.data.merchants_table_name, now)

    @abc.abstractmethod
    def deploy(self, layer: str) -> str:
        """Give the command that deploys a layer."""

    @abc.abstractmethod
    def take_on(self, merchant_id: str) -> str:
        """Give the command that makes a merchant's webhook secret and API key."""

    @abc.abstractmethod
    def _outputs(self, layer: str) -> Mapping[str, Any]: ...

    @abc.abstractmethod
    def _client(self, service: str) -> Any: ...


class LaneTarget(Target):
    """The lane on this machine."""

    def __init__(self) -> None:
        """Find it.

        Raises:
            UserError: it is not up.
        """
        self._lane = Lane()
        self._endpoint = self._lane.require_running().url

    def deploy(self, layer: str) -> str:
        """Give the command that deploys a layer."""
        return f"nox -s up-{layer}"

    def take_on(self, merchant_id: str) -> str:
        """Give the command that makes a merchant's webhook secret and API key; it needs the lane's environment."""
        return f'eval "$(nox -s env)" && {_take_on(merchant_id, len(self.data.merchant_ids), "")}'

    def _outputs(self, layer: str) -> Mapping[str, Any]:
        return self._lane.stack(layer).outputs()

    def _client(self, service: str) -> Any:
        make: Callable[..., Any] = boto3.client
        return make(
            service,
            endpoint_url=self._endpoint,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",  # noqa: S106 - the emulator takes any
        )


class StackTarget(Target):
    """A stack of the state backend and the account that the environment of the command names."""

    def __init__(self, stack: str, projects: Path = CHECKOUT / "projects") -> None:
        """Describe it.

        Args:
            stack: its name, the same in all layers.
            projects: the folder with the four projects.
        """
        self._stack = stack
        self._projects = projects

    def deploy(self, layer: str) -> str:
        """Give the command that deploys a layer."""
        return f"(cd projects/{layer} && pulumi up --stack {self._stack})"

    def take_on(self, merchant_id: str) -> str:
        """Give the command that makes a merchant's webhook secret and API key."""
        return _take_on(merchant_id, len(self.data.merchant_ids), f" --stack {self._stack}")

    def _outputs(self, layer: str) -> Mapping[str, Any]:
        try:
            done = subprocess.run(
                ["pulumi", "stack", "output", "--json", "--stack", self._stack, "--non-interactive"],
                cwd=self._projects / layer,
                capture_output=True,
                text=True,
                encoding="utf-8",
                check=False,
            )
        except FileNotFoundError as error:
            raise UserError(
                f"--stack {self._stack} needs `pulumi` on PATH, and it is not there; install it, or leave --stack out "
                "for the lane"
            ) from error
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["pulumi gave no reason"])[-1].removeprefix("error: ")
            raise UserError(
                f"the outputs of layer {layer!r} cannot be read: {reason}; is `pulumi login` to the backend of stack "
                f"{self._stack!r}? where the layer is not up, run: {self.deploy(layer)}"
            )
        outputs: dict[str, Any] = json.loads(done.stdout)
        return outputs

    def _client(self, service: str) -> Any:
        client: Callable[..., Any] = self._session.client
        return client(service)

    @cached_property
    def _session(self) -> boto3.Session:
        """Go to the stack's region with the credentials of the environment.

        Raises:
            UserError: there are none, or they are of another account, where an environment of the same name may
                well be.
        """
        _, _, _, region, account, _ = self.data.key_arn.split(":", 5)
        session = boto3.Session(region_name=region)
        try:
            mine = session.client("sts").get_caller_identity()["Account"]
        except NoCredentialsError as error:
            raise UserError(
                f"stack {self._stack!r} is in account {account}, and this shell has no AWS credentials; "
                "set AWS_PROFILE, or log in"
            ) from error
        if mine != account:
            raise UserError(
                f"stack {self._stack!r} is in account {account}, and the credentials of this shell are of account "
                f"{mine}; take those of {account}"
            )
        return session


def _take_on(merchant_id: str, place: int, stack: str) -> str:
    settings = {"data": f"'merchants[{place}]' {merchant_id}", "api-edge": f"merchants.{merchant_id} standard"}
    return " && ".join(
        f"(cd projects/{layer} && pulumi config set{stack} --path {setting} && pulumi up{stack})"
        for layer, setting in settings.items()
    )
