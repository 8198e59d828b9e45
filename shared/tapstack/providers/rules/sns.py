"""What SNS refuses."""

import re
from collections.abc import Iterator
from typing import Final

from tapstack.providers.crud import Resource
from tapstack.providers.rules.rule import (
    DOCS,
    InputRule,
    Inputs,
    Moment,
    StateRule,
    Words,
    ask,
    document,
    listed,
    missing_principals,
    statements,
)

_TOPIC: Final = ("aws:sns/topic:Topic",)
_POLICY: Final = ("aws:sns/topicPolicy:TopicPolicy",)
_SUBSCRIPTION: Final = ("aws:sns/topicSubscription:TopicSubscription",)
_NAME: Final = re.compile(r"[\w-]{1,256}|[\w-]{1,251}\.fifo", re.ASCII)
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_ACTIONS: Final = frozenset(
    [
        "sns:addpermission",
        "sns:deletetopic",
        "sns:getdataprotectionpolicy",
        "sns:gettopicattributes",
        "sns:listsubscriptionsbytopic",
        "sns:listtagsforresource",
        "sns:publish",
        "sns:putdataprotectionpolicy",
        "sns:removepermission",
        "sns:settopicattributes",
        "sns:subscribe",
        "sns:receive",
    ]
)
_PROTOCOLS: Final = frozenset(
    ["http", "https", "email", "email-json", "sms", "sqs", "application", "lambda", "firehose"]
)


def _bad_name(inputs: Inputs) -> Iterator[Words]:
    if not _NAME.fullmatch(inputs.get("name") or "x"):
        yield {}


def _taken(resource: Resource) -> Iterator[Words]:
    arn = f"arn:aws:sns:{resource.region}:{resource.clients.account}:{resource.inputs['name']}"
    held = ask(resource, "sns", "get_topic_attributes", TopicArn=arn)
    if held and (resource.inputs.get("displayName") or "") != held["Attributes"].get("DisplayName", ""):
        yield {}


def _out_of_scope(inputs: Inputs) -> Iterator[Words]:
    for statement in statements(inputs.get("policy")):
        if any(action.lower() not in _ACTIONS for action in listed(statement.get("Action"))):
            yield {}


def _unknown_principal(resource: Resource) -> Iterator[Words]:
    for _ in missing_principals(resource, resource.inputs.get("policy")):
        yield {}


def _of_no_topic(resource: Resource) -> Iterator[Words]:
    if ask(resource, "sns", "get_topic_attributes", TopicArn=resource.inputs["topic"]) is None:
        yield {}


def _no_protocol(inputs: Inputs) -> Iterator[Words]:
    if inputs["protocol"] not in _PROTOCOLS:
        yield {"protocol": inputs["protocol"]}


def _no_email(inputs: Inputs) -> Iterator[Words]:
    if inputs["protocol"] in {"email", "email-json"} and not _EMAIL.fullmatch(inputs["endpoint"]):
        yield {}


def _no_queue_arn(inputs: Inputs) -> Iterator[Words]:
    if inputs["protocol"] == "sqs" and not inputs["endpoint"].startswith("arn:"):
        yield {}


def _no_filter(inputs: Inputs) -> Iterator[Words]:
    if inputs.get("filterPolicy") and not isinstance(document(inputs["filterPolicy"]), dict):
        yield {}


RULES: Final = (
    InputRule(
        name="topic-name",
        types=_TOPIC,
        operation="sns:CreateTopic",
        code="InvalidParameter",
        message="Invalid parameter: Topic Name",
        source=DOCS + "sns/latest/api/API_CreateTopic.html",
        check=_bad_name,
    ),
    StateRule(
        name="topic-name-taken",
        types=_TOPIC,
        operation="sns:CreateTopic",
        code="InvalidParameter",
        message="Invalid parameter: Attributes Reason: Topic already exists with different attributes",
        source=DOCS + "sns/latest/api/API_CreateTopic.html",
        moment=Moment.CREATE,
        check=_taken,
    ),
    InputRule(
        name="topic-policy-out-of-scope",
        types=_POLICY,
        operation="sns:SetTopicAttributes",
        code="InvalidParameter",
        message="Invalid parameter: Policy statement action out of service scope!",
        source=DOCS + "sns/latest/dg/sns-access-policy-language-api-permissions-reference.html",
        check=_out_of_scope,
    ),
    StateRule(
        name="topic-policy-for-nobody",
        types=_POLICY,
        operation="sns:SetTopicAttributes",
        code="InvalidParameter",
        message="Invalid parameter: Policy Error: PrincipalNotFound",
        source=DOCS + "sns/latest/dg/sns-creating-custom-policy.html",
        moment=Moment.CREATE | Moment.UPDATE,
        check=_unknown_principal,
    ),
    StateRule(
        name="subscription-of-no-topic",
        types=_SUBSCRIPTION,
        operation="sns:Subscribe",
        code="NotFound",
        message="Topic does not exist",
        source=DOCS + "sns/latest/api/API_Subscribe.html",
        moment=Moment.CREATE,
        check=_of_no_topic,
    ),
    InputRule(
        name="subscription-protocol",
        types=_SUBSCRIPTION,
        operation="sns:Subscribe",
        code="InvalidParameter",
        message="Invalid parameter: Amazon SNS does not support this protocol string: {protocol}",
        source=DOCS + "sns/latest/api/API_Subscribe.html",
        check=_no_protocol,
    ),
    InputRule(
        name="subscription-email",
        types=_SUBSCRIPTION,
        operation="sns:Subscribe",
        code="InvalidParameter",
        message="Invalid parameter: Email address",
        source=DOCS + "sns/latest/api/API_Subscribe.html",
        check=_no_email,
    ),
    InputRule(
        name="subscription-queue",
        types=_SUBSCRIPTION,
        operation="sns:Subscribe",
        code="InvalidParameter",
        message="Invalid parameter: SQS endpoint ARN",
        source=DOCS + "sns/latest/api/API_Subscribe.html",
        check=_no_queue_arn,
    ),
    InputRule(
        name="subscription-filter",
        types=_SUBSCRIPTION,
        operation="sns:Subscribe",
        code="InvalidParameter",
        message="Invalid parameter: FilterPolicy: failed to parse JSON.",
        source=DOCS + "sns/latest/dg/sns-subscription-filter-policies.html",
        check=_no_filter,
    ),
)
