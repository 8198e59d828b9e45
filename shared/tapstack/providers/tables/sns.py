"""Topics, their policies and subscriptions."""

import json
from collections.abc import Mapping
from typing import Final

from tapstack.providers.attributes import attribute_text, attributes, taken_from_attributes
from tapstack.providers.table import Call, Look, Row, Scope, Tagging

_TOPIC: Final = {
    "deliveryPolicy": "DeliveryPolicy",
    "displayName": "DisplayName",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "policy": "Policy",
    "signatureVersion": "SignatureVersion",
    "tracingConfig": "TracingConfig",
}
_DEFAULT_ACTIONS: Final = (
    *("AddPermission", "DeleteTopic", "GetTopicAttributes", "ListSubscriptionsByTopic", "Publish", "Receive"),
    *("RemovePermission", "SetTopicAttributes", "Subscribe"),
)
_SUBSCRIPTION: Final = {
    "deliveryPolicy": "DeliveryPolicy",
    "filterPolicy": "FilterPolicy",
    "filterPolicyScope": "FilterPolicyScope",
    "rawMessageDelivery": "RawMessageDelivery",
    "redrivePolicy": "RedrivePolicy",
}


def _put_default_policy_back(scope: Scope) -> None:
    """Give a topic the policy it was made with: it always has one, and SNS takes no empty one."""
    statement = {
        "Sid": "__default_statement_ID",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": [f"SNS:{action}" for action in _DEFAULT_ACTIONS],
        "Resource": scope["id"],
        "Condition": {"StringEquals": {"AWS:SourceOwner": scope["account"]}},
    }
    policy = {"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": [statement]}
    change = {"TopicArn": scope["id"], "AttributeName": "Policy", "AttributeValue": json.dumps(policy)}
    scope.call("sns", "set_topic_attributes", change)


def _set_each(service: str, operation: str, target: str, names: Mapping[str, str]) -> Call:
    """Set the changed attributes of a topic or subscription, which AWS takes one by one."""

    def run(scope: Scope) -> None:
        for key in sorted(scope.changed & names.keys()):
            value = attribute_text(scope.inputs.get(key, ""))
            params = {target: scope["id"], "AttributeName": names[key], "AttributeValue": value}
            scope.call(service, operation, params)

    return Call(run=run, on=tuple(names))


_TOPIC_TAGS: Final = Tagging(
    add="tag_resource",
    remove="untag_resource",
    target={"ResourceArn": "$id"},
    read=Look(operation="list_tags_for_resource", params={"ResourceArn": "$id"}, take={"tags": "Tags"}, auto=False),
)

ROWS: Final = {
    "aws:sns/topic:Topic": Row(
        service="sns",
        create=Call(
            operation="create_topic",
            params={"Name": "$name", "Attributes": attributes(_TOPIC)},
            auto=("tags",),
            also=tuple(_TOPIC),
        ),
        id="@TopicArn",
        read=(
            Look(
                operation="get_topic_attributes",
                params={"TopicArn": "$id"},
                take={**taken_from_attributes(_TOPIC), "arn": "Attributes.TopicArn", "owner": "Attributes.Owner"},
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
        delete=(Call(run=_put_default_policy_back),),
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
                "Attributes": attributes(_SUBSCRIPTION),
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
                    **taken_from_attributes(_SUBSCRIPTION),
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
