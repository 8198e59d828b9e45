"""How each type is found: the ids are those of the provider's pages, section "Import".

https://www.pulumi.com/registry/packages/aws/api-docs/
"""

from collections.abc import Mapping
from typing import Final

from tapstack.deploy.interruptions.search import Search
from tapstack.deploy.interruptions.searches import api, by_name, vpc

SEARCHES: Final[Mapping[str, Search]] = {**by_name.SEARCHES, **vpc.SEARCHES, **api.SEARCHES}

WRITTEN_OVER: Final = frozenset(
    {
        "aws:acm/certificateValidation:CertificateValidation",
        "aws:apigateway/account:Account",
        "aws:apigateway/integration:Integration",
        "aws:apigateway/integrationResponse:IntegrationResponse",
        "aws:apigateway/methodSettings:MethodSettings",
        "aws:apigateway/response:Response",
        "aws:cloudwatch/dashboard:Dashboard",
        "aws:cloudwatch/eventRule:EventRule",
        "aws:cloudwatch/eventTarget:EventTarget",
        "aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy",
        "aws:cloudwatch/logResourcePolicy:LogResourcePolicy",
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        "aws:secretsmanager/secretVersion:SecretVersion",
        "aws:sns/topic:Topic",
        "aws:sns/topicPolicy:TopicPolicy",
        "aws:sns/topicSubscription:TopicSubscription",
        "aws:sqs/queue:Queue",
        "aws:sqs/queuePolicy:QueuePolicy",
        "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy",
        "aws:wafv2/webAclAssociation:WebAclAssociation",
        "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
    }
)
"""Types whose creation writes over what is there, or answers with it: made again, they are the same thing once."""
