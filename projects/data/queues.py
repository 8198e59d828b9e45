"""The queues: notifications on their way to merchants, and the two places where what failed for good is kept."""

from dataclasses import dataclass

import pulumi_aws as aws
from pulumi import Output

from settings import DataSettings
from tapstack.program.naming import Names
from tapstack.program.policies import document
from transactions.agreed.invocations import (
    DAY_SECONDS,
    DEAD_LETTER_RETENTION_SECONDS,
    NOTIFICATIONS_RECEIVES,
    NOTIFICATIONS_VISIBILITY_SECONDS,
)


@dataclass(frozen=True)
class Queues:
    """The three queues."""

    notifications: aws.sqs.Queue
    notifications_dead_letters: aws.sqs.Queue
    stream_failures: aws.sqs.Queue
    """Records of the transactions stream that the fraud detector could not decide."""


def make_queues(names: Names, settings: DataSettings, key: aws.kms.Key) -> Queues:
    """Make the queues, encrypted, closed to plain HTTP, with the dead-letter queue open to its one source only."""
    dead_letters = _queue(names, key, "notifications-dead-letters", DEAD_LETTER_RETENTION_SECONDS)
    stream_failures = _queue(names, key, "stream-failures", DEAD_LETTER_RETENTION_SECONDS)
    notifications = aws.sqs.Queue(
        "notifications",
        name=names("notifications"),
        kms_master_key_id=key.arn,
        message_retention_seconds=settings.notification_retention_days * DAY_SECONDS,
        visibility_timeout_seconds=NOTIFICATIONS_VISIBILITY_SECONDS,
        receive_wait_time_seconds=20,
        redrive_policy=Output.json_dumps(
            {"deadLetterTargetArn": dead_letters.arn, "maxReceiveCount": NOTIFICATIONS_RECEIVES}
        ),
    )
    aws.sqs.RedriveAllowPolicy(
        "notifications-dead-letters",
        queue_url=dead_letters.url,
        redrive_allow_policy=Output.json_dumps(
            {
                "redrivePermission": "byQueue",
                "sourceQueueArns": [notifications.arn],
            }
        ),
    )
    queues = Queues(notifications, dead_letters, stream_failures)
    for name, queue in (
        ("notifications", notifications),
        ("notifications-dead-letters", dead_letters),
        ("stream-failures", stream_failures),
    ):
        aws.sqs.QueuePolicy(name, queue_url=queue.url, policy=_tls_only(queue))
    return queues


def _queue(names: Names, key: aws.kms.Key, name: str, retention_seconds: int) -> aws.sqs.Queue:
    return aws.sqs.Queue(
        name,
        name=names(name),
        kms_master_key_id=key.arn,
        message_retention_seconds=retention_seconds,
    )


def _tls_only(queue: aws.sqs.Queue) -> Output[str]:
    return document(
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sqs:*",
            "Resource": queue.arn,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    )
