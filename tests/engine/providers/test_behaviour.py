"""What the engine sees of single types beside their life from creation to deletion."""

import json
from typing import Any

import boto3
import pytest

from tapstack.providers.clients import ProviderError
from tapstack.providers.values import Secret, unmarshal

REGION = "eu-central-1"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)


@pytest.fixture
def client(emulator_url: str) -> Any:
    """Make boto3 clients, to change things behind Pulumi's back."""
    session = boto3.Session("test", "test", region_name=REGION)
    return lambda service: session.client(service, endpoint_url=emulator_url)


@pytest.fixture(scope="module")
def named_function(engine: Any, code: Any) -> Any:
    role = engine.create("aws:iam/role:Role", {"assumeRolePolicy": TRUST})
    inputs = {
        "role": role.outputs["arn"],
        "runtime": "python3.14",
        "handler": "handler.handler",
        "code": code("one"),
        "publish": True,
    }
    return engine.create("aws:lambda/function:Function", inputs)


def test_a_change_behind_pulumi_s_back_shows_in_a_refresh_and_is_put_right(engine: Any, client: Any) -> None:
    inputs = {"visibilityTimeoutSeconds": 60, "tags": {"Name": "first"}}
    queue = engine.create("aws:sqs/queue:Queue", inputs)
    client("sqs").set_queue_attributes(QueueUrl=queue.id, Attributes={"VisibilityTimeout": "90"})
    client("sqs").tag_queue(QueueUrl=queue.id, Tags={"Stray": "yes"})
    refreshed = engine.read(queue)
    assert refreshed.inputs["visibilityTimeoutSeconds"] == 90
    assert refreshed.inputs["tags"] == {"Name": "first", "Stray": "yes"}
    refreshed.name = queue.name
    assert set(engine.diff(refreshed, inputs).detailedDiff) == {"visibilityTimeoutSeconds", "tags.Stray"}
    engine.update(refreshed, inputs)
    read_again = engine.read(refreshed)
    assert read_again.inputs["visibilityTimeoutSeconds"] == 60
    assert read_again.inputs["tags"] == {"Name": "first"}
    engine.delete(queue)


def test_what_was_deleted_behind_pulumi_s_back_is_gone_after_a_refresh(engine: Any, client: Any) -> None:
    queue = engine.create("aws:sqs/queue:Queue", {})
    client("sqs").delete_queue(QueueUrl=queue.id)
    assert engine.read(queue) is None


