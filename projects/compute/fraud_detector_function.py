"""The fraud-detector: decides every inserted transaction and tells of closed reviews, fed by the table's stream."""

import json

import pulumi_aws as aws

from function import FunctionShape, LiveFunction, Placement, make_function
from settings import ComputeSettings
from tapstack.contracts.data import DataContract
from tapstack.contracts.network import NetworkContract
from tapstack.program.naming import Names
from tapstack.program.policies import allow
from transactions.agreed.environments import FALSE, TRUE, FraudDetectorEnvironment
from transactions.agreed.invocations import (
    FRAUD_DETECTOR_TIMEOUT_SECONDS,
    STREAM_BATCH,
    STREAM_BATCHES_AT_ONCE,
    STREAM_RETRIES,
)
from transactions.agreed.tables import STREAM_FILTERS


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
            timeout_seconds=FRAUD_DETECTOR_TIMEOUT_SECONDS,
            reserved_concurrency=settings.concurrency("fraud-detector"),
            environment=FraudDetectorEnvironment(
                merchants_table=data.merchants_table_name,
                transactions_table=data.transactions_table_name,
                velocity_table=data.velocity_table_name,
                notifications_queue_url=data.notifications_queue_url,
                test_tokens=TRUE if settings.test_tokens else FALSE,
            ),
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
        batch_size=STREAM_BATCH,
        maximum_batching_window_in_seconds=0,
        parallelization_factor=STREAM_BATCHES_AT_ONCE,
        filter_criteria={"filters": [{"pattern": json.dumps(pattern)} for pattern in STREAM_FILTERS]},
        function_response_types=["ReportBatchItemFailures"],
        bisect_batch_on_function_error=True,
        maximum_retry_attempts=STREAM_RETRIES,
        destination_config={"on_failure": {"destination_arn": data.stream_failures_queue_arn}},
    )
    return live
