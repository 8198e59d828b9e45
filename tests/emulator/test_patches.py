"""Each patch of the emulator against the emulator without it, and with it.

A patch whose fault is gone upstream is to go too: its test says so.
"""

import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from emulator.decoding import UndecodableError, read_strictly
from support.clients import emulator_client
from tapstack.checkout import CHECKOUT
from tapstack.lane.patches.table import PATCHES

Client = Callable[[str], Any]
ANSWERED = "answered"
UNDECODABLE = "undecodable"
PAGE = CHECKOUT / "docs" / "emulators.md"


def outcome(call: Callable[..., Any], **parameters: Any) -> str:
    """Tell in a word how a call went: answered, undecodable, or the code it was refused with."""
    try:
        call(**parameters)
    except ClientError as error:
        return f"{error.response['Error']['Code']}"
    except UndecodableError:
        return UNDECODABLE
    return ANSWERED


def patch_operations(client: Client) -> str:
    gateway = client("apigateway")
    plan = gateway.create_usage_plan(name="plan", throttle={"burstLimit": 1, "rateLimit": 1.0})["id"]
    operations = [{"op": "replace", "path": "/throttle/burstLimit", "value": "30"}]
    told = outcome(gateway.update_usage_plan, usagePlanId=plan, patchOperations=operations)
    # What it holds now no list of plans can be decoded with.
    gateway.delete_usage_plan(usagePlanId=plan)
    return told


def api_key_without_value(client: Client) -> str:
    return outcome(client("apigateway").create_api_key, name="key", value="")


def web_acl_logging(client: Client) -> str:
    acl = "arn:aws:wafv2:eu-central-1:000000000000:regional/webacl/none/0"
    return outcome(client("wafv2").get_logging_configuration, ResourceArn=acl)


def data_protection_policies(client: Client) -> str:
    logs = client("logs")
    outcome(logs.create_log_group, logGroupName="group")
    return outcome(logs.get_data_protection_policy, logGroupIdentifier="group")


def managed_keys(client: Client) -> str:
    return outcome(client("kms").describe_key, KeyId="alias/aws/dynamodb")


def warm_throughput(client: Client) -> str:
    dynamodb = client("dynamodb")
    table = {
        "TableName": "warm",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    }
    outcome(dynamodb.create_table, **table)
    return outcome(dynamodb.describe_table, TableName="warm")


def make_function(client: Client) -> Any:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("main.py", "def handler(event, context):\n    return 1\n")
    functions = client("lambda")
    code = {"ZipFile": written.getvalue()}
    outcome(
        functions.create_function,
        FunctionName="f",
        Runtime="python3.13",
        Role=make_role(client),
        Handler="main.handler",
        Code=code,
    )
    return functions


def make_role(client: Client) -> str:
    outcome(client("iam").create_role, RoleName="none", AssumeRolePolicyDocument='{"Statement":[]}')
    return "arn:aws:iam::000000000000:role/none"


def partial_arns(client: Client) -> str:
    return outcome(make_function(client).get_policy, FunctionName="000000000000:function:unknown:live") + (
        f", {outcome(make_function(client).list_aliases, FunctionName='000000000000:function:f')}"
    )


def runtime_versions(client: Client) -> str:
    return outcome(make_function(client).get_function_configuration, FunctionName="f")


def empty_policies(client: Client) -> str:
    functions = make_function(client)
    permission = {"Action": "lambda:InvokeFunction", "Principal": "sns.amazonaws.com"}
    functions.add_permission(FunctionName="f", StatementId="one", **permission)
    functions.remove_permission(FunctionName="f", StatementId="one")
    return outcome(functions.get_policy, FunctionName="f")


def missing_ids(client: Client) -> str:
    return outcome(client("ec2").describe_vpc_endpoints, VpcEndpointIds=["vpce-0123456789abcdef0"])


def made_vpc(ec2: Any) -> str:
    return f"{ec2.create_vpc(CidrBlock='10.1.0.0/16')['Vpc']['VpcId']}"


