"""The alerts topic: where the later layers' alarms go."""

import pulumi_aws as aws

from settings import DataSettings
from tapstack.program.naming import Names
from tapstack.program.policies import allow, document


def make_alerts_topic(names: Names, settings: DataSettings, key: aws.kms.Key) -> aws.sns.Topic:
    """Make the topic, let this account's alarms publish to it, and subscribe the given addresses."""
    account = aws.get_caller_identity().account_id
    topic = aws.sns.Topic("alerts", name=names("alerts"), kms_master_key_id=key.arn)
    aws.sns.TopicPolicy(
        "alerts",
        arn=topic.arn,
        policy=document(
            allow(
                ["sns:Publish"],
                topic.arn,
                to={"Service": "cloudwatch.amazonaws.com"},
                condition={"StringEquals": {"aws:SourceAccount": account}},
            ),
        ),
    )
    for number, address in enumerate(settings.alert_emails, start=1):
        # A resource's name is in the clear wherever the resource is.
        name = address if isinstance(address, str) else number
        aws.sns.TopicSubscription(f"alerts-{name}", topic=topic.arn, protocol="email", endpoint=address)
    return topic
