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
    return outcome(gateway.update_usage_plan, usagePlanId=plan, patchOperations=operations)


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
    role = "arn:aws:iam::000000000000:role/none"
    outcome(
        functions.create_function, FunctionName="f", Runtime="python3.13", Role=role, Handler="main.handler", Code=code
    )
    return functions


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


SHOWN = {
    "patch-operations": (patch_operations, UNDECODABLE, ANSWERED),
    "api-key-without-value": (api_key_without_value, "BadRequestException", ANSWERED),
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
        Role="arn:aws:iam::000000000000:role/none",
        Handler="main.handler",
        Code={"ZipFile": written.getvalue()},
    )

    told = json.loads(functions.invoke(FunctionName="environment")["Payload"].read())

    assert "PYTHONPATH" not in told
    assert f"{CHECKOUT / 'shared'}" not in told