def flow_logs(client: Client) -> str:
    ec2 = client("ec2")
    made = ec2.create_flow_logs(
        ResourceIds=[made_vpc(ec2)],
        ResourceType="VPC",
        TrafficType="ALL",
        LogDestination="arn:aws:logs:eu-central-1:000000000000:log-group:flow",
        DeliverLogsPermissionArn="arn:aws:iam::000000000000:role/flow",
        MaxAggregationInterval=60,
        TagSpecifications=[{"ResourceType": "vpc-flow-log", "Tags": [{"Key": "a", "Value": "b"}]}],
    )
    (told,) = ec2.describe_flow_logs(FlowLogIds=made["FlowLogIds"])["FlowLogs"]
    return f"{told.get('DeliverLogsPermissionArn')} {told.get('MaxAggregationInterval')} {told.get('Tags')}"


def endpoints(client: Client) -> str:
    ec2 = client("ec2")
    vpc = made_vpc(ec2)
    group = ec2.create_security_group(GroupName="endpoints", Description="endpoints", VpcId=vpc)["GroupId"]
    made = ec2.create_vpc_endpoint(
        VpcId=vpc,
        VpcEndpointType="Interface",
        ServiceName="com.amazonaws.eu-central-1.sqs",
        PrivateDnsEnabled=True,
        SecurityGroupIds=[group],
    )["VpcEndpoint"]["VpcEndpointId"]
    ec2.modify_vpc_endpoint(VpcEndpointId=made, PolicyDocument='{"Statement":[]}')
    (told,) = ec2.describe_vpc_endpoints(VpcEndpointIds=[made])["VpcEndpoints"]
    groups = [found["GroupId"] == group for found in told.get("Groups", ())]
    return f"{told.get('PolicyDocument')} {told.get('PrivateDnsEnabled')} {groups}"


def nat_gateway_addresses(client: Client) -> str:
    ec2 = client("ec2")
    subnet = ec2.create_subnet(VpcId=made_vpc(ec2), CidrBlock="10.1.0.0/24")["Subnet"]["SubnetId"]
    address = ec2.allocate_address(Domain="vpc")
    made = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address["AllocationId"])["NatGateway"]["NatGatewayId"]
    (told,) = ec2.describe_nat_gateways(NatGatewayIds=[made])["NatGateways"]
    addresses = [(known["AllocationId"], known["PublicIp"]) for known in told.get("NatGatewayAddresses", ())]
    return f"{[known == (address['AllocationId'], address['PublicIp']) for known in addresses]}"


