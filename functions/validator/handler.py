"""The Lambda function behind the API."""

import os
import time
from typing import Any

import boto3

from transactions.agreed import metrics as metric_names
from transactions.agreed.environments import TRUE, LogEnvironment, ValidatorEnvironment
from transactions.agreed.invocations import VALIDATOR_WORK_SECONDS
from transactions.agreed.probe import PROBE_MERCHANT
from transactions.clock import now
from transactions.failures import described
from transactions.logs import Logger
from transactions.merchants import Merchants
from transactions.metrics import Metrics
from transactions.outcome import OutcomeRegister
from transactions.reviews.closing import ReviewDesk
from transactions.sdk import config_within, keep_items_read, kept_for_good
from transactions.store import TransactionStore
from transactions.webhooks.deliveries import DeliveryLog
from validator.api import Answer, Api
from validator.requests import Event
from validator.reviews import Reviews
from validator.waiting import Waiter
from validator.webhooks import Webhooks

log_environment: LogEnvironment[str] = LogEnvironment.of(os.environ)
logger = Logger(log_environment)
metrics = Metrics(log_environment.service)
environment: ValidatorEnvironment[str] = ValidatorEnvironment.of(os.environ)
sdk_config = config_within(VALIDATOR_WORK_SECONDS)
with kept_for_good():
    dynamodb = boto3.client("dynamodb", config=sdk_config)
    sqs = boto3.client("sqs", config=sdk_config)
keep_items_read(dynamodb)
store = TransactionStore(
    dynamodb,
    environment.transactions_table,
    lists_for_earlier_versions=environment.list_for_earlier_versions == TRUE,
)


def _unavailable(error: Exception) -> None:
    logger.error("service unavailable", **described(error))


merchants = Merchants(dynamodb, environment.merchants_table, now)
api = Api(
    merchants=merchants,
    store=store,
    outcomes=OutcomeRegister(dynamodb, environment.transactions_table),
    webhooks=Webhooks(
        DeliveryLog(dynamodb, environment.deliveries_table, now),
        sqs,
        environment.notifications_queue_url,
        now,
    ),
    reviews=Reviews(merchants, ReviewDesk(dynamodb, environment.transactions_table), now),
    waiter=Waiter(store, now, time.sleep),
    clock=now,
    unavailable=_unavailable,
)


@metrics.written_after
def handler(event: Event, context: Any) -> Answer:
    """Answer one request of API Gateway's proxy integration."""
    callers: list[str] = []
    answer = api.answer(event, callers.append)
    status = answer["statusCode"]
    is_probe = callers == [PROBE_MERCHANT]
    metrics.count(metric_names.answered(status), is_probe=is_probe)
    # Neither path nor body nor headers: what a merchant sends by mistake is not to stand in a log.
    logger.info(
        "answered",
        status=status,
        resource=event.get("resource"),
        method=event.get("httpMethod"),
        request_id=getattr(context, "aws_request_id", None),
        probe=is_probe or None,
    )
    return answer
