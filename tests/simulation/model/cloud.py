"""Everything the functions call, in memory and in virtual time, as the data and compute layers deploy it.

It has no clock, chance or thread of its own: the same calls have the same answers, byte for byte.
"""

from typing import TYPE_CHECKING, Final, cast

from simulation.model.dynamodb import DynamoDb
from simulation.model.faults import Faults
from simulation.model.kms import Kms
from simulation.model.partitions import Partitions
from simulation.model.queue import IN_FLIGHT_QUOTA, Queue
from simulation.model.queue_poller import QueuePoller
from simulation.model.secretsmanager import SecretsManager
from simulation.model.sns import Sns
from simulation.model.sqs import Sqs
from simulation.model.streams import Stream, StreamPoller
from simulation.model.table import Index, Table
from simulation.model.usage import Usage
from transactions.agreed.invocations import (
    DAY_SECONDS,
    DEAD_LETTER_RETENTION_SECONDS,
    NOTIFICATIONS_RECEIVES,
    NOTIFICATIONS_VISIBILITY_SECONDS,
    STREAM_BATCHES_AT_ONCE,
    STREAM_RETRIES,
)
from transactions.agreed.tables import (
    EXPIRES_AT,
    LIST_INDEX,
    LIST_INDEX_HASH_KEY,
    LIST_INDEX_RANGE_KEY,
    MERCHANT_INDEX,
    MERCHANT_INDEX_HASH_KEY,
    MERCHANT_INDEX_RANGE_KEY,
    MERCHANT_REVIEWS_INDEX,
    MERCHANT_REVIEWS_INDEX_HASH_KEY,
    REVIEWS_INDEX,
    REVIEWS_INDEX_HASH_KEY,
    REVIEWS_RANGE_KEY,
    STREAM_FILTERS,
    WAITING_INDEX,
    WAITING_INDEX_HASH_KEY,
    WAITING_INDEX_RANGE_KEY,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient

PLACE: Final = "eu-central-1:000000000000"
"""Region and account, as ARNs have them."""
START: Final = 1_767_225_600_000
"""The first moment of 2026, in milliseconds."""
RETENTION_SECONDS: Final = 4 * DAY_SECONDS
"""As the data layer sets it by default."""


class Cloud:
    """An account."""

    def __init__(
        self,
        *,
        start: int = START,
        lanes: int = STREAM_BATCHES_AT_ONCE,
        retry_attempts: int = STREAM_RETRIES,
        retention_seconds: int = RETENTION_SECONDS,
        in_flight_quota: int = IN_FLIGHT_QUOTA,
    ) -> None:
        """Deploy everything, empty.

        Args:
            start: the first moment, in milliseconds.
            lanes: how many batches of the stream can be with the fraud-detector at a time.
            retry_attempts: how often a batch of the stream is tried again.
            retention_seconds: how long a notification is kept.
            in_flight_quota: how many notifications can be with the notifier, or put off by it, at a time.
        """
        self.now = start
        """This moment, in milliseconds; set it, or `advance`."""
        self.faults = Faults()
        self.usage = Usage()
        self.partitions = Partitions(self.clock)

        self.stream = Stream(f"arn:aws:dynamodb:{PLACE}:table/transactions/stream/2026", self.clock, lanes)
        self.merchants = Table("merchants", self.clock)
        self.transactions = Table(
            "transactions",
            self.clock,
            indexes=[
                Index(LIST_INDEX, LIST_INDEX_HASH_KEY, LIST_INDEX_RANGE_KEY, keys_only=True),
                Index(MERCHANT_INDEX, MERCHANT_INDEX_HASH_KEY, MERCHANT_INDEX_RANGE_KEY),
                Index(REVIEWS_INDEX, REVIEWS_INDEX_HASH_KEY, REVIEWS_RANGE_KEY, keys_only=True),
                Index(MERCHANT_REVIEWS_INDEX, MERCHANT_REVIEWS_INDEX_HASH_KEY, REVIEWS_RANGE_KEY, keys_only=True),
            ],
            stream=self.stream,
        )
        self.velocity = Table("velocity", self.clock, ttl_attribute=EXPIRES_AT)
        self.deliveries = Table(
            "deliveries",
            self.clock,
            indexes=[Index(WAITING_INDEX, WAITING_INDEX_HASH_KEY, WAITING_INDEX_RANGE_KEY, keys_only=True)],
            ttl_attribute=EXPIRES_AT,
        )

        self.stream_failures = self._queue("stream-failures", DEAD_LETTER_RETENTION_SECONDS)
        self.dead_letters = self._queue("notifications-dead-letters", DEAD_LETTER_RETENTION_SECONDS)
        self.notifications = Queue(
            f"arn:aws:sqs:{PLACE}:notifications",
            self.clock,
            visibility_seconds=NOTIFICATIONS_VISIBILITY_SECONDS,
            retention_seconds=retention_seconds,
            in_flight_quota=in_flight_quota,
            dead_letters=self.dead_letters,
            max_receives=NOTIFICATIONS_RECEIVES,
        )
        self.alerts = Sns(f"arn:aws:sns:{PLACE}:alerts", self.faults)
        self.key_arn = f"arn:aws:kms:{PLACE}:key/data"
        self.key = Kms(self.key_arn, self.faults)
        self.secrets = SecretsManager(f"arn:aws:secretsmanager:{PLACE}:secret:", self.faults)

        tables = (self.merchants, self.transactions, self.velocity, self.deliveries)
        queues = (self.notifications, self.dead_letters, self.stream_failures)
        self.dynamodb_model = DynamoDb(tables, self.faults, self.usage, self.partitions)
        self.dynamodb = cast("DynamoDBClient", self.dynamodb_model)
        self.sqs = cast("SQSClient", Sqs(queues, self.faults))
        self.sns = cast("SNSClient", self.alerts)
        self.kms = cast("KMSClient", self.key)
        self.secretsmanager = cast("SecretsManagerClient", self.secrets)

        self.stream_pollers = [
            StreamPoller(
                self.stream,
                lane,
                self.stream_failures.send,
                self.clock,
                function_arn=f"arn:aws:lambda:{PLACE}:function:fraud-detector:live",
                maximum_retry_attempts=retry_attempts,
                filters=STREAM_FILTERS,
            )
            for lane in range(lanes)
        ]
        self.notifications_poller = QueuePoller(self.notifications)

    def clock(self) -> int:
        """Return this moment, in milliseconds."""
        return self.now

    def advance(self, milliseconds: int) -> None:
        """Let time pass."""
        self.now += milliseconds

    def _queue(self, name: str, retention_seconds: int) -> Queue:
        return Queue(f"arn:aws:sqs:{PLACE}:{name}", self.clock, retention_seconds=retention_seconds)
