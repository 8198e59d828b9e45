"""What others can add to tables, topics, secrets and the key."""

from typing import Final

from tapstack.deploy.drift.by_design import GRANT, SECRET_VERSION
from tapstack.deploy.drift.look import Look
from transactions.agreed.tables import API_KEY_ID_PREFIX, KEY

_ITEM: Final = "aws:dynamodb/tableItem:TableItem"
_KEY: Final = "aws:kms/key:Key"
_SECRET: Final = "aws:secretsmanager/secret:Secret"  # noqa: S105 - a type is no secret
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
    Look(
        of=_SECRET,
        service="secretsmanager",
        operation="list_secret_version_ids",
        params="{SecretId: id}",
        items="Versions[?contains(VersionStages, 'AWSCURRENT')]",
        type=SECRET_VERSION,
        key="[thing.id, item.VersionId]",
        own="[secretId, versionId]",
        name="item.VersionId",
    ),
    Look(
        of=_SECRET,
        service="secretsmanager",
        operation="get_resource_policy",
        params="{SecretId: id}",
        items="[ResourcePolicy][?@]",
        type="aws:secretsmanager/secretPolicy:SecretPolicy",
        key="[thing.id]",
        own="[secretArn]",
        name="'policy'",
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
    # Which merchant an API key counts as is the one kind of item that a program writes.
    Look(
        of=_ITEM,
        service="dynamodb",
        operation="scan",
        params=f"{{TableName: tableName, ProjectionExpression: '{KEY}', FilterExpression: "
        f"'begins_with({KEY}, :prefix)', ExpressionAttributeValues: {{\":prefix\": {{S: '{API_KEY_ID_PREFIX}'}}}}}}",
        items=f"Items[].{KEY}.S",
        type=_ITEM,
        key="[thing.tableName, item]",
        # The id is the table's name, the key's name and the values of the key; the item itself is a secret.
        own="[tableName, split(id, '|')[3]]",
        name="item",
    ),
)
