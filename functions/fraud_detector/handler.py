"""The Lambda function behind the table's stream."""

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3

from fraud_detector.shadow import Shadow
from fraud_detector.stream import Detector, FailedRecord
from fraud_detector.workers import WORKERS, Workers
from transactions.agreed import metrics as metric_names
from transactions.agreed.environments import TRUE, FraudDetectorEnvironment, LogEnvironment
from transactions.agreed.invocations import FRAUD_DETECTOR_TIMEOUT_SECONDS
from transactions.agreed.probe import PROBE_MERCHANT
from transactions.clock import now
from transactions.failures import described
from transactions.logs import Logger
from transactions.merchants import Merchants
from transactions.metrics import Metrics
from transactions.reviews.closing import ReviewDesk
from transactions.sdk import config_within, kept_for_good
from transactions.store import TransactionStore
from transactions.transaction import Decision, Transaction
from transactions.velocity.card import CardVelocityCounter
from transactions.velocity.merchant import MerchantVelocityCounter

log_environment: LogEnvironment[str] = LogEnvironment.of(os.environ)
logger = Logger(log_environment)
metrics = Metrics(log_environment.service)
environment: FraudDetectorEnvironment[str] = FraudDetectorEnvironment.of(os.environ)
sdk_config = config_within(FRAUD_DETECTOR_TIMEOUT_SECONDS, connections=WORKERS)
with kept_for_good():
    dynamodb = boto3.client("dynamodb", config=sdk_config)
    sqs = boto3.client("sqs", config=sdk_config)


def _decided(transaction: Transaction, decision: Decision) -> None:
    is_probe = transaction.merchant_id == PROBE_MERCHANT
    metrics.count(metric_names.decided(decision.verdict), is_probe=is_probe)
    logger.info(
        "decided",
        transaction_id=transaction.id,
        verdict=decision.verdict,
        reasons=decision.reasons,
        probe=is_probe or None,
    )


def _failed(record: FailedRecord) -> None:
    metrics.count(metric_names.RECORDS_FAILED, is_probe=record.merchant_id == PROBE_MERCHANT)
    logger.error("record failed", **record.described())


def _shadow_failed(error: Exception) -> None:
    logger.error("draft not counted", **described(error))


merchants = Merchants(dynamodb, environment.merchants_table, now)
detector = Detector(
    merchants=merchants,
    store=TransactionStore(dynamodb, environment.transactions_table),
    cards=CardVelocityCounter(dynamodb, environment.velocity_table, now),
    limits=MerchantVelocityCounter(dynamodb, environment.velocity_table, now),
    desk=ReviewDesk(dynamodb, environment.transactions_table),
    sqs=sqs,
    queue_url=environment.notifications_queue_url,
    workers=Workers(ThreadPoolExecutor(WORKERS)),
    clock=now,
    test_tokens=environment.test_tokens == TRUE,
    decided=_decided,
    failed=_failed,
    shadow=Shadow(merchants, dynamodb, environment.velocity_table, now, _shadow_failed),
)


@metrics.written_after
def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001 - Lambda calls it with two
    """Decide a batch of new transactions, and tell of reviews that were closed."""
    return detector.process(event)
