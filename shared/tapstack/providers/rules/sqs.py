"""What SQS refuses."""

import re
from collections.abc import Iterator
from typing import Any, Final

from tapstack.providers.crud import Resource
from tapstack.providers.rules.rule import DOCS, InputRule, Inputs, Moment, StateRule, Words, ask, document, statements

_QUEUE: Final = ("aws:sqs/queue:Queue",)
_NAME: Final = re.compile(r"[\w-]{1,80}|[\w-]{1,75}\.fifo", re.ASCII)
_RANGES: Final = {
    "delaySeconds": ("DelaySeconds", 0, 900),
    "receiveWaitTimeSeconds": ("ReceiveMessageWaitTimeSeconds", 0, 20),
    "visibilityTimeoutSeconds": ("VisibilityTimeout", 0, 43_200),
    "maxMessageSize": ("MaximumMessageSize", 1024, 1_048_576),
    "kmsDataKeyReusePeriodSeconds": ("KmsDataKeyReusePeriodSeconds", 60, 86_400),
}
_RECEIVES: Final = range(1, 1001)


def _bad_name(inputs: Inputs) -> Iterator[Words]:
    if not _NAME.fullmatch(inputs.get("name") or "x"):
        yield {}


def _out_of_range(inputs: Inputs) -> Iterator[Words]:
    for key, (attribute, least, most) in _RANGES.items():
        if (value := inputs.get(key)) is not None and not least <= value <= most:
            yield {"attribute": attribute}


def _redrive(inputs: Any) -> tuple[str, dict[str, Any]]:
    text = inputs.get("redrivePolicy") or ""
    found = document(text)
    return text, found if isinstance(found, dict) else {}


def _redrive_without_count(inputs: Inputs) -> Iterator[Words]:
    text, policy = _redrive(inputs)
    if policy and "maxReceiveCount" not in policy:
        yield {"policy": text}


def _redrive_count(inputs: Inputs) -> Iterator[Words]:
    text, policy = _redrive(inputs)
    count = policy.get("maxReceiveCount")
    if count is not None and not (f"{count}".isdigit() and int(count) in _RECEIVES):
        yield {"policy": text, "count": count}


def _redrive_type(inputs: Inputs) -> Iterator[Words]:
    text, policy = _redrive(inputs)
    target = policy.get("deadLetterTargetArn")
    if target and target.endswith(".fifo") != bool(inputs.get("fifoQueue")):
        yield {"policy": text}


def _dead_letters_nowhere(resource: Resource) -> Iterator[Words]:
    text, policy = _redrive(resource.inputs)
    target = policy.get("deadLetterTargetArn")
    if not target or f":{resource.clients.account}:" not in target:
        return
    if ask(resource, "sqs", "get_queue_url", QueueName=target.rpartition(":")[2]) is None:
        yield {"policy": text}


def _dead_letters_of_another(resource: Resource) -> Iterator[Words]:
    text, policy = _redrive(resource.inputs)
    target = policy.get("deadLetterTargetArn")
    if target and f":{resource.clients.account}:" not in target:
        yield {"policy": text}


def _queue_taken(resource: Resource) -> Iterator[Words]:
    url = ask(resource, "sqs", "get_queue_url", QueueName=resource.inputs["name"])
    if not url:
        return
    params = {"QueueUrl": url["QueueUrl"], "AttributeNames": ["All"]}
    held = resource.call("sqs", "get_queue_attributes", params)["Attributes"]
    for key, (attribute, *_) in _RANGES.items():
        wanted = resource.inputs.get(key)
        if wanted is not None and attribute in held and f"{wanted}" != held[attribute]:
            yield {"attribute": attribute}


def _policy_without_principal(inputs: Inputs) -> Iterator[Words]:
    if any("Principal" not in item and "NotPrincipal" not in item for item in statements(inputs.get("policy"))):
        yield {}


_WRONG_REDRIVE: Final = "Value {policy} for parameter RedrivePolicy is invalid. Reason: "
_DEAD_LETTERS: Final = DOCS + "AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html"
_SET_ATTRIBUTES: Final = DOCS + "AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html"

RULES: Final = (
    InputRule(
        name="queue-name",
        types=_QUEUE,
        operation="sqs:CreateQueue",
        code="InvalidParameterValue",
        message="Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
        source=DOCS + "AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html",
        check=_bad_name,
    ),
    InputRule(
        name="queue-attribute-out-of-range",
        types=_QUEUE,
        operation="sqs:CreateQueue",
        code="InvalidAttributeValue",
        message="Invalid value for the parameter {attribute}.",
        source=DOCS + "AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html",
        check=_out_of_range,
    ),
    InputRule(
        name="redrive-without-count",
        types=_QUEUE,
        operation="sqs:SetQueueAttributes",
        code="InvalidParameterValue",
        message=_WRONG_REDRIVE + "Redrive policy does not contain mandatory attribute: maxReceiveCount.",
        source=_SET_ATTRIBUTES,
        check=_redrive_without_count,
    ),
    InputRule(
        name="redrive-count",
        types=_QUEUE,
        operation="sqs:SetQueueAttributes",
        code="InvalidParameterValue",
        message=_WRONG_REDRIVE + "Invalid value for maxReceiveCount: {count}, valid values are from 1 to 1000 both "
        "inclusive.",
        source=_SET_ATTRIBUTES,
        check=_redrive_count,
    ),
    InputRule(
        name="dead-letters-of-another-kind",
        types=_QUEUE,
        operation="sqs:SetQueueAttributes",
        code="InvalidParameterValue",
        message=_WRONG_REDRIVE + "Dead-letter queue must be same type of queue as the source.",
        source=_DEAD_LETTERS,
        check=_redrive_type,
    ),
    StateRule(
        name="dead-letters-nowhere",
        types=_QUEUE,
        operation="sqs:SetQueueAttributes",
        code="InvalidParameterValue",
        message=_WRONG_REDRIVE + "Dead letter target does not exist.",
        source=_DEAD_LETTERS,
        moment=Moment.CREATE | Moment.UPDATE,
        check=_dead_letters_nowhere,
    ),
    StateRule(
        name="dead-letters-of-another-account",
        types=_QUEUE,
        operation="sqs:SetQueueAttributes",
        code="InvalidParameterValue",
        message=_WRONG_REDRIVE + "Dead-letter target owner should be same as the source.",
        source=_DEAD_LETTERS,
        moment=Moment.CREATE | Moment.UPDATE,
        check=_dead_letters_of_another,
    ),
    StateRule(
        name="queue-name-taken",
        types=_QUEUE,
        operation="sqs:CreateQueue",
        code="QueueAlreadyExists",
        message="A queue already exists with the same name and a different value for attribute {attribute}",
        source=DOCS + "AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html",
        moment=Moment.CREATE,
        check=_queue_taken,
    ),
    InputRule(
        name="queue-policy-without-principal",
        types=("aws:sqs/queuePolicy:QueuePolicy", "aws:sqs/queue:Queue"),
        operation="sqs:SetQueueAttributes",
        code="InvalidAttributeValue",
        message="Invalid value for the parameter Policy.",
        source=DOCS + "AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-overview-of-managing-access.html",
        check=_policy_without_principal,
    ),
)
