"""SQS queues and SNS topics: attributes are texts by name."""

from collections.abc import Mapping
from typing import Final

from tapstack.providers.table import Call, Look, Row, Scope, Tagging, Template
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
_TOPIC: Final = {
    "deliveryPolicy": "DeliveryPolicy",
    "displayName": "DisplayName",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "policy": "Policy",
    "signatureVersion": "SignatureVersion",
    "tracingConfig": "TracingConfig",
}
_SUBSCRIPTION: Final = {
    "deliveryPolicy": "DeliveryPolicy",
    "filterPolicy": "FilterPolicy",
    "filterPolicyScope": "FilterPolicyScope",
    "rawMessageDelivery": "RawMessageDelivery",
    "redrivePolicy": "RedrivePolicy",
}


def _text(value: object) -> str:
    return f"{value}".lower() if isinstance(value, bool) else f"{value}"


def _attributes(names: Mapping[str, str]) -> Template:
    def given(scope: Scope) -> Props | None:
        present = {name: _text(scope.inputs[key]) for key, name in names.items() if scope.inputs.get(key) is not None}
        return present or None

    return given


def _queue_attributes(scope: Scope) -> Props | None:
    fifo = {"FifoQueue": "true"} if scope.inputs.get("fifoQueue") else {}
    return {**(_attributes(_QUEUE)(scope) or {}), **fifo} or None


def _set_queue_attributes(scope: Scope) -> Props:
    changed = {_QUEUE[key]: _text(scope.inputs.get(key, "")) for key in scope.changed & _QUEUE.keys()}
    return scope.call("sqs", "set_queue_attributes", {"QueueUrl": scope["id"], "Attributes": changed})


def _set_each(service: str, operation: str, target: str, names: Mapping[str, str]) -> Call:
    """Set the changed attributes of a topic or subscription, which AWS takes one by one."""

    def run(scope: Scope) -> None:
        for key in sorted(scope.changed & names.keys()):
            value = _text(scope.inputs.get(key, ""))
            params = {target: scope["id"], "AttributeName": names[key], "AttributeValue": value}
            scope.call(service, operation, params)

    return Call(run=run, on=tuple(names))


def _reversed(names: Mapping[str, str]) -> dict[str, str]:
    return {key: f"Attributes.{name}" for key, name in names.items()}


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


_TOPIC_TAGS: Final = Tagging(
    add="tag_resource",
    remove="untag_resource",
    target={"ResourceArn": "$id"},
    read=Look(operation="list_tags_for_resource", params={"ResourceArn": "$id"}, take={"tags": "Tags"}, auto=False),
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
                take={**_reversed(_QUEUE), "arn": "Attributes.QueueArn", "fifoQueue": "Attributes.FifoQueue"},
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
    "aws:sns/topic:Topic": Row(
        service="sns",
        create=Call(
            operation="create_topic",
            params={"Name": "$name", "Attributes": _attributes(_TOPIC)},
            auto=("tags",),
            also=tuple(_TOPIC),
        ),
        id="@TopicArn",
        read=(
            Look(
                operation="get_topic_attributes",
                params={"TopicArn": "$id"},
                take={**_reversed(_TOPIC), "arn": "Attributes.TopicArn", "owner": "Attributes.Owner"},
                auto=False,
            ),
        ),
        update=(_set_each("sns", "set_topic_attributes", "TopicArn", _TOPIC),),
        delete=(Call(operation="delete_topic", params={"TopicArn": "$id"}),),
        outputs={"name": lambda scope: scope["id"].rpartition(":")[2]},
        replace_on=("name",),
        auto_name="name",
        tagging=_TOPIC_TAGS,
    ),
    "aws:sns/topicPolicy:TopicPolicy": Row(
        service="sns",
        create=Call(
            operation="set_topic_attributes",
            params={"TopicArn": "$arn", "AttributeName": "Policy", "AttributeValue": "$policy"},
        ),
        id="$arn",
        read=(
            Look(
                operation="get_topic_attributes",
                params={"TopicArn": "$id"},
                take={"arn": "Attributes.TopicArn", "owner": "Attributes.Owner", "policy": "Attributes.Policy"},
                auto=False,
            ),
        ),
        update=(
            Call(
                operation="set_topic_attributes",
                params={"TopicArn": "$arn", "AttributeName": "Policy", "AttributeValue": "$policy"},
            ),
        ),
        # A topic always has a policy: the real provider puts AWS's default back.
        delete=(
            Call(
                operation="set_topic_attributes",
                params={"TopicArn": "$id", "AttributeName": "Policy", "AttributeValue": ""},
            ),
        ),
        replace_on=("arn",),
        import_id="(?P<arn>.+)",
    ),
    "aws:sns/topicSubscription:TopicSubscription": Row(
        service="sns",
        create=Call(
            operation="subscribe",
            params={
                "TopicArn": "$topic",
                "Protocol": "$protocol",
                "Endpoint": "$endpoint",
                "Attributes": _attributes(_SUBSCRIPTION),
                "ReturnSubscriptionArn": True,
            },
            also=tuple(_SUBSCRIPTION),
        ),
        id="@SubscriptionArn",
        read=(
            Look(
                operation="get_subscription_attributes",
                params={"SubscriptionArn": "$id"},
                take={
                    **_reversed(_SUBSCRIPTION),
                    "arn": "Attributes.SubscriptionArn",
                    "endpoint": "Attributes.Endpoint",
                    "ownerId": "Attributes.Owner",
                    "pendingConfirmation": "Attributes.PendingConfirmation",
                    "protocol": "Attributes.Protocol",
                    "topic": "Attributes.TopicArn",
                },
                auto=False,
            ),
        ),
        update=(_set_each("sns", "set_subscription_attributes", "SubscriptionArn", _SUBSCRIPTION),),
        delete=(Call(operation="unsubscribe", params={"SubscriptionArn": "$id"}),),
        defaults={"confirmationTimeoutInMinutes": 1, "endpointAutoConfirms": False, "rawMessageDelivery": False},
        replace_on=("endpoint", "protocol", "topic"),
        state_only=("confirmationTimeoutInMinutes", "endpointAutoConfirms"),
    ),
}
