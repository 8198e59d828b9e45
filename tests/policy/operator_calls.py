"""What the operators' commands ask of IAM: each call that they make in this process, noted as the providers' are."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from policy.authorizations import ACCOUNT, REGION, Authorization, World, authorizations
from tapstack.engine.environment import AwsEndpoint
from tapstack.providers.calls import VARIABLE, record_calls

Call = Mapping[str, Any]

_WORDS: Final = {"SET", "REMOVE", "ADD", "AND", "OR", "NOT", "IN", "BETWEEN"}
"""Of DynamoDB's expressions."""
_OF_DATA: Final = {"aws:ResourceTag/Project": "tapstack-data", "aws:ResourceTag/Environment": "local"}


@contextmanager
def recorded(file: Path) -> Iterator[None]:
    """Note what clients of the lane's AWS call that are made within the block."""
    make: Callable[..., Any] = AwsEndpoint.client

    def client(self: AwsEndpoint, service: str) -> Any:
        made = make(self, service)
        record_calls(made)
        return made

    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(VARIABLE, f"{file}")
        patched.setattr(AwsEndpoint, "client", client)
        yield


def operator_authorizations(call: Call, world: World) -> Iterator[Authorization]:
    """List what IAM is asked at a recorded call of an operator's command.

    Raises:
        LookupError: nothing says what the call is on.
    """
    service, operation, params = call["service"], call["operation"], call["params"]
    if service == "dynamodb":
        yield from _dynamodb(operation, params)
    elif service == "sqs":
        # SQS asks for the action of the single message:
        # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html
        queue = params["QueueUrl"].rpartition("/")[2]
        yield Authorization(f"sqs:{operation.removesuffix('Batch')}", _arn("sqs", queue))
    elif service == "kms":
        context = {f"kms:EncryptionContext:{name}": text for name, text in params["EncryptionContext"].items()}
        yield Authorization(f"kms:{operation}", _arn("kms", "key/data"), _OF_DATA | context)
    elif service == "logs":
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
        yield Authorization(f"logs:{operation}", _arn("logs", f"log-group:{params['logGroupName']}:*"))
    elif service == "lambda":
        name = params["FunctionName"].rpartition("function:")[2]
        action = "InvokeFunction" if operation == "Invoke" else operation
        yield Authorization(f"lambda:{action}", _arn("lambda", f"function:{name}"))
        if qualifier := params.get("Qualifier"):
            yield Authorization(f"lambda:{action}", _arn("lambda", f"function:{name}:{qualifier}"))
    elif service == "sts":
        # Who is asking, STS tells everybody, whatever their policies say:
        # https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
        return
    else:
        yield from authorizations(call, world)


def _dynamodb(operation: str, params: Mapping[str, Any]) -> Iterator[Authorization]:
    if operation == "TransactWriteItems":
        # Each part needs the permission of its own kind:
        # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
        for part in params["TransactItems"]:
            ((kind, what),) = part.items()
            yield from _dynamodb({"ConditionCheck": "ConditionCheckItem"}.get(kind, f"{kind}Item"), what)
    elif operation == "BatchGetItem":
        for table, wanted in params["RequestItems"].items():
            yield _on_table(operation, table, [key["id"]["S"] for key in wanted["Keys"]])
    else:
        item = params.get("Key") or params.get("Item")
        index = f"/index/{params['IndexName']}" if "IndexName" in params else ""
        asked = _on_table(operation, f"{params['TableName']}{index}", [item["id"]["S"]] if item else [])
        yield Authorization(asked.action, asked.resource, {**asked.context, **_of_update(params)})


def _of_update(params: Mapping[str, Any]) -> dict[str, Any]:
    """Tell what an update asks about attributes: those of its key and of its expressions, and those given back.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
    """
    if "UpdateExpression" not in params:
        return {}
    text = f"{params['UpdateExpression']} {params.get('ConditionExpression', '')}"
    names = params.get("ExpressionAttributeNames", {})
    # Of a path the first part; neither values, nor functions, nor the words of expressions.
    found = set(re.findall(r"(?<![:.#\w])(#?[A-Za-z_]\w*)(?![\w(])", text)) - _WORDS
    attributes = {*params["Key"], *(names.get(name, name) for name in found)}
    return {"dynamodb:Attributes": sorted(attributes), "dynamodb:ReturnValues": params.get("ReturnValues", "NONE")}


def _on_table(operation: str, table: str, ids: list[str]) -> Authorization:
    context = {"dynamodb:LeadingKeys": ids} if ids else {}
    return Authorization(f"dynamodb:{operation}", _arn("dynamodb", f"table/{table}"), context)


def _arn(service: str, rest: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{rest}"
