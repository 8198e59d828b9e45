"""The Lambda function behind the notifications queue and the schedule of sweeps."""

import os
from collections.abc import Mapping
from typing import Any, Final

import boto3

from notifier.queue import Notifier, Outcome, Result
from notifier.sweep import Sweeper, Swept, is_schedule
from transactions.agreed import metrics as metric_names
from transactions.agreed.environments import TRUE, LogEnvironment, NotifierEnvironment
from transactions.agreed.invocations import NOTIFIER_CALL_SECONDS
from transactions.agreed.probe import PROBE_MERCHANT
from transactions.clock import now
from transactions.logs import Logger
from transactions.merchants import Merchants
from transactions.metrics import Metrics
from transactions.reviews.open_reviews import OpenReviews
from transactions.sdk import config_within, kept_for_good
from transactions.store import TransactionStore
from transactions.webhooks.deliveries import DeliveryLog
from transactions.webhooks.delivery import Courier
from transactions.webhooks.endpoints import EndpointRegister
from transactions.webhooks.probe_sink import ProbeSink
from transactions.webhooks.secret_store import SecretStore

log_environment: LogEnvironment[str] = LogEnvironment.of(os.environ)
logger = Logger(log_environment)
metrics = Metrics(log_environment.service)
environment: NotifierEnvironment[str] = NotifierEnvironment.of(os.environ)
sdk_config = config_within(NOTIFIER_CALL_SECONDS)
with kept_for_good():
    dynamodb = boto3.client("dynamodb", config=sdk_config)
    kms = boto3.client("kms", config=sdk_config)
    sns = boto3.client("sns", config=sdk_config)
    sqs = boto3.client("sqs", config=sdk_config)
allows_private = environment.webhook_allow_private_targets == TRUE

_METRICS: Final[Mapping[Result, str]] = {
    "delivered": metric_names.WEBHOOKS_DELIVERED,
    "failed": metric_names.WEBHOOKS_FAILED,
    "broken": metric_names.WEBHOOKS_FAILED,
    "held": metric_names.WEBHOOKS_HELD,
    "unaddressed": metric_names.WEBHOOKS_UNADDRESSED,
}


def _told(outcome: Outcome) -> None:
    metrics.count(_METRICS[outcome.result], is_probe=outcome.is_probe)
    write = logger.warning if outcome.error else logger.info
    write(f"webhook {outcome.result}", **outcome.described())


def _swept(swept: Swept) -> None:
    if swept.paused:
        metrics.count(metric_names.ENDPOINTS_PAUSED, is_probe=swept.merchant_id == PROBE_MERCHANT)
        logger.error("endpoint paused", merchant_id=swept.merchant_id, reason=swept.paused)
    elif swept.unknown:
        logger.error("no transaction", merchant_id=swept.merchant_id, webhook_ids=list(swept.unknown))
    else:
        logger.info("swept", merchant_id=swept.merchant_id, sent=swept.sent, probed=swept.probed)


merchants = Merchants(dynamodb, environment.merchants_table, now)
log = DeliveryLog(dynamodb, environment.deliveries_table, now)
endpoints = EndpointRegister(dynamodb, environment.deliveries_table, now)
notifier = Notifier(
    merchants=merchants,
    secrets=SecretStore(dynamodb, environment.merchants_table, kms, now),
    log=log,
    endpoints=endpoints,
    courier=Courier(allow_private=allows_private),
    sink=ProbeSink(dynamodb, environment.deliveries_table, now),
    sqs=sqs,
    queue_url=environment.notifications_queue_url,
    dead_letter_queue_url=environment.notifications_dead_letter_queue_url,
    clock=now,
    told=_told,
)
reviews = OpenReviews(dynamodb, environment.transactions_table)
sweeper = Sweeper(
    merchants=merchants,
    transactions=TransactionStore(dynamodb, environment.transactions_table),
    log=log,
    endpoints=endpoints,
    sqs=sqs,
    queue_url=environment.notifications_queue_url,
    sns=sns,
    alerts_topic_arn=environment.alerts_topic_arn,
    clock=now,
    told=_swept,
)


@metrics.written_after
def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001 - Lambda calls it with two
    """Deliver a batch of notifications, or sweep and measure how long the oldest review is open."""
    if is_schedule(event):
        sweeper.sweep()
        oldest = reviews.oldest()
        # Clocks differ; nothing is older than nothing.
        age = 0 if oldest is None else max(now() - oldest, 0) // 1000
        metrics.measure(metric_names.OLDEST_REVIEW_AGE, age)
        return {}
    return notifier.process(event)
