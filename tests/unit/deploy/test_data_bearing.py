"""The table of what bears data, held against the provider's SDK, and what counts as a loss."""

import re
from typing import Any

import pytest

from tapstack.deploy.data_bearing import DATA_BEARING, Harm, Weakening
from tapstack.deploy.data_loss import Loss, losses_of
from tapstack.engine.events import UNKNOWN, Operation, Report
from tapstack.engine.rewrites import Rewrite, Writes
from tapstack.providers.metadata import ListOf, input_properties, is_object, properties_of
from tapstack.providers.tables import ROWS

TABLE = "aws:dynamodb/table:Table"
QUEUE = "aws:sqs/queue:Queue"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"

WITHOUT_DATA = {
    *(f"aws:acm/{name}" for name in ("certificate:Certificate", "certificateValidation:CertificateValidation")),
    *(f"aws:apigateway/{name}" for name in ("basePathMapping:BasePathMapping", "domainName:DomainName")),
    *(f"aws:apigateway/{name}" for name in ("account:Account", "deployment:Deployment", "integration:Integration")),
    *(f"aws:apigateway/{name}" for name in ("integrationResponse:IntegrationResponse", "method:Method", "model:Model")),
    *(f"aws:apigateway/{name}" for name in ("methodResponse:MethodResponse", "methodSettings:MethodSettings")),
    *(f"aws:apigateway/{name}" for name in ("requestValidator:RequestValidator", "resource:Resource", "stage:Stage")),
    *(f"aws:apigateway/{name}" for name in ("response:Response", "restApi:RestApi", "usagePlan:UsagePlan")),
    "aws:apigateway/usagePlanKey:UsagePlanKey",
    "aws:cloudwatch/eventRule:EventRule",
    "aws:cloudwatch/eventTarget:EventTarget",
    *(f"aws:cloudwatch/{name}" for name in ("dashboard:Dashboard", "metricAlarm:MetricAlarm")),
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy",
    *(f"aws:ec2/{name}" for name in ("defaultSecurityGroup:DefaultSecurityGroup", "eip:Eip", "flowLog:FlowLog")),
    *(f"aws:ec2/{name}" for name in ("internetGateway:InternetGateway", "natGateway:NatGateway", "route:Route")),
    *(f"aws:ec2/{name}" for name in ("routeTable:RouteTable", "routeTableAssociation:RouteTableAssociation")),
    *(f"aws:ec2/{name}" for name in ("securityGroup:SecurityGroup", "subnet:Subnet", "vpc:Vpc")),
    "aws:ec2/vpcEndpoint:VpcEndpoint",
    *(f"aws:iam/{name}" for name in ("openIdConnectProvider:OpenIdConnectProvider", "policy:Policy", "role:Role")),
    *(f"aws:iam/{name}" for name in ("rolePolicy:RolePolicy", "rolePolicyAttachment:RolePolicyAttachment")),
    *(f"aws:lambda/{name}" for name in ("alias:Alias", "function:Function", "permission:Permission")),
    "aws:kms/alias:Alias",
    "aws:route53/record:Record",
    *(f"aws:s3/{name}" for name in ("bucketOwnershipControls:BucketOwnershipControls", "bucketPolicy:BucketPolicy")),
    *(f"aws:sns/{name}" for name in ("topic:Topic", "topicPolicy:TopicPolicy", "topicSubscription:TopicSubscription")),
    *(f"aws:sqs/{name}" for name in ("queuePolicy:QueuePolicy", "redriveAllowPolicy:RedriveAllowPolicy")),
    *(f"aws:vpc/securityGroup{kind}Rule:SecurityGroup{kind}Rule" for kind in ("Egress", "Ingress")),
    *(f"aws:wafv2/{name}" for name in ("webAcl:WebAcl", "webAclAssociation:WebAclAssociation")),
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
}
"""Types that hold nothing which deploying them again does not make again."""


def test_of_each_type_that_the_lane_knows_it_is_said_whether_it_bears_data() -> None:
    assert set(ROWS) - set(DATA_BEARING) == WITHOUT_DATA
    assert not WITHOUT_DATA & set(DATA_BEARING)


