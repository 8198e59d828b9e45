"""What AWS refuses at an update or a deletion, and what it takes beside; each rule by itself is in `test_rules.py`."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

Props = dict[str, Any]

REGION = "eu-central-1"
ACCOUNT = "000000000000"
POLICY = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "*"}]}
)


def trust(service: str) -> str:
    principal = {"Service": f"{service}.amazonaws.com"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def make(engine: Any) -> Iterator[Any]:
    """Create resources, and delete them when the test is over."""
    made: list[Any] = []

    def create(token: str, **inputs: Any) -> Any:
        made.append(engine.create(token, inputs))
        return made[-1]

    yield create
    for resource in reversed(made):
        engine.delete(resource)


@pytest.fixture
def no_account_role(engine: Any) -> None:
    """Leave API Gateway without a role for logs, whatever other tests set."""
    role = engine.create("aws:iam/role:Role", {"assumeRolePolicy": trust("apigateway")})
    engine.delete(engine.create("aws:apigateway/account:Account", {"cloudwatchRoleArn": role.outputs["arn"]}))
    engine.delete(role)


class Api:
    """An API with a method; its integration, deployment and stage as they are wanted."""

    def __init__(self, make: Any) -> None:
        self.make, self.api = make, make("aws:apigateway/restApi:RestApi")
        self.resource = make(
            "aws:apigateway/resource:Resource",
            restApi=self.api.id,
            parentId=self.api.outputs["rootResourceId"],
            pathPart="things",
        )

    def method(self) -> Any:
        at = {"restApi": self.api.id, "resourceId": self.resource.id, "httpMethod": "GET"}
        return self.make("aws:apigateway/method:Method", **at, authorization="NONE")

    def integration(self) -> Any:
        at = {"restApi": self.api.id, "resourceId": self.resource.id, "httpMethod": "GET"}
        return self.make("aws:apigateway/integration:Integration", **at, type="MOCK")

    def deployment(self) -> Any:
        return self.make("aws:apigateway/deployment:Deployment", restApi=self.api.id)

    def stage(self, **more: Any) -> Any:
        self.method()
        self.integration()
        deployment = self.deployment()
        return self.make(
            "aws:apigateway/stage:Stage", restApi=self.api.id, deployment=deployment.id, stageName="live", **more
        )


@pytest.fixture
def api(make: Any) -> Api:
    return Api(make)


def function(make: Any, code: Any, **more: Any) -> Any:
    role = make("aws:iam/role:Role", assumeRolePolicy=trust("lambda"))
    return make(
        "aws:lambda/function:Function",
        role=role.outputs["arn"],
        runtime="python3.14",
        handler="handler.handler",
        code=code("one"),
        **more,
    )


def web_acl(make: Any) -> Any:
    visible = {"cloudwatchMetricsEnabled": True, "metricName": "acl", "sampledRequestsEnabled": False}
    return make("aws:wafv2/webAcl:WebAcl", scope="REGIONAL", defaultAction={"allow": {}}, visibilityConfig=visible)


def test_a_usage_plan_needs_its_stage(make: Any, api: Api, refused: Any) -> None:
    with pytest.raises(refused, match=f"BadRequestException: API Stage not found: {api.api.id}:live$"):
        make("aws:apigateway/usagePlan:UsagePlan", apiStages=[{"apiId": api.api.id, "stage": "live"}])


def test_a_usage_plan_is_not_moved_to_a_stage_that_is_not_there(make: Any, api: Api, engine: Any, refused: Any) -> None:
    plan = make("aws:apigateway/usagePlan:UsagePlan")
    with pytest.raises(refused, match=f"API Stage not found: {api.api.id}:live$"):
        engine.update(plan, {"apiStages": [{"apiId": api.api.id, "stage": "live"}]})


def test_a_web_acl_association_needs_its_stage(make: Any, api: Api, refused: Any) -> None:
    acl = web_acl(make)
    words = "WAFNonexistentItemException: AWS WAF couldn’t perform the operation because your resource doesn’t exist."  # noqa: RUF001
    with pytest.raises(refused, match=words):
        make(
            "aws:wafv2/webAclAssociation:WebAclAssociation",
            resourceArn=f"arn:aws:apigateway:{REGION}::/restapis/{api.api.id}/stages/live",
            webAclArn=acl.outputs["arn"],
        )


def test_a_web_acl_association_needs_its_web_acl(make: Any, api: Api, refused: Any) -> None:
    stage = api.stage()
    with pytest.raises(refused, match="WAFNonexistentItemException"):
        make(
            "aws:wafv2/webAclAssociation:WebAclAssociation",
            resourceArn=stage.outputs["arn"],
            webAclArn=f"arn:aws:wafv2:{REGION}:{ACCOUNT}:regional/webacl/none/00000000-0000-0000-0000-000000000000",
        )


def test_a_web_acl_in_front_of_a_stage_is_not_deleted(make: Any, api: Api, engine: Any, refused: Any) -> None:
    stage, acl = api.stage(), web_acl(make)
    make(
        "aws:wafv2/webAclAssociation:WebAclAssociation",
        resourceArn=stage.outputs["arn"],
        webAclArn=acl.outputs["arn"],
    )
    with pytest.raises(refused, match="WAFAssociatedItemException"):
        engine.delete(acl)


def test_a_web_acl_logs_only_to_groups_with_the_prefix(make: Any, refused: Any) -> None:
    acl = web_acl(make)
    log = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:edge"
    with pytest.raises(refused, match=r"WAFInvalidParameterException.*LOG_DESTINATION.*aws-waf-logs-"):
        make(
            "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
            resourceArn=acl.outputs["arn"],
            logDestinationConfigs=[log],
        )


def test_a_stage_needs_its_deployment(make: Any, api: Api, refused: Any) -> None:
    with pytest.raises(refused, match="NotFoundException: Invalid Deployment identifier specified"):
        make("aws:apigateway/stage:Stage", restApi=api.api.id, deployment="none", stageName="live")


def test_a_deployment_needs_methods(api: Api, refused: Any) -> None:
    with pytest.raises(refused, match="BadRequestException: The REST API doesn't contain any methods"):
        api.deployment()


def test_a_deployment_needs_an_integration_for_every_method(api: Api, refused: Any) -> None:
    api.method()
    with pytest.raises(refused, match="BadRequestException: No integration defined for method"):
        api.deployment()


@pytest.mark.usefixtures("no_account_role")
def test_access_logs_need_the_account_s_role(api: Api, refused: Any) -> None:
    log = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:access"
    with pytest.raises(refused, match="CloudWatch Logs role ARN must be set in account settings to enable logging"):
        api.stage(accessLogSettings={"destinationArn": log, "format": "{}"})


@pytest.mark.usefixtures("no_account_role")
def test_execution_logs_need_the_account_s_role(make: Any, api: Api, refused: Any) -> None:
    stage = api.stage()
    with pytest.raises(refused, match="CloudWatch Logs role ARN must be set in account settings to enable logging"):
        make(
            "aws:apigateway/methodSettings:MethodSettings",
            restApi=api.api.id,
            stageName=stage.outputs["stageName"],
            methodPath="*/*",
            settings={"loggingLevel": "ERROR"},
        )


def test_neither_a_stage_nor_its_api_is_deleted_while_a_usage_plan_has_it(
    make: Any, api: Api, engine: Any, refused: Any
) -> None:
    stage = api.stage()
    make("aws:apigateway/usagePlan:UsagePlan", apiStages=[{"apiId": api.api.id, "stage": "live"}])
    for resource in (stage, api.api):
        with pytest.raises(refused, match=r"BadRequestException: Cannot delete .* usage plan"):
            engine.delete(resource)


def test_a_usage_plan_with_stages_leaves_them_and_is_deleted(make: Any, api: Api, engine: Any) -> None:
    api.stage()
    plan = make("aws:apigateway/usagePlan:UsagePlan", apiStages=[{"apiId": api.api.id, "stage": "live"}])
    engine.delete(plan)
    assert engine.read(plan) is None


def test_a_deployment_that_a_stage_serves_is_not_deleted(api: Api, engine: Any, refused: Any, make: Any) -> None:
    api.method()
    api.integration()
    deployment = api.deployment()
    make("aws:apigateway/stage:Stage", restApi=api.api.id, deployment=deployment.id, stageName="live")
    with pytest.raises(refused, match="Active stages pointing to this deployment must be moved or deleted"):
        engine.delete(deployment)


def test_a_permission_needs_its_function(make: Any, refused: Any) -> None:
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:none"
    with pytest.raises(refused, match=f"ResourceNotFoundException: Function not found: {arn}$"):
        make(
            "aws:lambda/permission:Permission",
            function="none",
            action="lambda:InvokeFunction",
            principal="apigateway.amazonaws.com",
        )


def test_a_permission_needs_its_alias(make: Any, code: Any, refused: Any) -> None:
    named = function(make, code)
    with pytest.raises(refused, match=r"ResourceNotFoundException: Cannot find alias arn: .*:live$"):
        make(
            "aws:lambda/permission:Permission",
            function=named.outputs["name"],
            qualifier="live",
            action="lambda:InvokeFunction",
            principal="apigateway.amazonaws.com",
        )


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (f"arn:aws:sqs:{REGION}:{ACCOUNT}:none", "The specified queue does not exist"),
        (f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/none/stream/2026", "Stream not found"),
    ],
)
def test_an_event_source_mapping_needs_its_source(make: Any, code: Any, refused: Any, source: str, words: str) -> None:
    named = function(make, code)
    with pytest.raises(refused, match=rf"InvalidParameterValueException: .*{words}"):
        make(
            "aws:lambda/eventSourceMapping:EventSourceMapping",
            eventSourceArn=source,
            functionName=named.outputs["name"],
            startingPosition="LATEST",
        )


def test_an_event_source_mapping_needs_its_function(make: Any, refused: Any) -> None:
    queue = make("aws:sqs/queue:Queue")
    with pytest.raises(refused, match=r"ResourceNotFoundException: Function not found: .*:none$"):
        make(
            "aws:lambda/eventSourceMapping:EventSourceMapping",
            eventSourceArn=queue.outputs["arn"],
            functionName="none",
        )


def test_a_function_needs_a_role_that_lambda_may_assume(make: Any, code: Any, refused: Any) -> None:
    role = make("aws:iam/role:Role", assumeRolePolicy=trust("ec2"))
    with pytest.raises(refused, match="The role defined for the function cannot be assumed by Lambda"):
        make(
            "aws:lambda/function:Function",
            role=role.outputs["arn"],
            runtime="python3.14",
            handler="handler.handler",
            code=code("one"),
        )


def test_an_alias_needs_its_versions_and_shares_between_two(make: Any, code: Any, refused: Any) -> None:
    name = function(make, code, publish=True).id
    token = "aws:lambda/alias:Alias"
    with pytest.raises(refused, match=f"ResourceNotFoundException: Function not found: arn:.*:{name}:7"):
        make(token, name="live", functionName=name, functionVersion="7")
    with pytest.raises(refused, match=f"ResourceNotFoundException: Function not found: arn:.*:{name}:7"):
        make(token, name="live", functionName=name, functionVersion="1", routingConfig=weights("7"))
    with pytest.raises(refused, match=r"Function version 1 is already included in routing configuration\."):
        make(token, name="live", functionName=name, functionVersion="1", routingConfig=weights("1"))


def weights(version: str) -> Props:
    return {"additionalVersionWeights": {version: 0.1}}


def test_a_role_with_a_policy_is_not_deleted(make: Any, engine: Any, refused: Any) -> None:
    role = make("aws:iam/role:Role", assumeRolePolicy=trust("lambda"))
    make("aws:iam/rolePolicy:RolePolicy", role=role.id, policy=POLICY)
    with pytest.raises(refused, match="DeleteConflict: Cannot delete entity, must delete policies first"):
        engine.delete(role)


def test_a_role_with_an_attached_policy_is_not_deleted(make: Any, engine: Any, refused: Any) -> None:
    role = make("aws:iam/role:Role", assumeRolePolicy=trust("lambda"))
    managed = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    make("aws:iam/rolePolicyAttachment:RolePolicyAttachment", role=role.id, policyArn=managed)
    with pytest.raises(refused, match="DeleteConflict: Cannot delete entity, must detach all policies first"):
        engine.delete(role)


def test_a_role_that_a_function_runs_with_is_not_deleted(make: Any, code: Any, engine: Any, refused: Any) -> None:
    named = function(make, code)
    role = engine.adopt("aws:iam/role:Role", named.outputs["role"].rpartition("/")[2])
    with pytest.raises(refused, match=rf"DeleteConflict: .* function {named.outputs['name']}"):
        engine.delete(role)


def test_a_vpc_with_a_subnet_or_a_security_group_in_it_is_not_deleted(make: Any, engine: Any, refused: Any) -> None:
    vpc = make("aws:ec2/vpc:Vpc", cidrBlock="10.20.0.0/16")
    subnet = engine.create("aws:ec2/subnet:Subnet", {"vpcId": vpc.id, "cidrBlock": "10.20.0.0/24"})
    words = f"DependencyViolation: The vpc '{vpc.id}' has dependencies and cannot be deleted"
    with pytest.raises(refused, match=words):
        engine.delete(vpc)
    engine.delete(subnet)
    make("aws:ec2/securityGroup:SecurityGroup", vpcId=vpc.id)
    with pytest.raises(refused, match=words):
        engine.delete(vpc)


@pytest.mark.parametrize("user", ["endpoint", "NAT gateway", "function"])
def test_a_subnet_in_use_is_not_deleted(make: Any, code: Any, engine: Any, refused: Any, user: str) -> None:
    vpc = make("aws:ec2/vpc:Vpc", cidrBlock="10.20.0.0/16")
    subnet = make("aws:ec2/subnet:Subnet", vpcId=vpc.id, cidrBlock="10.20.0.0/24")
    if user == "endpoint":
        service = f"com.amazonaws.{REGION}.sqs"
        inputs = {"vpcId": vpc.id, "vpcEndpointType": "Interface", "serviceName": service, "subnetIds": [subnet.id]}
        make("aws:ec2/vpcEndpoint:VpcEndpoint", **inputs)
    elif user == "NAT gateway":
        address = make("aws:ec2/eip:Eip", domain="vpc")
        make("aws:ec2/natGateway:NatGateway", subnetId=subnet.id, allocationId=address.id)
    else:
        function(make, code, vpcConfig={"subnetIds": [subnet.id], "securityGroupIds": []})
    with pytest.raises(refused, match=f"DependencyViolation: The subnet '{subnet.id}' has dependencies"):
        engine.delete(subnet)


def test_a_security_group_of_a_function_is_not_deleted(make: Any, code: Any, engine: Any, refused: Any) -> None:
    vpc = make("aws:ec2/vpc:Vpc", cidrBlock="10.20.0.0/16")
    subnet = make("aws:ec2/subnet:Subnet", vpcId=vpc.id, cidrBlock="10.20.0.0/24")
    group = make("aws:ec2/securityGroup:SecurityGroup", vpcId=vpc.id)
    function(make, code, vpcConfig={"subnetIds": [subnet.id], "securityGroupIds": [group.id]})
    with pytest.raises(refused, match=f"DependencyViolation: resource {group.id} has a dependent object"):
        engine.delete(group)


def test_a_security_group_that_another_one_s_rule_names_is_not_deleted(make: Any, engine: Any, refused: Any) -> None:
    vpc = make("aws:ec2/vpc:Vpc", cidrBlock="10.20.0.0/16")
    one, other = (make("aws:ec2/securityGroup:SecurityGroup", vpcId=vpc.id) for _ in range(2))
    make(
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        securityGroupId=other.id,
        referencedSecurityGroupId=one.id,
        ipProtocol="tcp",
        fromPort=443,
        toPort=443,
    )
    with pytest.raises(refused, match=f"DependencyViolation: resource {one.id} has a dependent object"):
        engine.delete(one)


def test_a_protected_table_is_not_deleted(engine: Any, refused: Any) -> None:
    inputs: Props = {"hashKey": "id", "attributes": [{"name": "id", "type": "S"}], "billingMode": "PAY_PER_REQUEST"}
    table = engine.create("aws:dynamodb/table:Table", {**inputs, "deletionProtectionEnabled": True})
    with pytest.raises(refused, match=r"ValidationException: Resource cannot be deleted.*protected against deletion"):
        engine.delete(table)
    engine.update(table, {**inputs, "deletionProtectionEnabled": False})
    engine.delete(table)


def test_a_policy_longer_than_aws_takes_is_refused(make: Any, refused: Any) -> None:
    actions = [f"logs:Action{number}" for number in range(500)]
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    with pytest.raises(refused, match="LimitExceeded: Cannot exceed quota for PolicySize: 6144"):
        make("aws:iam/policy:Policy", policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))


def test_a_policy_that_bounds_a_role_is_not_deleted(make: Any, engine: Any, refused: Any) -> None:
    policy = make("aws:iam/policy:Policy", policy=POLICY)
    make("aws:iam/role:Role", assumeRolePolicy=trust("lambda"), permissionsBoundary=policy.outputs["arn"])
    with pytest.raises(refused, match="DeleteConflict: Cannot delete a policy attached to entities"):
        engine.delete(policy)


def test_a_role_has_no_more_than_ten_policies(make: Any, refused: Any) -> None:
    role = make("aws:iam/role:Role", assumeRolePolicy=trust("lambda"))
    policies = [make("aws:iam/policy:Policy", policy=POLICY) for _ in range(11)]
    attachment = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
    for policy in policies[:10]:
        make(attachment, role=role.id, policyArn=policy.outputs["arn"])
    with pytest.raises(refused, match="LimitExceeded: Cannot exceed quota for PoliciesPerRole: 10"):
        make(attachment, role=role.id, policyArn=policies[10].outputs["arn"])


@pytest.fixture
def mapped(make: Any, code: Any) -> Any:
    """Make a queue and a function of certain times, in seconds, and what maps one to the other."""

    def two(*, visible: int, runs: int) -> tuple[Any, Any, Props]:
        queue = make("aws:sqs/queue:Queue", visibilityTimeoutSeconds=visible)
        served = function(make, code, timeout=runs)
        return queue, served, {"eventSourceArn": queue.outputs["arn"], "functionName": served.outputs["arn"]}

    return two


MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"


def test_a_mapping_is_refused_whose_queue_shows_a_message_again_before_the_function_ends(
    make: Any, mapped: Any, refused: Any
) -> None:
    _, _, ends = mapped(visible=30, runs=300)
    words = "InvalidParameterValueException: Queue visibility timeout: 30 seconds is less than Function timeout: 300 s"
    with pytest.raises(refused, match=words):
        make(MAPPING, **ends)


def test_a_mapping_whose_times_are_the_same_is_taken(make: Any, mapped: Any) -> None:
    _, _, ends = mapped(visible=30, runs=30)
    assert make(MAPPING, **ends).id


def test_a_function_may_come_to_outlast_its_queue_until_the_mapping_is_changed(
    make: Any, mapped: Any, engine: Any, refused: Any
) -> None:
    """AWS looks when a mapping is made or updated, and at no other time."""
    _, served, ends = mapped(visible=30, runs=30)
    mapping = make(MAPPING, **ends)
    engine.update(served, {**served.inputs, "timeout": 31})
    with pytest.raises(refused, match="Queue visibility timeout: 30 seconds is less than Function timeout: 31 seconds"):
        engine.update(mapping, {**ends, "batchSize": 5})


def test_a_queue_may_come_to_be_too_short_for_its_function_until_the_mapping_is_changed(
    make: Any, mapped: Any, engine: Any, refused: Any
) -> None:
    queue, _, ends = mapped(visible=30, runs=30)
    mapping = make(MAPPING, **ends)
    engine.update(queue, {**queue.inputs, "visibilityTimeoutSeconds": 29})
    with pytest.raises(refused, match="Queue visibility timeout: 29 seconds is less than Function timeout: 30 seconds"):
        engine.update(mapping, {**ends, "batchSize": 5})


def test_a_second_mapping_of_the_same_queue_and_function_is_refused(make: Any, mapped: Any, refused: Any) -> None:
    queue, served, ends = mapped(visible=30, runs=30)
    first = make(MAPPING, **ends)
    words = (
        rf'ResourceConflictException: An event source mapping with SQS arn \(" {queue.outputs["arn"]} "\) and function '
        rf'\(" {served.outputs["name"]} "\) already exists. Please update or delete the existing mapping with UUID '
        rf"{first.id}$"
    )
    with pytest.raises(refused, match=words):
        make(MAPPING, **ends)


def test_a_second_function_of_the_same_queue_is_taken(make: Any, mapped: Any, code: Any) -> None:
    _, _, ends = mapped(visible=30, runs=30)
    make(MAPPING, **ends)
    other = function(make, code)
    assert make(MAPPING, **{**ends, "functionName": other.outputs["arn"]}).id