def test_a_creation_that_fails_half_way_leaves_nothing(
    engine: Any, client: Any, refused: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The value would be refused before anything is made.
    monkeypatch.setattr("tapstack.providers.provider.refused_arguments", lambda *_: [])
    with pytest.raises(refused, match=r"InvalidParameterException|ValidationException"):
        engine.create("aws:cloudwatch/logGroup:LogGroup", {"name": "half-way", "retentionInDays": 2})
    assert not client("logs").describe_log_groups(logGroupNamePrefix="half-way")["logGroups"]


def test_an_api_key_s_value_and_a_secret_s_text_are_secret(engine: Any) -> None:
    key = engine.create("aws:apigateway/apiKey:ApiKey", {})
    secret = engine.create("aws:secretsmanager/secret:Secret", {"recoveryWindowInDays": 0})
    version = engine.create(
        "aws:secretsmanager/secretVersion:SecretVersion", {"secretId": secret.id, "secretString": "s"}
    )
    assert isinstance(unmarshal(key.state)["value"], Secret)
    assert len(key.outputs["value"]) >= 20
    assert unmarshal(version.state)["secretString"] == Secret("s")
    assert isinstance(unmarshal(engine.read(version).state)["secretString"], Secret)
    assert version.id == f"{secret.id}|{version.outputs['versionId']}"


def test_a_secret_input_stays_secret_in_the_outputs(engine: Any) -> None:
    made = engine.create("aws:cloudwatch/dashboard:Dashboard", {"dashboardName": "s", "dashboardBody": Secret("{}")})
    assert unmarshal(made.state)["dashboardBody"] == Secret("{}")
    assert unmarshal(made.state)["dashboardName"] == "s"


def test_a_function_publishes_a_version_at_new_code_and_none_at_new_tags(
    engine: Any, named_function: Any, code: Any
) -> None:
    arn = named_function.outputs["arn"]
    invoke = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions"
    assert named_function.outputs["version"] == "1"
    assert named_function.outputs["qualifiedArn"] == f"{arn}:1"
    assert named_function.outputs["invokeArn"] == f"{invoke}/{arn}/invocations"
    assert named_function.outputs["qualifiedInvokeArn"] == f"{invoke}/{arn}:1/invocations"
    inputs = {**named_function.inputs, "tags": {"a": "b"}}
    engine.update(named_function, inputs)
    assert named_function.outputs["version"] == "1"
    engine.update(named_function, {**inputs, "code": code("two")})
    assert named_function.outputs["version"] == "2"
    assert named_function.outputs["qualifiedArn"] == f"{arn}:2"


def test_a_function_runs_the_code_it_was_given(engine: Any, named_function: Any, code: Any, client: Any) -> None:
    engine.update(named_function, {**named_function.inputs, "code": code("three")})
    answer = client("lambda").invoke(FunctionName=named_function.id)
    assert json.loads(answer["Payload"].read()) == "three"


def test_a_stage_is_addressed_in_the_emulator_and_named_as_in_aws(engine: Any, emulator_url: str) -> None:
    api = engine.create("aws:apigateway/restApi:RestApi", {})
    at = {"restApi": api.id, "resourceId": api.outputs["rootResourceId"], "httpMethod": "GET"}
    method = engine.create("aws:apigateway/method:Method", {**at, "authorization": "NONE"})
    assert method.id == f"agm-{api.id}-{api.outputs['rootResourceId']}-GET"
    assert method.outputs["requestValidatorId"] == ""
    engine.create("aws:apigateway/integration:Integration", {**at, "type": "MOCK"})
    deployment = engine.create("aws:apigateway/deployment:Deployment", {"restApi": api.id})
    inputs = {"restApi": api.id, "deployment": deployment.id, "stageName": "live"}
    stage = engine.create("aws:apigateway/stage:Stage", inputs)
    assert stage.id == f"ags-{api.id}-live"
    assert stage.outputs["invokeUrl"] == f"{emulator_url}/restapis/{api.id}/live/_user_request_"
    assert stage.outputs["arn"] == f"arn:aws:apigateway:{REGION}::/restapis/{api.id}/stages/live"
    assert stage.outputs["executionArn"] == f"{api.outputs['executionArn']}/live"
    assert api.outputs["executionArn"] == f"arn:aws:execute-api:{REGION}:000000000000:{api.id}"


def test_a_new_security_group_lets_nothing_out(engine: Any, client: Any) -> None:
    vpc = engine.create("aws:ec2/vpc:Vpc", {"cidrBlock": "10.60.0.0/16"})
    group = engine.create("aws:ec2/securityGroup:SecurityGroup", {"vpcId": vpc.id})
    default = engine.create("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", {"vpcId": vpc.id})
    for group_id in (group.id, default.id):
        [told] = client("ec2").describe_security_groups(GroupIds=[group_id])["SecurityGroups"]
        assert told["IpPermissions"] == told["IpPermissionsEgress"] == []


def test_an_interface_endpoint_is_read_as_it_was_made(engine: Any) -> None:
    vpc = engine.create("aws:ec2/vpc:Vpc", {"cidrBlock": "10.61.0.0/16", "enableDnsHostnames": True})
    subnet = engine.create("aws:ec2/subnet:Subnet", {"vpcId": vpc.id, "cidrBlock": "10.61.0.0/24"})
    group = engine.create("aws:ec2/securityGroup:SecurityGroup", {"vpcId": vpc.id})
    inputs = {
        "vpcId": vpc.id,
        "vpcEndpointType": "Interface",
        "serviceName": f"com.amazonaws.{REGION}.sqs",
        "subnetIds": [subnet.id],
        "securityGroupIds": [group.id],
        "privateDnsEnabled": True,
    }
    endpoint = engine.create("aws:ec2/vpcEndpoint:VpcEndpoint", inputs)
    again = engine.read(endpoint)
    assert (again.inputs, again.outputs) == (endpoint.inputs, endpoint.outputs)
    assert {key: endpoint.outputs[key] for key in inputs} == inputs


def test_an_import_by_an_id_of_the_wrong_form_says_the_right_one(engine: Any, refused: Any) -> None:
    with pytest.raises(refused, match=r"'abc' of aws:apigateway/stage:Stage is not of the form <restApi>/<stageName>"):
        engine.adopt("aws:apigateway/stage:Stage", "abc")


def test_an_import_of_what_is_not_there_finds_nothing(engine: Any) -> None:
    assert engine.adopt("aws:ec2/vpc:Vpc", "vpc-00000000") is None


def test_the_functions_tell_of_the_emulator_s_account(engine: Any) -> None:
    provider = engine.servicer._provider(engine.context)
    zones = provider.invoke(
        "aws:index/getAvailabilityZones:getAvailabilityZones",
        {"state": "available", "filters": [{"name": "opt-in-status", "values": ["opt-in-not-required"]}]},
    )
    assert len(zones["names"]) >= 3
    assert zones["names"] == sorted(zones["names"])
    assert provider.invoke("aws:index/getCallerIdentity:getCallerIdentity", {})["accountId"] == "000000000000"
    assert provider.invoke("aws:index/getRegion:getRegion", {})["region"] == REGION
    assert provider.invoke("aws:index/getPartition:getPartition", {})["partition"] == "aws"


def test_roles_are_found_by_their_name(engine: Any) -> None:
    provider = engine.servicer._provider(engine.context)
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    for name in ("sought", "sought-too"):
        engine.create("aws:iam/role:Role", {"name": name, "assumeRolePolicy": document})

    found = provider.invoke("aws:iam/getRoles:getRoles", {"nameRegex": "^sought$"})

    assert found["names"] == ["sought"]
    assert found["arns"] == ["arn:aws:iam::000000000000:role/sought"]
    assert provider.invoke("aws:iam/getRoles:getRoles", {"nameRegex": "^nobody$"})["names"] == []


def test_of_the_quotas_lambda_s_own_is_told_and_no_other(engine: Any) -> None:
    provider = engine.servicer._provider(engine.context)
    token = "aws:servicequotas/getServiceQuota:getServiceQuota"

    quota = provider.invoke(token, {"serviceCode": "lambda", "quotaCode": "L-B99A9384"})

    assert quota["value"] >= 10
    with pytest.raises(ProviderError, match=r"Service Quota \(vpc/L-F678F1CE\): the emulator does not have it"):
        provider.invoke(token, {"serviceCode": "vpc", "quotaCode": "L-F678F1CE"})
