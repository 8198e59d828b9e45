"""The fraud-detector: decides every inserted transaction, fed by the table's stream."""

import pulumi
import pulumi_aws as aws

from function import FunctionShape, LiveFunction, Placement, make_function
from settings import ComputeSettings
from tapstack.contracts.data import DataContract
from tapstack.contracts.network import NetworkContract
from tapstack.program.naming import Names
from tapstack.program.policies import allow


def make_fraud_detector(
    names: Names, settings: ComputeSettings, network: NetworkContract, data: DataContract
) -> LiveFunction:
    """Make the function in the isolated subnets and its mapping from the stream."""
    live = make_function(
        names,
        settings,
        data,
        FunctionShape(
            name="fraud-detector",
            memory_mb=settings.fraud_detector_memory_mb,
            timeout_seconds=30,
            reserved_concurrency=settings.fraud_detector_concurrency,
            environment={
                "MERCHANTS_TABLE": data.merchants_table_name,
                "TRANSACTIONS_TABLE": data.transactions_table_name,
                "VELOCITY_TABLE": data.velocity_table_name,
                "NOTIFICATIONS_QUEUE_URL": data.notifications_queue_url,
            },
            grants=[
                allow(
                    ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
                    data.transactions_stream_arn,
                ),
                # ListStreams takes no resource.
                allow(["dynamodb:ListStreams"], "*"),
                allow(["dynamodb:GetItem"], data.merchants_table_arn),
                allow(["dynamodb:GetItem", "dynamodb:UpdateItem"], data.transactions_table_arn),
                allow(["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:UpdateItem"], data.velocity_table_arn),
                allow(["sqs:SendMessage"], data.notifications_queue_arn),
                allow(["sqs:SendMessage"], data.stream_failures_queue_arn),
            ],
            placement=Placement(network.isolated_subnet_ids, network.functions_security_group_id),
        ),
    )
    aws.lambda_.EventSourceMapping(
        "fraud-detector-stream",
        event_source_arn=data.transactions_stream_arn,
        function_name=live.alias.arn,
        starting_position="TRIM_HORIZON",
        batch_size=100,
        maximum_batching_window_in_seconds=0,
        parallelization_factor=4,
        # Decisions change items too; only new transactions are to be decided.
        filter_criteria={"filters": [{"pattern": pulumi.Output.json_dumps({"eventName": ["INSERT"]})}]},
        function_response_types=["ReportBatchItemFailures"],
        bisect_batch_on_function_error=True,
        maximum_retry_attempts=10,
        destination_config={"on_failure": {"destination_arn": data.stream_failures_queue_arn}},
    )
    return live
