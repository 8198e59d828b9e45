"""The Lambda function behind the notifications queue."""

import os
from collections.abc import Mapping
from typing import Any

import boto3

from notifier.queue import Attempt, Notifier
from transactions.agreed import metrics as metric_names
from transactions.agreed.environments import TRUE, LogEnvironment, NotifierEnvironment
from transactions.agreed.invocations import NOTIFIER_TIMEOUT_SECONDS
from transactions.clock import now
from transactions.logs import Logger
from transactions.merchants import Merchants
from transactions.metrics import Metrics
from transactions.sdk import config_within
from transactions.webhooks.delivery import Courier
from transactions.webhooks.signing import SecretStore

log_environment: LogEnvironment[str] = LogEnvironment.of(os.environ)
logger = Logger(log_environment)
metrics = Metrics(log_environment.service)
environment: NotifierEnvironment[str] = NotifierEnvironment.of(os.environ)
sdk_config = config_within(NOTIFIER_TIMEOUT_SECONDS)


def _told(attempt: Attempt) -> None:
    name = metric_names.WEBHOOKS_FAILED if attempt.error else metric_names.WEBHOOKS_DELIVERED
    metrics.count(name)
    if attempt.error:
        logger.warning("webhook failed", **attempt.described())
    else:
        logger.info("webhook delivered", **attempt.described())


notifier = Notifier(
    merchants=Merchants(boto3.client("dynamodb", config=sdk_config), environment.merchants_table, now),
    secrets=SecretStore(boto3.client("secretsmanager", config=sdk_config), environment.webhook_secret_prefix, now),
    courier=Courier(allow_private=environment.webhook_allow_private_targets == TRUE),
    sqs=boto3.client("sqs", config=sdk_config),
    queue_url=environment.notifications_queue_url,
    dead_letter_queue_url=environment.notifications_dead_letter_queue_url,
    clock=now,
    told=_told,
)


@metrics.written_after
def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001 - Lambda calls it with two
    """Deliver a batch of notifications."""
    return notifier.process(event)
