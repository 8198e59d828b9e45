"""The Lambda function behind the API."""

import os
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from transactions.clock import now
from transactions.merchants import Merchants
from transactions.store import TransactionStore
from validator.api import Answer, Api, Event

logger = Logger()
metrics = Metrics()
dynamodb = boto3.client("dynamodb")
api = Api(
    merchants=Merchants(dynamodb, os.environ["MERCHANTS_TABLE"], now),
    store=TransactionStore(dynamodb, os.environ["TRANSACTIONS_TABLE"]),
    clock=now,
)


@metrics.log_metrics
def handler(event: Event, context: Any) -> Answer:
    """Answer one request of API Gateway's proxy integration."""
    answer = api.answer(event)
    status = answer["statusCode"]
    metrics.add_metric(name=f"Answered{status // 100}xx", unit=MetricUnit.Count, value=1)
    # Neither path nor body nor headers: what a merchant sends by mistake is not to stand in a log.
    logger.info(
        "answered",
        status=status,
        resource=event.get("resource"),
        method=event.get("httpMethod"),
        request_id=getattr(context, "aws_request_id", None),
    )
    return answer
