"""What functions and programs agree on: each program sets what its handler reads, and AWS takes what follows from it.

Programs run on Pulumi's mocks; AWS's rules stand here as AWS documents them, and what is stored or deployed under a
name stands here as it was written.
"""

import importlib.util
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final
from unittest import mock

import pytest

from transactions.agreed import environments, invocations, tables, webhooks
from transactions.agreed.environments import Environment

RunLayer = Callable[..., Any]
NATIVE: Final = {"functionPlatform": "native"}
CLASSES: Final[Mapping[str, type[Environment[Any]]]] = {
    "validator": environments.ValidatorEnvironment,
    "fraud-detector": environments.FraudDetectorEnvironment,
    "notifier": environments.NotifierEnvironment,
}
LAMBDAS_OWN: Final = frozenset({"AWS_DEFAULT_REGION"})
FUNCTIONS: Final = Path(environments.__file__).parents[2]

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html and …/API_CreateEventSourceMapping.html
LONGEST_FUNCTION_SECONDS: Final = 900
LARGEST_QUEUE_BATCH_WITHOUT_WINDOW: Final = 10
LARGEST_STREAM_BATCH: Final = 10_000
MOST_STREAM_BATCHES_AT_ONCE: Final = 10
MOST_STREAM_RETRIES: Final = 10_000
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
LONGEST_VISIBILITY_SECONDS: Final = 43_200
LONGEST_RETENTION_SECONDS: Final = 1_209_600
LONGEST_QUEUE_DELAY_SECONDS: Final = 900
MOST_RECEIVES: Final = 1_000
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
LONGEST_INTEGRATION_MS: Final = 29_000