@pytest.mark.parametrize("token", sorted(DATA_BEARING))
def test_each_row_is_of_the_providers_sdk_and_has_its_source(token: str) -> None:
    row = DATA_BEARING[token]
    known = input_properties(token)

    assert not row.subject or row.subject in known
    for weakening in row.weakenings:
        assert kind_of(known, weakening.property), weakening.property
    for source in (row.source, *(weakening.source for weakening in row.weakenings)):
        assert re.match(r"https://(docs\.aws\.amazon\.com|www\.pulumi\.com/registry)/\S+", source)
    assert row.lost or row.weakenings


def kind_of(known: Any, path: str) -> object:
    """Find an input in the SDK's types, level by level."""
    first, _, rest = path.partition(".")
    found = known.get(first)
    if not rest or found is None:
        return found
    shape = found.type.item if isinstance(found.type, ListOf) else found.type
    assert is_object(shape), path
    return kind_of(properties_of(shape), rest)


@pytest.mark.parametrize(
    ("harm", "before", "after", "is_done"),
    [
        (Harm.OFF, True, False, True),
        (Harm.OFF, True, None, True),
        (Harm.OFF, False, True, False),
        (Harm.ON, None, True, True),
        (Harm.ON, True, False, False),
        (Harm.LOWER, 14, 7, True),
        (Harm.LOWER, None, 7, True),
        (Harm.LOWER, 0, 7, True),
        (Harm.LOWER, 7, None, False),
        (Harm.REMOVED, "x", None, True),
        (Harm.CHANGED, "x", "y", True),
        (Harm.CHANGED, None, "y", False),
        (Harm.OFF, True, UNKNOWN, True),
        (Harm.LOWER, 7, 7, False),
    ],
)
def test_harm_is_done_in_one_direction(harm: Harm, before: object, after: object, *, is_done: bool) -> None:
    weakening = Weakening(property="p", harm=harm, lost="it", source="")

    assert weakening.is_done(before, after) == is_done


def test_a_number_that_is_not_set_stands_for_its_default() -> None:
    weakening = Weakening(property="p", harm=Harm.LOWER, lost="it", source="", default=30)

    assert weakening.is_done(None, 7)
    assert weakening.is_done(7, 0)
    assert not weakening.is_done(7, None)


def changed(op: str, kind: str, before: dict[str, Any], after: dict[str, Any]) -> Report:
    return Report(started=[Operation(op, kind, f"urn:pulumi:dev::p::{kind}::it", (), before, after)])


def test_an_update_that_takes_protection_is_a_loss_with_its_property() -> None:
    report = changed(
        "update", TABLE, {"pointInTimeRecovery": {"enabled": True}}, {"pointInTimeRecovery": {"enabled": False}}
    )

    lost = "every point in time that it could be restored to"
    assert losses_of(report) == [Loss("update", TABLE, "it", lost, "pointInTimeRecovery.enabled")]


def test_an_update_the_other_way_is_none() -> None:
    assert losses_of(changed("update", QUEUE, {"messageRetentionSeconds": 60}, {"messageRetentionSeconds": 600})) == []


@pytest.mark.parametrize(("bucket", "losses"), [("the-bucket", 1), (UNKNOWN, 0)])
def test_a_rule_that_expires_objects_is_a_loss_to_a_bucket_that_is_there(bucket: str, losses: int) -> None:
    rules = [{"id": "all", "status": "Enabled", "expiration": {"days": 1}}]

    assert len(losses_of(changed("create", LIFECYCLE, {}, {"bucket": bucket, "rules": rules}))) == losses


def test_what_is_retained_when_it_is_deleted_is_not_lost() -> None:
    kept = Operation("delete", TABLE, f"urn:pulumi:dev::p::{TABLE}::it", is_retained=True)

    assert losses_of(Report(started=[kept])) == []


@pytest.mark.parametrize(("kind", "losses"), [(TABLE, 1), ("aws:sns/topic:Topic", 0)])
def test_an_option_that_protected_data_is_a_loss_when_it_goes(kind: str, losses: int) -> None:
    rewrite = Rewrite("same", kind, "it", options=("protect",), loosened=("protect",))

    assert len(losses_of(Report(writes=Writes((rewrite,))))) == losses
