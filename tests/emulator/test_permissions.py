"""Functions on the emulator may do what their role's policies and boundary allow, by the emulator's own judgement."""

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from support.clients import emulator_client

CODE = """\
import boto3
from botocore.exceptions import ClientError

def handler(event, context):
    try:
        boto3.client("sqs").send_message(QueueUrl=event["queue"], MessageBody="told")
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "sent"
"""
TRUST = {"Version": "2012-10-17", "Statement": []}


@dataclass
class Sender:
    """A function that sends to a queue, and the role it has."""

    url: str
    queue: str

    def client(self, service: str) -> Any:
        return emulator_client(self.url, service)

    def may(self, action: str, resource: str) -> None:
        """Give its role one permission, in place of the one it had."""
        policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": resource}]}
        self.client("iam").put_role_policy(RoleName="sender", PolicyName="own", PolicyDocument=json.dumps(policy))

    def bounded_by(self, action: str) -> None:
        """Set the boundary of its role: what it may at the most."""
        policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}
        made = self.client("iam").create_policy(PolicyName="boundary", PolicyDocument=json.dumps(policy))
        self.client("iam").put_role_permissions_boundary(RoleName="sender", PermissionsBoundary=made["Policy"]["Arn"])

    def send(self) -> Any:
        answer = self.client("lambda").invoke(FunctionName="sender", Payload=json.dumps({"queue": self.queue}))
        return json.loads(answer["Payload"].read())


@pytest.fixture
def sender(url: str) -> Iterator[Sender]:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("main.py", CODE)
    iam, functions, queues = (emulator_client(url, service) for service in ("iam", "lambda", "sqs"))
    role = iam.create_role(RoleName="sender", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    queue = queues.create_queue(QueueName="told")["QueueUrl"]
    functions.create_function(
        FunctionName="sender",
        Runtime="python3.13",
        Role=role,
        Handler="main.handler",
        Timeout=30,
        Code={"ZipFile": written.getvalue()},
    )
    yield Sender(url, queue)
    functions.delete_function(FunctionName="sender")
    queues.delete_queue(QueueUrl=queue)
    for policy in iam.list_role_policies(RoleName="sender")["PolicyNames"]:
        iam.delete_role_policy(RoleName="sender", PolicyName=policy)
    iam.delete_role(RoleName="sender")


def test_a_function_may_do_what_its_role_allows_on_what_it_names_alone(sender: Sender) -> None:
    without = sender.send()
    sender.may("sqs:ReceiveMessage", "*")
    another_action = sender.send()
    sender.may("sqs:SendMessage", "arn:aws:sqs:eu-central-1:000000000000:another")
    another_queue = sender.send()
    sender.may("sqs:SendMessage", "arn:aws:sqs:eu-central-1:000000000000:told")
    allowed = sender.send()

    assert (without, another_action, another_queue) == ("AccessDenied",) * 3
    assert allowed == "sent"


def test_a_boundary_takes_away_what_the_role_allows(sender: Sender) -> None:
    sender.may("sqs:*", "*")
    unbounded = sender.send()
    sender.bounded_by("dynamodb:*")

    assert (unbounded, sender.send()) == ("sent", "AccessDenied")
