"""The validator: takes transactions from the API, writes each one once, and reads them back."""

from pulumi import Output

from function import FunctionShape, LiveFunction, Placement, make_function
from settings import ComputeSettings
from tapstack.contracts.data import DataContract
from tapstack.contracts.network import NetworkContract
from tapstack.program.naming import Names
from tapstack.program.policies import allow
from transactions.agreed.environments import FALSE, TRUE, ValidatorEnvironment
from transactions.agreed.invocations import VALIDATOR_TIMEOUT_SECONDS


def make_validator(
    names: Names, settings: ComputeSettings, network: NetworkContract, data: DataContract
) -> LiveFunction:
    """Make the function in the isolated subnets; API Gateway reaches it through its alias."""
    return make_function(
        names,
        settings,
        data,
        FunctionShape(
            name="validator",
            memory_mb=settings.validator_memory_mb,
            timeout_seconds=VALIDATOR_TIMEOUT_SECONDS,
            reserved_concurrency=settings.concurrency("validator"),
            environment=ValidatorEnvironment(
                merchants_table=data.merchants_table_name,
                transactions_table=data.transactions_table_name,
                deliveries_table=data.deliveries_table_name,
                notifications_queue_url=data.notifications_queue_url,
                list_for_earlier_versions=TRUE if settings.list_for_earlier_versions else FALSE,
            ),
            grants=[
                allow(["dynamodb:GetItem"], data.merchants_table_arn),
                allow(
                    ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
                    data.transactions_table_arn,
                ),
                allow(["dynamodb:BatchGetItem"], data.deliveries_table_arn),
                allow(["sqs:SendMessage"], data.notifications_queue_arn),
                allow(["dynamodb:Query"], Output.format("{0}/index/*", data.transactions_table_arn)),
            ],
            placement=Placement(network.isolated_subnet_ids, network.functions_security_group_id),
        ),
    )
