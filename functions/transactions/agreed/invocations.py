"""How Lambda calls the functions: time-outs, batches and tries, and what of the queue follows from them.

an attempt of a webhook and its records  <  the notifier's time-out
six times the notifier's time-out  <=  the visibility time-out of its queue
the longest delay and all receives of a message  <  the queue's retention
what the validator does, and the longest wait for a decision  <=  its time-out  =  API Gateway's  <  29 s
"""

from typing import Final

from transactions.agreed.webhooks import LONGEST_DELAY_SECONDS

DAY_SECONDS: Final = 24 * 60 * 60

VALIDATOR_WORK_SECONDS: Final = 10
"""For what a request needs; calls of the SDK with all their attempts are bounded by it."""
LONGEST_WAIT_SECONDS: Final = 10
"""That a client may prefer to wait for a decision in its answer; counted from when the request came."""
VALIDATOR_TIMEOUT_SECONDS: Final = VALIDATOR_WORK_SECONDS + LONGEST_WAIT_SECONDS
FRAUD_DETECTOR_TIMEOUT_SECONDS: Final = 30
NOTIFIER_TIMEOUT_SECONDS: Final = 60
"""An attempt, and a call of the SDK with all its attempts."""
NOTIFIER_CALL_SECONDS: Final = 30
"""What such a call may take of it."""

INTEGRATION_TIMEOUT_MS: Final = VALIDATOR_TIMEOUT_SECONDS * 1000
"""Of API Gateway for the validator: past it there is nobody left to answer. 29 seconds are the most that it allows."""

STREAM_BATCH: Final = 100
"""Records that one invocation of the fraud-detector gets at the most; a merchant's limit may be passed by a small
multiple of it."""
STREAM_BATCHES_AT_ONCE: Final = 4
"""Of one shard of the stream."""
STREAM_RETRIES: Final = 10
"""Of a batch; then its place in the stream goes to the stream-failures queue."""

NOTIFICATIONS_BATCH: Final = 10
"""Messages that one invocation of the notifier gets at the most; it tries them all at once."""
NOTIFICATIONS_VISIBILITY_SECONDS: Final = 6 * NOTIFIER_TIMEOUT_SECONDS
"""AWS refuses a mapping where it is below the function's time-out, and advises six times of it, so that a retried batch
is not handed out twice."""
NOTIFICATIONS_RECEIVES: Final = 200
"""Of one message by a notifier that comes to no end with it: 20 hours of one that is down. Attempts are not counted by
it, since each further attempt is a message of its own."""
SHORTEST_NOTIFICATION_RETENTION_DAYS: Final = -(
    -(LONGEST_DELAY_SECONDS + NOTIFICATIONS_RECEIVES * NOTIFICATIONS_VISIBILITY_SECONDS) // DAY_SECONDS
)
"""SQS drops what is older without a trace, so a message has to become a dead letter before that."""
DEAD_LETTER_RETENTION_SECONDS: Final = 14 * DAY_SECONDS
"""The longest SQS offers: a dead letter waits for a person."""
