"""What others can add to tables, topics and the key."""

from typing import Final

from tapstack.deploy.drift.by_design import GRANT
from tapstack.deploy.drift.look import Look

_KEY: Final = "aws:kms/key:Key"
_TABLE: Final = "aws:dynamodb/table:Table"
_TOPIC: Final = "aws:sns/topic:Topic"


LOOKS: Final = (
    Look(
        of=_TOPIC,
        service="sns",
        operation="list_subscriptions_by_topic",
        params="{TopicArn: id}",
        items="Subscriptions",
        type="aws:sns/topicSubscription:TopicSubscription",
        # One that is not yet confirmed has no ARN.
        key="[thing.id, item.Protocol, item.Endpoint]",
        own="[topic, protocol, endpoint]",
        name="item.Endpoint",
        detail="[item.Protocol]",
    ),
    Look(
        of=_KEY,
        service="kms",
        operation="list_grants",
        params="{KeyId: arn}",
        items="Grants",
        type=GRANT,
        key="[item.GrantId]",
        own="[grantId]",
        name="item.GrantId",
        detail="[join(', ', item.Operations), 'by', item.GranteePrincipal]",
    ),
    Look(
        of=_KEY,
        service="kms",
        operation="list_aliases",
        params="{KeyId: arn}",
        items="Aliases",
        type="aws:kms/alias:Alias",
        key="[item.AliasName]",
        own="[name]",
        name="item.AliasName",
    ),
    *(
        Look(
            of=_TABLE,
            service="dynamodb",
            operation="get_resource_policy",
            params=f"{{ResourceArn: {arn}}}",
            items="[Policy][?@]",
            type="aws:dynamodb/resourcePolicy:ResourcePolicy",
            key=f"[thing.{arn}]",
            own="[resourceArn]",
            name=f"thing.{arn}",
        )
        for arn in ("arn", "streamArn")
    ),
)
