"""The notifier: tells merchants of decisions by signed webhooks, fed by the notifications queue."""

import pulumi_aws as aws
from pulumi import Output

from function import FunctionShape, LiveFunction, Placement, make_function
from settings import ComputeSettings
from tapstack.contracts.data import DataContract
from tapstack.contracts.network import NetworkContract
from tapstack.program.naming import Names
from tapstack.program.policies import allow
from transactions.agreed.encryption import WEBHOOK_SECRET
from transactions.agreed.environments import FALSE, TRUE, NotifierEnvironment
from transactions.agreed.invocations import NOTIFICATIONS_BATCH, NOTIFIER_TIMEOUT_SECONDS
from transactions.agreed.tables import REVIEWS_INDEX


def make_notifier(
    names: Names, settings: ComputeSettings, network: NetworkContract, data: DataContract
) -> LiveFunction:
    """Make the function and its mapping from the queue.

    It calls merchants on the Internet: from the egress subnets where the network has NAT gateways, so that merchants
    can allow fixed addresses, and from outside the VPC where it has none.
    """
    egress = Placement(network.egress_subnet_ids, network.egress_security_group_id)
    live = make_function(
        names,
        settings,
        data,
        FunctionShape(
            name="notifier",
            memory_mb=settings.notifier_memory_mb,
            timeout_seconds=NOTIFIER_TIMEOUT_SECONDS,
            reserved_concurrency=settings.concurrency("notifier"),
            environment=NotifierEnvironment(
                merchants_table=data.merchants_table_name,
                transactions_table=data.transactions_table_name,
                deliveries_table=data.deliveries_table_name,
                notifications_queue_url=data.notifications_queue_url,
                notifications_dead_letter_queue_url=data.notifications_dead_letter_queue_url,
                alerts_topic_arn=data.alerts_topic_arn,
                webhook_allow_private_targets=TRUE if settings.webhook_allow_private_targets else FALSE,
            ),
            grants=[
                allow(
                    [
                        "sqs:DeleteMessage",
                        "sqs:GetQueueAttributes",
                        "sqs:ReceiveMessage",
                        "sqs:SendMessage",
                    ],
                    data.notifications_queue_arn,
                ),
                allow(["sqs:SendMessage"], data.notifications_dead_letter_queue_arn),
                allow(["dynamodb:GetItem"], data.merchants_table_arn),
                allow(["dynamodb:BatchGetItem"], data.transactions_table_arn),
                allow(["dynamodb:Query"], Output.format("{0}/index/{1}", data.transactions_table_arn, REVIEWS_INDEX)),
                allow(["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:UpdateItem"], data.deliveries_table_arn),
                allow(["dynamodb:Query"], Output.format("{0}/index/*", data.deliveries_table_arn)),
                allow(["sns:Publish"], data.alerts_topic_arn),
            ],
            decrypts=[WEBHOOK_SECRET],
            placement=egress if network.has_egress else None,
        ),
    )
    aws.lambda_.EventSourceMapping(
        "notifier-queue",
        event_source_arn=data.notifications_queue_arn,
        function_name=live.alias.arn,
        batch_size=NOTIFICATIONS_BATCH,
        function_response_types=["ReportBatchItemFailures"],
        scaling_config={"maximum_concurrency": 50},
    )
    return live
