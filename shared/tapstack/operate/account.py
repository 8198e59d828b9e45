"""The AWS account of an environment, as operators work on it: what its layers export, and clients of its services."""

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from tapstack.console.hints import command
from tapstack.contracts.api_edge import ApiEdgeContract
from tapstack.contracts.compute import ComputeContract
from tapstack.contracts.contract import Contract
from tapstack.contracts.data import DataContract
from tapstack.engine.aws import Aws
from tapstack.engine.environment import Environment
from tapstack.operate.backtest.trial import History, stored
from tapstack.operate.caller import Caller, caller_of
from tapstack.operate.exports import Exports
from tapstack.operate.merchants.api_keys import ApiKeys
from tapstack.operate.merchants.desk import Desk
from tapstack.operate.merchants.enrolments import Enrolments
from tapstack.operate.merchants.hand_over import Encryption
from tapstack.operate.smoke.api import Api
from tapstack.operate.smoke.run import Done, SmokeRun
from tapstack.operate.smoke.secret import probe_secret
from transactions.card_lists.register import CardListRegister
from transactions.clock import Clock, now
from transactions.listing import Listing
from transactions.merchants import Merchants
from transactions.reviews.closing import ReviewDesk
from transactions.sdk import keep_items_read
from transactions.store import TransactionStore
from transactions.webhooks.deliveries import DeliveryLog
from transactions.webhooks.endpoints import EndpointRegister
from transactions.webhooks.probe_sink import ProbeSink

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sqs import SQSClient

_C = TypeVar("_C", bound=Contract)


class Account:
    """What an environment has in AWS; outputs and clients are asked for when they are needed."""

    def __init__(self, environment: Environment) -> None:
        """Find it.

        Raises:
            UserError: its AWS does not answer.
        """
        self._environment = environment
        self._aws = Aws(environment, lambda: [self.data.key_arn])

    @property
    def stack(self) -> str:
        """The name of the environment's stacks."""
        return self._environment.name

    @cached_property
    def data(self) -> Exports[DataContract]:
        """What the data layer exports."""
        return self._exports(DataContract)

    @cached_property
    def compute(self) -> Exports[ComputeContract]:
        """What the compute layer exports."""
        return self._exports(ComputeContract)

    @cached_property
    def api_edge(self) -> Exports[ApiEdgeContract]:
        """What the api-edge layer exports."""
        return self._exports(ApiEdgeContract)

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
    def functions(self) -> Any:
        """Lambda."""
        return self._client("lambda")

    @cached_property
    def logs(self) -> Any:
        """CloudWatch Logs."""
        return self._client("logs")

    def caller(self) -> Caller:
        """Ask AWS whose credentials these are."""
        return caller_of(self._client("sts"))

    def log_group(self, function: str) -> str:
        """Ask Lambda where a function's log is, by the name it has in `tapstack.operate.logs.FUNCTIONS`."""
        names = {
            "validator": self.compute.validator_function_name,
            "fraud-detector": self.compute.fraud_detector_function_name,
            "notifier": self.compute.notifier_function_name,
        }
        configuration = self.functions.get_function_configuration(
            FunctionName=names[function], Qualifier=self.compute.alias_name
        )
        return f"{configuration['LoggingConfig']['LogGroup']}"

    @cached_property
    def merchants(self) -> Merchants:
        """The merchants table."""
        return Merchants(self.dynamodb, self.data.merchants_table_name, now)

    def history(self, merchant_id: str) -> History:
        """A merchant's stored transactions, to be replayed."""
        table = self.data.transactions_table_name
        # Whoever replays them reads no binary values, and millions of texts.
        keep_items_read(self.dynamodb)
        return stored(TransactionStore(self.dynamodb, table), Listing(self.dynamodb, table), merchant_id)

    @cached_property
    def transactions(self) -> TransactionStore:
        """The transactions table."""
        return TransactionStore(self.dynamodb, self.data.transactions_table_name)

    @cached_property
    def reviews(self) -> ReviewDesk:
        """What closes reviews, in the same table."""
        return ReviewDesk(self.dynamodb, self.data.transactions_table_name)

    @cached_property
    def card_lists(self) -> CardListRegister:
        """The entries of cards."""
        return CardListRegister(self.dynamodb, self.data.velocity_table_name, now)

    @cached_property
    def deliveries(self) -> DeliveryLog:
        """The log of deliveries."""
        return DeliveryLog(self.dynamodb, self.data.deliveries_table_name, now)

    @cached_property
    def endpoints(self) -> EndpointRegister:
        """The merchants' endpoints."""
        return EndpointRegister(self.dynamodb, self.data.deliveries_table_name, now)

    @cached_property
    def desk(self) -> Desk:
        """All that operations on merchants work with."""
        edge = self.api_edge
        return Desk(
            dynamodb=self.dynamodb,
            table=self.data.merchants_table_name,
            merchants=self.merchants,
            enrolments=self.enrolments,
            api_keys=ApiKeys(
                self._client("apigateway"), edge.api_key_name_prefix, edge.usage_plan_ids, edge.stage_name
            ),
            encryption=self.encryption,
            tiers=tuple(sorted(edge.usage_plan_ids)),
            stack=self.stack,
            clock=self.clock,
            caller=lambda: self.caller().arn,
        )

    @cached_property
    def enrolments(self) -> Enrolments:
        """What is noted of the merchants."""
        return Enrolments(self.dynamodb, self.data.merchants_table_name)

    @cached_property
    def encryption(self) -> Encryption:
        """The customer key."""
        return Encryption(self._client("kms"), self.data.key_arn)

    @property
    def clock(self) -> Clock:
        """The system's clock."""
        return now

    @cached_property
    def secrets_manager(self) -> Any:
        """Secrets Manager, where earlier releases kept merchants' secrets."""
        return self._client("secretsmanager")

    @property
    def has_probe(self) -> bool:
        """Whether the API is up, and of a release that has a probe."""
        layer = ApiEdgeContract.LAYER
        return self._environment.stack(layer).exists() and "probe_api_key" in self._environment.outputs(layer)

    def smoke_run(self, *, seconds: float, certificate: str | None, told: Callable[[Done], None]) -> SmokeRun:
        """Prepare a smoke run.

        Args:
            seconds: the most that it may take.
            certificate: a file in PEM with the client's certificate and its key, where the API asks for one.
            told: hears of each step that is done.

        Raises:
            OSError: the file cannot be read, or holds none.
        """
        data = self.data
        edge: Exports[ApiEdgeContract] = self._exports(ApiEdgeContract, show_secrets=True)
        table = data.merchants_table_name
        return SmokeRun(
            api=Api(edge.transactions_url, edge.probe_api_key, patience=seconds / 4, certificate=certificate),
            secret=lambda: probe_secret(self.dynamodb, table, self._client("kms"), data.key_arn),
            sink=ProbeSink(self.dynamodb, data.deliveries_table_name, now),
            seconds=seconds,
            told=told,
        )

    def _exports(self, contract: type[_C], *, show_secrets: bool = False) -> Exports[_C]:
        outputs = self._environment.outputs(contract.LAYER, show_secrets=show_secrets)
        return Exports(contract, outputs, command("up", contract.LAYER, stack=self.stack))

    def _client(self, service: str) -> Any:
        return self._aws.client(service)
