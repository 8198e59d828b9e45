"""The Lambda function behind the notifications queue."""

import os
from collections.abc import Mapping
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from notifier.queue import Notifier, reason_of
from transactions.clock import now
from transactions.merchants import Merchants
from transactions.webhooks.delivery import Courier
from transactions.webhooks.signing import SecretStore

logger = Logger()
metrics = Metrics()


def _told(webhook_id: str, error: Exception | None) -> None:
    name = "WebhooksFailed" if error else "WebhooksDelivered"
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=1)
    if error:
        logger.warning("webhook failed", webhook_id=webhook_id, reason=reason_of(error))
    else:
        logger.info("webhook delivered", webhook_id=webhook_id)


notifier = Notifier(
    merchants=Merchants(boto3.client("dynamodb"), os.environ["MERCHANTS_TABLE"], now),
    secrets=SecretStore(boto3.client("secretsmanager"), os.environ["WEBHOOK_SECRET_PREFIX"], now),
    courier=Courier(allow_private=os.environ["WEBHOOK_ALLOW_PRIVATE_TARGETS"] == "true"),
    sqs=boto3.client("sqs"),
    queue_url=os.environ["NOTIFICATIONS_QUEUE_URL"],
    dead_letter_queue_url=os.environ["NOTIFICATIONS_DEAD_LETTER_QUEUE_URL"],
    clock=now,
    told=_told,
)


@metrics.log_metrics
def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001 - Lambda calls it with two
    """Deliver a batch of notifications."""
    return notifier.process(event)