def ports_of_all_protocols(client: Client) -> str:
    ec2 = client("ec2")
    group = ec2.create_security_group(GroupName="closed", Description="closed", VpcId=made_vpc(ec2))["GroupId"]
    everything = {"IpProtocol": "-1", "FromPort": 0, "ToPort": 0, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2.revoke_security_group_egress(GroupId=group, IpPermissions=[everything])
    return f"{len(ec2.describe_security_groups(GroupIds=[group])['SecurityGroups'][0]['IpPermissionsEgress'])}"


def rest_api_tags(client: Client) -> str:
    gateway = client("apigateway")
    key = gateway.create_api_key(name="tagged", tags={"made": "so"})["id"]
    arn = f"arn:aws:apigateway:eu-central-1::/apikeys/{key}"
    gateway.tag_resource(resourceArn=arn, tags={"later": "too"})
    return f"{gateway.get_api_key(apiKey=key)['tags']} {gateway.get_tags(resourceArn=arn)['tags']}"


def make_acl(client: Client, name: str) -> dict[str, Any]:
    seen = {"CloudWatchMetricsEnabled": True, "MetricName": name, "SampledRequestsEnabled": True}
    acl = {"Name": name, "Scope": "REGIONAL", "DefaultAction": {"Allow": {}}, "VisibilityConfig": seen}
    return {**acl, **client("wafv2").create_web_acl(**acl, Description="before")["Summary"]}


def web_acl_descriptions(client: Client) -> str:
    acl, firewalls = make_acl(client, "described"), client("wafv2")
    known = {name: acl[name] for name in ("Name", "Scope", "Id")}
    firewalls.update_web_acl(
        **known,
        Description="after",
        LockToken=acl["LockToken"],
        DefaultAction=acl["DefaultAction"],
        VisibilityConfig=acl["VisibilityConfig"],
    )
    return f"{firewalls.get_web_acl(**known)['WebACL']['Description']}"


def web_acl_of_a_stage(client: Client) -> str:
    acl, gateway = make_acl(client, "associated"), client("apigateway")
    api = gateway.create_rest_api(name="associated")["id"]
    gateway.create_deployment(restApiId=api, stageName="live")
    stage = f"arn:aws:apigateway:eu-central-1::/restapis/{api}/stages/live"
    client("wafv2").associate_web_acl(ResourceArn=stage, WebACLArn=acl["ARN"])
    return f"{gateway.get_stage(restApiId=api, stageName='live').get('webAclArn') == acl['ARN']}"


def arns_of_versions(client: Client) -> str:
    functions = make_function(client)
    listed = emulator_client(functions.meta.endpoint_url, "lambda").list_versions_by_function(FunctionName="f")
    return " ".join(version["FunctionArn"].partition(":function:")[2] for version in listed["Versions"])


def accounts_of_keys(client: Client) -> str:
    return f"{client('kms').create_key()['KeyMetadata'].get('AWSAccountId')}"


def recovery_periods(client: Client) -> str:
    outcome(warm_throughput, client=client)
    backups = client("dynamodb").update_continuous_backups(
        TableName="warm", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    recovery = backups["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    return f"{recovery.get('RecoveryPeriodInDays')}"


def apis_of_accounts(client: Client) -> str:
    default = client("apigateway").meta.endpoint_url
    served = []
    for account in ("111111111111", "222222222222"):
        gateway = emulator_client(default, "apigateway", account)
        api = gateway.create_rest_api(name="mine")["id"]
        root = gateway.get_resources(restApiId=api)["items"][0]["id"]
        method = {"restApiId": api, "resourceId": root, "httpMethod": "GET"}
        gateway.put_method(**method, authorizationType="NONE")
        gateway.put_integration(**method, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
        gateway.put_method_response(**method, statusCode="200")
        gateway.put_integration_response(**method, statusCode="200", responseTemplates={"application/json": account})
        gateway.create_deployment(restApiId=api, stageName="live")
        answer = httpx.get(f"{default}/restapis/{api}/live/_user_request_/", trust_env=False)
        served.append(answer.text if answer.is_success else f"{answer.status_code}")
    return " ".join(served)


def secure_transport(client: Client) -> str:
    queues = client("sqs")
    queue = queues.create_queue(QueueName="over-tls")["QueueUrl"]
    plain = {"Bool": {"aws:SecureTransport": "false"}}
    refused = {"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "*", "Condition": plain}
    queues.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": json.dumps({"Statement": [refused]})})
    return outcome(queues.get_queue_attributes, QueueUrl=queue)


def role_with(client: Client, name: str, *statements: dict[str, Any], bounds: str = "") -> Callable[[str], Any]:
    """Make a role with one policy, and a boundary where there is one; give what makes clients with its credentials."""
    iam, sts = client("iam"), client("sts")
    trust = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=json.dumps({"Statement": statements}))
    if bounds:
        iam.put_role_permissions_boundary(RoleName=name, PermissionsBoundary=bounds)
    keys = sts.assume_role(RoleArn=role, RoleSessionName=name)["Credentials"]
    return lambda service: emulator_client(sts.meta.endpoint_url, service, role=keys)


def actions_of_batches(client: Client) -> str:
    queue = client("sqs").create_queue(QueueName="in-batches")["QueueUrl"]
    sender = role_with(client, "batches", {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"})
    return outcome(sender("sqs").send_message_batch, QueueUrl=queue, Entries=[{"Id": "1", "MessageBody": "one"}])


def encryption_contexts(client: Client) -> str:
    key = client("kms").create_key()["KeyMetadata"]["KeyId"]
    of_others = {"StringEquals": {"kms:EncryptionContext:purpose": "other"}}
    encrypts = role_with(
        client,
        "contexts",
        {"Effect": "Allow", "Action": "kms:Encrypt", "Resource": "*"},
        {"Effect": "Deny", "Action": "kms:Encrypt", "Resource": "*", "Condition": of_others},
    )("kms").encrypt
    return " ".join(
        outcome(encrypts, KeyId=key, Plaintext=b"text", EncryptionContext={"purpose": purpose})
        for purpose in ("own", "other")
    )


def tags_in_boundaries(client: Client) -> str:
    keys = [
        client("kms").create_key(Tags=[{"TagKey": "Owner", "TagValue": owner}])["KeyMetadata"]["KeyId"]
        for owner in ("payments", "others")
    ]
    anything = {"Effect": "Allow", "Action": "kms:Encrypt", "Resource": "*"}
    at_most = {**anything, "Condition": {"StringEquals": {"aws:ResourceTag/Owner": "payments"}}}
    made = client("iam").create_policy(PolicyName="at-most", PolicyDocument=json.dumps({"Statement": [at_most]}))
    encrypts = role_with(client, "bounded", anything, bounds=made["Policy"]["Arn"])("kms").encrypt
    return " ".join(outcome(encrypts, KeyId=key, Plaintext=b"text") for key in keys)


def keys_of_usage_plans(client: Client) -> str:
    gateway = client("apigateway")
    api = gateway.create_rest_api(name="keys")["id"]
    stages = [{"apiId": api, "stage": "live"}]
    plans = [gateway.create_usage_plan(name=name, apiStages=stages)["id"] for name in ("one", "two")]
    key = gateway.create_api_key(name="key", value="k" * 40, enabled=True)["id"]
    told = [outcome(gateway.create_api_key, name="other", value="k" * 40)]
    told += [
        outcome(gateway.create_usage_plan_key, usagePlanId=plan, keyId=name, keyType="API_KEY")
        for plan, name in ((plans[0], key), (plans[1], key), (plans[0], "nobodys"))
    ]
    told.append(f"{len([plan for plan in gateway.get_usage_plans(keyId=key)['items'] if plan['id'] in plans])}")
    gateway.delete_api_key(apiKey=key)
    told.append(f"{len([k for k in gateway.get_usage_plan_keys(usagePlanId=plans[0])['items'] if k['id'] == key])}")
    return " ".join(told)


SHOWN = {
    "patch-operations": (patch_operations, UNDECODABLE, ANSWERED),
    "api-key-without-value": (api_key_without_value, "BadRequestException", ANSWERED),
    "keys-of-usage-plans": (
        keys_of_usage_plans,
        f"{ANSWERED} {ANSWERED} {ANSWERED} {ANSWERED} 2 1",
        f"ConflictException {ANSWERED} ConflictException NotFoundException 1 0",
    ),
    "web-acl-logging": (web_acl_logging, "InvalidAction", "WAFNonexistentItemException"),
    "data-protection-policies": (data_protection_policies, "InvalidOperationException", ANSWERED),
    "managed-keys": (managed_keys, "NotFoundException", ANSWERED),
    "warm-throughput": (warm_throughput, UNDECODABLE, ANSWERED),
    "partial-arns": (
        partial_arns,
        "ResourceNotFoundException, ResourceNotFoundException",
        f"ResourceNotFoundException, {ANSWERED}",
    ),
    "runtime-versions": (runtime_versions, UNDECODABLE, ANSWERED),
    "empty-policies": (empty_policies, ANSWERED, "ResourceNotFoundException"),
    "missing-ids": (missing_ids, ANSWERED, "InvalidVpcEndpointId.NotFound"),
    "flow-logs": (
        flow_logs,
        "None None []",
        "arn:aws:iam::000000000000:role/flow 60 [{'Key': 'a', 'Value': 'b'}]",
    ),
    "endpoints": (endpoints, "None None []", '{"Statement":[]} True [True]'),
    "nat-gateway-addresses": (nat_gateway_addresses, "[]", "[True]"),
    "ports-of-all-protocols": (ports_of_all_protocols, "1", "0"),
    "rest-api-tags": (
        rest_api_tags,
        "{'made': 'so'} {'later': 'too'}",
        "{'made': 'so', 'later': 'too'} {'made': 'so', 'later': 'too'}",
    ),
    "web-acl-descriptions": (web_acl_descriptions, "before", "after"),
    "web-acl-of-a-stage": (web_acl_of_a_stage, "False", "True"),
    "arns-of-versions": (arns_of_versions, "f", "f:$LATEST"),
    "accounts-of-keys": (accounts_of_keys, "None", "000000000000"),
    "recovery-periods": (recovery_periods, "None", "35"),
    "secure-transport": (secure_transport, "AccessDenied", ANSWERED),
    "actions-of-batches": (actions_of_batches, "AccessDenied", ANSWERED),
    "encryption-contexts": (encryption_contexts, f"{ANSWERED} {ANSWERED}", f"{ANSWERED} AccessDeniedException"),
    "tags-in-boundaries": (
        tags_in_boundaries,
        "AccessDeniedException AccessDeniedException",
        f"{ANSWERED} AccessDeniedException",
    ),
    "apis-of-accounts": (apis_of_accounts, "404 404", "111111111111 222222222222"),
}
"""Patch to requests that show it, how they go without it, and how with it, as on AWS."""


def strict(url: str) -> Client:
    def client(service: str) -> Any:
        made = emulator_client(url, service)
        read_strictly(made)
        return made

    return client


@pytest.mark.parametrize("patch", PATCHES, ids=lambda patch: patch.name)
def test_the_emulator_without_its_patch_still_does_otherwise_than_aws(unpatched: str, patch: Any) -> None:
    show, without, aws = SHOWN[patch.name]

    found = show(strict(unpatched))

    assert found != aws, f"the emulator does what AWS does; take the patch {patch.name} away, and its row in {PAGE}"
    assert found == without


@pytest.mark.parametrize("patch", PATCHES, ids=lambda patch: patch.name)
def test_with_its_patch_the_emulator_does_what_aws_does(url: str, patch: Any) -> None:
    show, _, aws = SHOWN[patch.name]

    assert show(strict(url)) == aws


def test_every_patch_says_what_aws_does_and_where_aws_says_so() -> None:
    assert SHOWN.keys() == {patch.name for patch in PATCHES}
    assert all(re.match(r"https://docs\.aws\.amazon\.com/\S+\.html$", patch.source) for patch in PATCHES)
    assert all(patch.ministack and patch.aws for patch in PATCHES)


def test_a_usage_plan_gains_and_loses_one_stage_at_a_time(url: str) -> None:
    gateway = emulator_client(url, "apigateway")
    api = gateway.create_rest_api(name="stages")["id"]
    stages = [{"apiId": api, "stage": stage} for stage in ("one", "two")]
    plan = gateway.create_usage_plan(name="stages", apiStages=stages[:1])["id"]

    for operation, stage in (("add", "two"), ("remove", "one")):
        change = {"op": operation, "path": "/apiStages", "value": f"{api}:{stage}"}
        gateway.update_usage_plan(usagePlanId=plan, patchOperations=[change])

    assert gateway.get_usage_plan(usagePlanId=plan)["apiStages"] == stages[1:]


def test_a_workers_environment_has_nothing_of_the_patches(url: str, tmp_path: Path) -> None:
    functions = emulator_client(url, "lambda")
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr(
            "main.py", "import os, sys\ndef handler(event, context):\n    return [*os.environ, *sys.path]\n"
        )
    functions.create_function(
        FunctionName="environment",
        Runtime="python3.13",
        Role=make_role(strict(url)),
        Handler="main.handler",
        Code={"ZipFile": written.getvalue()},
    )

    told = json.loads(functions.invoke(FunctionName="environment")["Payload"].read())

    assert "PYTHONPATH" not in told
    assert f"{CHECKOUT / 'shared'}" not in told