class Variables(dict[str, str]):
    """Environment variables that tell which of them were read."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        super().__init__(variables)
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.read.add(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self.read.add(name)
        return super().get(name, default)


def variables(run_layer: RunLayer, function: str) -> dict[str, str]:
    """Give the environment that the compute program sets."""
    found: dict[str, str] = run_layer("compute", NATIVE).one("Function", function)["environment"]["variables"]
    return found


@pytest.mark.parametrize("function", CLASSES)
def test_a_program_sets_exactly_what_its_handler_reads(run_layer: RunLayer, function: str) -> None:
    environment = Variables(variables(run_layer, function) | dict.fromkeys(LAMBDAS_OWN, "eu-central-1"))
    used: set[str] = set()

    def used_by_the_handler(self: Environment[str], name: str) -> Any:
        if not name.startswith("_"):
            used.add(name.upper())
        return object.__getattribute__(self, name)

    module = f"{function.replace('-', '_')}/handler.py"
    spec = importlib.util.spec_from_file_location("handler", FUNCTIONS / module)
    assert spec is not None
    assert spec.loader is not None
    with (
        mock.patch("os.environ", environment),
        mock.patch("os.getenv", environment.get),
        # A session that another test has made keeps to the environment of that time.
        mock.patch("boto3.DEFAULT_SESSION", None),
        mock.patch.object(Environment, "__getattribute__", used_by_the_handler),
    ):
        spec.loader.exec_module(importlib.util.module_from_spec(spec))

    assert environment.keys() - LAMBDAS_OWN <= environment.read
    assert environment.keys() - LAMBDAS_OWN == used


def test_a_variable_that_is_not_there_is_named() -> None:
    with pytest.raises(KeyError, match="VELOCITY_TABLE"):
        environments.FraudDetectorEnvironment.of({"MERCHANTS_TABLE": "m", "TRANSACTIONS_TABLE": "t"})


def test_aws_takes_the_mapping_of_the_queue(run_layer: RunLayer) -> None:
    compute = run_layer("compute", NATIVE)
    queue = run_layer("data").one("Queue", "notifications")
    mapping = compute.one("EventSourceMapping", "notifier-queue")
    timeout = compute.one("Function", "notifier")["timeout"]

    visibility = queue["visibilityTimeoutSeconds"]
    # AWS refuses it otherwise: the queue's visibility time-out is less than the function's.
    assert timeout <= visibility <= LONGEST_VISIBILITY_SECONDS
    assert mapping["batchSize"] <= LARGEST_QUEUE_BATCH_WITHOUT_WINDOW


def test_aws_takes_every_time_out(run_layer: RunLayer) -> None:
    compute = run_layer("compute", NATIVE)
    timeouts = {item.name: item.inputs["timeout"] for item in compute.all("Function")}
    integrations = run_layer("api-edge").all("Integration")

    assert all(1 <= timeout <= LONGEST_FUNCTION_SECONDS for timeout in timeouts.values())
    # Past the validator's own time-out there is nobody left to answer.
    assert {item.inputs["timeoutMilliseconds"] for item in integrations} == {timeouts["validator"] * 1000}
    assert timeouts["validator"] * 1000 <= LONGEST_INTEGRATION_MS


def test_aws_takes_the_mapping_of_the_stream(run_layer: RunLayer) -> None:
    mapping = run_layer("compute", NATIVE).one("EventSourceMapping", "fraud-detector-stream")

    assert 1 <= mapping["batchSize"] <= LARGEST_STREAM_BATCH
    assert 1 <= mapping["parallelizationFactor"] <= MOST_STREAM_BATCHES_AT_ONCE
    assert 0 <= mapping["maximumRetryAttempts"] <= MOST_STREAM_RETRIES


def test_a_message_becomes_a_dead_letter_before_the_shortest_retention_drops_it(run_layer: RunLayer) -> None:
    shortest = invocations.SHORTEST_NOTIFICATION_RETENTION_DAYS
    queue = run_layer("data", {"notificationRetentionDays": shortest}).one("Queue", "notifications")
    timeout = run_layer("compute", NATIVE).one("Function", "notifier")["timeout"]

    receives = json.loads(queue["redrivePolicy"])["maxReceiveCount"]
    longest = webhooks.LONGEST_DELAY_SECONDS + receives * queue["visibilityTimeoutSeconds"]
    assert longest < queue["messageRetentionSeconds"] <= LONGEST_RETENTION_SECONDS
    assert 1 <= receives <= MOST_RECEIVES
    assert webhooks.LONGEST_DELAY_SECONDS <= LONGEST_QUEUE_DELAY_SECONDS
    # AWS advises six times the function's time-out, so that a retried batch is not handed out twice.
    assert queue["visibilityTimeoutSeconds"] >= 6 * timeout
    assert timeout > webhooks.ATTEMPT_SECONDS


def test_a_retention_shorter_than_that_is_refused(run_layer: RunLayer) -> None:
    shorter = invocations.SHORTEST_NOTIFICATION_RETENTION_DAYS - 1
    with pytest.raises(Exception, match=rf"notificationRetentionDays is {shorter}"):
        run_layer("data", {"notificationRetentionDays": shorter})


def test_dead_letters_are_kept_as_long_as_sqs_can(run_layer: RunLayer) -> None:
    queues = {item.name: item.inputs for item in run_layer("data").all("Queue")}

    for name in ("notifications-dead-letters", "stream-failures"):
        assert queues[name]["messageRetentionSeconds"] == LONGEST_RETENTION_SECONDS
    assert invocations.DEAD_LETTER_RETENTION_SECONDS == LONGEST_RETENTION_SECONDS


def test_items_are_found_under_the_ids_they_were_written_under() -> None:
    # Every key that was ever given out is bound by this hash, and the validator reads by these names.
    bound = "key#0bd59eb8b8ea594cd5dc663db5259ed417585069029d146785485ab9c0b9e029"
    assert tables.api_key_id("a-key-of-twenty-signs") == bound
    assert (tables.API_KEY_MERCHANT, tables.API_KEY_ENDS_AT) == ("merchant_id", "ends_at")
    assert tables.secret_id("acme") == "secret#acme"
    assert tables.settings_id("acme") == "merchant#acme"
    assert tables.settings_id("acme", 3) == "merchant#acme#3"


def test_tables_keep_the_names_that_are_deployed(run_layer: RunLayer) -> None:
    data = run_layer("data")
    transactions = data.one("Table", "transactions")

    # Under another name AWS would make another index, and the old one is gone before any function asks for the new.
    assert {
        index["name"]: (index["projectionType"], [key["attributeName"] for key in index["keySchemas"]])
        for index in transactions["globalSecondaryIndexes"]
    } == {
        "list-index": ("KEYS_ONLY", ["list_shard", "list_place"]),
        "merchant-index": ("ALL", ["merchant_id", "listing"]),
        "reviews-index": ("KEYS_ONLY", ["review_shard", "list_place"]),
        "merchant-reviews-index": ("KEYS_ONLY", ["review_of", "list_place"]),
    }
    assert {item.inputs["hashKey"] for item in data.all("Table")} == {"id"}
    assert data.one("Table", "velocity")["ttl"]["attributeName"] == "expires_at"
