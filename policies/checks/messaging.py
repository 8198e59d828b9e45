"""SNS and SQS: encrypted, and open to nobody outside."""

from collections.abc import Iterator

from check import check
from policy_documents import lets_anybody_in, statements
from resources import Resource

_TOPIC = "aws:sns/topic:Topic"
_QUEUE = "aws:sqs/queue:Queue"


@check("SNS.1", _TOPIC, next_step="set kms_master_key_id")
def topic_encryption(topic: Resource) -> Iterator[str]:
    """Messages of a topic are encrypted at rest."""
    if not topic.has("kmsMasterKeyId"):
        yield "it is not encrypted at rest"


@check("SNS.4", _TOPIC, "aws:sns/topicPolicy:TopicPolicy", next_step="name principals, or add aws:SourceAccount")
def public_topic(topic: Resource) -> Iterator[str]:
    """No topic's policy lets in everybody."""
    if any(map(lets_anybody_in, statements(topic.document("policy")))):
        yield "a statement of its policy lets in everybody"


@check("SQS.1", _QUEUE, next_step="set kms_master_key_id, or take sqs_managed_sse_enabled away")
def queue_encryption(queue: Resource) -> Iterator[str]:
    """Messages of a queue are encrypted at rest: with a key of AWS's own, unless that is switched off."""
    if not queue.has("kmsMasterKeyId") and queue.get("sqsManagedSseEnabled") is False:
        yield "it is not encrypted at rest"


@check("SQS.3", _QUEUE, "aws:sqs/queuePolicy:QueuePolicy", next_step="name principals, or add aws:SourceAccount")
def public_queue(queue: Resource) -> Iterator[str]:
    """No queue's policy lets in everybody."""
    if any(map(lets_anybody_in, statements(queue.document("policy")))):
        yield "a statement of its policy lets in everybody"
