"""The Lambda function behind the table's stream."""

import os
from collections.abc import Mapping
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from fraud_detector.stream import Detector
from transactions.clock import now
from transactions.merchants import Merchants
from transactions.store import TransactionStore
from transactions.transaction import Decision, Transaction
from transactions.velocity.card import CardVelocity
from transactions.velocity.merchant import MerchantVelocityCounter

logger = Logger()
metrics = Metrics()
dynamodb = boto3.client("dynamodb")


def _decided(transaction: Transaction, decision: Decision) -> None:
    metrics.add_metric(name=f"Decided{decision.verdict.capitalize()}", unit=MetricUnit.Count, value=1)
    logger.info("decided", transaction_id=transaction.id, verdict=decision.verdict, reasons=decision.reasons)


def _failed(sequence_number: str, error: Exception) -> None:
    metrics.add_metric(name="RecordsFailed", unit=MetricUnit.Count, value=1)
    logger.warning("record failed", sequence_number=sequence_number, error=type(error).__name__)


detector = Detector(
    merchants=Merchants(dynamodb, os.environ["MERCHANTS_TABLE"], now),
    store=TransactionStore(dynamodb, os.environ["TRANSACTIONS_TABLE"]),
    cards=CardVelocity(dynamodb, os.environ["VELOCITY_TABLE"], now),
    limits=MerchantVelocityCounter(dynamodb, os.environ["VELOCITY_TABLE"], now),
    sqs=boto3.client("sqs"),
    queue_url=os.environ["NOTIFICATIONS_QUEUE_URL"],
    clock=now,
    decided=_decided,
    failed=_failed,
)


@metrics.log_metrics
def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001 - Lambda calls it with two
    """Decide a batch of new transactions."""
    return detector.process(event)
