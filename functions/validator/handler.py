"""The Lambda function behind the API."""

import os
from typing import Any

import boto3

from transactions.agreed import metrics as metric_names
from transactions.agreed.environments import LogEnvironment, ValidatorEnvironment
from transactions.agreed.invocations import VALIDATOR_TIMEOUT_SECONDS
from transactions.clock import now
from transactions.failures import described
from transactions.logs import Logger
from transactions.merchants import Merchants
from transactions.metrics import Metrics
from transactions.sdk import config_within, keep_queried_items, kept_for_good
from transactions.store import TransactionStore
from validator.api import Answer, Api, Event

log_environment: LogEnvironment[str] = LogEnvironment.of(os.environ)
logger = Logger(log_environment)
metrics = Metrics(log_environment.service)
environment: ValidatorEnvironment[str] = ValidatorEnvironment.of(os.environ)
with kept_for_good():
    dynamodb = boto3.client("dynamodb", config=config_within(VALIDATOR_TIMEOUT_SECONDS))
keep_queried_items(dynamodb)


def _unavailable(error: Exception) -> None:
    logger.error("service unavailable", **described(error))


api = Api(
    merchants=Merchants(dynamodb, environment.merchants_table, now),
    store=TransactionStore(dynamodb, environment.transactions_table),
    clock=now,
    unavailable=_unavailable,
)


@metrics.written_after
def handler(event: Event, context: Any) -> Answer:
    """Answer one request of API Gateway's proxy integration."""
    answer = api.answer(event)
    status = answer["statusCode"]
    metrics.count(metric_names.answered(status))
    # Neither path nor body nor headers: what a merchant sends by mistake is not to stand in a log.
    logger.info(
        "answered",
        status=status,
        resource=event.get("resource"),
        method=event.get("httpMethod"),
        request_id=getattr(context, "aws_request_id", None),
    )
    return answer
