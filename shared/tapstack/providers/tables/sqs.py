"""Queues, and the policies on them."""

from typing import Final

from tapstack.providers.attributes import attribute_text, attributes, taken_from_attributes
from tapstack.providers.table import Call, Look, Row, Scope, Tagging
from tapstack.providers.values import Props

_QUEUE: Final = {
    "contentBasedDeduplication": "ContentBasedDeduplication",
    "deduplicationScope": "DeduplicationScope",
    "delaySeconds": "DelaySeconds",
    "fifoThroughputLimit": "FifoThroughputLimit",
    "kmsDataKeyReusePeriodSeconds": "KmsDataKeyReusePeriodSeconds",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "maxMessageSize": "MaximumMessageSize",
    "messageRetentionSeconds": "MessageRetentionPeriod",
    "policy": "Policy",
    "receiveWaitTimeSeconds": "ReceiveMessageWaitTimeSeconds",
    "redriveAllowPolicy": "RedriveAllowPolicy",
    "redrivePolicy": "RedrivePolicy",
    "sqsManagedSseEnabled": "SqsManagedSseEnabled",
    "visibilityTimeoutSeconds": "VisibilityTimeout",
}


def _queue_attributes(scope: Scope) -> Props | None:
    fifo = {"FifoQueue": "true"} if scope.inputs.get("fifoQueue") else {}
    return {**(attributes(_QUEUE)(scope) or {}), **fifo} or None


def _set_queue_attributes(scope: Scope) -> Props:
    changed = {_QUEUE[key]: attribute_text(scope.inputs.get(key, "")) for key in scope.changed & _QUEUE.keys()}
    return scope.call("sqs", "set_queue_attributes", {"QueueUrl": scope["id"], "Attributes": changed})


def _on_queue(key: str, attribute: str) -> Row:
    """A policy that is a resource of its own in Pulumi, and one of the queue's attributes on AWS."""
    put = Call(operation="set_queue_attributes", params={"QueueUrl": "$queueUrl", "Attributes": {attribute: f"${key}"}})
    return Row(
        service="sqs",
        create=put,
        id="$queueUrl",
        read=(
            Look(
                operation="get_queue_attributes",
                params={"QueueUrl": "$id", "AttributeNames": [attribute]},
                pick=f"Attributes.{attribute} && @ || `null`",
                take={key: f"Attributes.{attribute}"},
                auto=False,
            ),
        ),
        update=(put,),
        delete=(Call(operation="set_queue_attributes", params={"QueueUrl": "$id", "Attributes": {attribute: ""}}),),
        replace_on=("queueUrl",),
        import_id="(?P<queueUrl>.+)",
    )


ROWS: Final = {
    "aws:sqs/queue:Queue": Row(
        service="sqs",
        create=Call(
            operation="create_queue",
            params={"QueueName": "$name", "Attributes": _queue_attributes, "tags": "$tags"},
            also=(*_QUEUE, "fifoQueue"),
        ),
        id="@QueueUrl",
        read=(
            Look(
                operation="get_queue_attributes",
                params={"QueueUrl": "$id", "AttributeNames": ["All"]},
                take={
                    **taken_from_attributes(_QUEUE),
                    "arn": "Attributes.QueueArn",
                    "fifoQueue": "Attributes.FifoQueue",
                },
                auto=False,
            ),
        ),
        update=(Call(run=_set_queue_attributes, on=tuple(_QUEUE)),),
        delete=(Call(operation="delete_queue", params={"QueueUrl": "$id"}),),
        outputs={"url": "$id", "name": lambda scope: scope["arn"].rpartition(":")[2]},
        defaults={"fifoQueue": False},
        blank={
            "delaySeconds": 0,
            "maxMessageSize": 262144,
            "messageRetentionSeconds": 345600,
            "receiveWaitTimeSeconds": 0,
            "visibilityTimeoutSeconds": 30,
        },
        replace_on=("fifoQueue", "name"),
        auto_name="name",
        name_limit=80,
        tagging=Tagging(
            add="tag_queue",
            remove="untag_queue",
            target={"QueueUrl": "$id"},
            read=Look(operation="list_queue_tags", params={"QueueUrl": "$id"}, take={"tags": "Tags"}, auto=False),
        ),
    ),
    "aws:sqs/queuePolicy:QueuePolicy": _on_queue("policy", "Policy"),
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": _on_queue("redriveAllowPolicy", "RedriveAllowPolicy"),
}
