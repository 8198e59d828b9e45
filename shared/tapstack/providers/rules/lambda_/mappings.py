"""What Lambda refuses of event source mappings."""

from collections.abc import Iterator
from typing import Final

from tapstack.providers.crud import Resource
from tapstack.providers.rules.lambda_.names import absent_alias, absent_function, function_name
from tapstack.providers.rules.rule import DOCS, InputRule, Inputs, Moment, StateRule, Words, ask, document

_MAPPING: Final = ("aws:lambda/eventSourceMapping:EventSourceMapping",)
_BATCH_WITHOUT_WINDOW: Final = 10


def _service(source: str) -> str:
    return source.split(":")[2] if source.count(":") >= 5 else ""


def _source(resource: Resource) -> str:
    return str(resource.inputs.get("eventSourceArn") or resource.state.get("eventSourceArn") or "")


def _queue_missing(resource: Resource) -> Iterator[Words]:
    source = _source(resource)
    if _service(source) == "sqs" and ask(resource, "sqs", "get_queue_url", QueueName=source.rpartition(":")[2]) is None:
        yield {}


def _stream_missing(resource: Resource) -> Iterator[Words]:
    source = _source(resource)
    if _service(source) == "dynamodb":
        table = source.partition(":table/")[2].partition("/")[0]
        answer = ask(resource, "dynamodb", "describe_table", TableName=table) or {"Table": {}}
        if answer["Table"].get("LatestStreamArn") != source:
            yield {"stream": source}


def _function_missing(resource: Resource) -> Iterator[Words]:
    yield from absent_function(resource, resource.inputs["functionName"])


def _alias_missing(resource: Resource) -> Iterator[Words]:
    yield from absent_alias(resource, resource.inputs["functionName"])


def _queue_shows_too_soon(resource: Resource) -> Iterator[Words]:
    """Lambda looks when the mapping is made or changed, and not when either time changes afterwards."""
    source = _source(resource)
    if _service(source) != "sqs":
        return
    url = ask(resource, "sqs", "get_queue_url", QueueName=source.rpartition(":")[2])
    name = function_name(resource.inputs["functionName"])
    function = ask(resource, "lambda", "get_function_configuration", FunctionName=name)
    if not url or not function:
        return
    params = {"QueueUrl": url["QueueUrl"], "AttributeNames": ["VisibilityTimeout"]}
    visible = int(resource.call("sqs", "get_queue_attributes", params)["Attributes"]["VisibilityTimeout"])
    if visible < function["Timeout"]:
        yield {"visible": visible, "runs": function["Timeout"]}


def _mapped_already(resource: Resource, service: str) -> Iterator[Words]:
    source, name = _source(resource), function_name(resource.inputs["functionName"])
    if _service(source) != service:
        return
    params = {"EventSourceArn": source, "FunctionName": resource.inputs["functionName"]}
    for mapping in resource.call("lambda", "list_event_source_mappings", params)["EventSourceMappings"]:
        if mapping["EventSourceArn"] == source and mapping["State"] != "Deleting":
            yield {"source": source, "function": name, "uuid": mapping["UUID"]}


def _queue_mapped_already(resource: Resource) -> Iterator[Words]:
    yield from _mapped_already(resource, "sqs")


def _stream_mapped_already(resource: Resource) -> Iterator[Words]:
    yield from _mapped_already(resource, "dynamodb")


def _batch_without_window(inputs: Inputs) -> Iterator[Words]:
    of_queue = _service(inputs.get("eventSourceArn") or "") == "sqs"
    large = (inputs.get("batchSize") or 0) > _BATCH_WITHOUT_WINDOW
    if of_queue and large and not inputs.get("maximumBatchingWindowInSeconds"):
        yield {}


def _filter_not_json(inputs: Inputs) -> Iterator[Words]:
    for item in (inputs.get("filterCriteria") or {}).get("filters") or []:
        if not isinstance(document(item.get("pattern")), dict):
            yield {}


RULES: Final = (
    InputRule(
        name="mapping-of-large-batches-without-window",
        types=_MAPPING,
        operation="lambda:CreateEventSourceMapping",
        code="InvalidParameterValueException",
        message="Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10",
        source=DOCS + "lambda/latest/api/API_CreateEventSourceMapping.html",
        check=_batch_without_window,
    ),
    InputRule(
        name="mapping-with-filter-that-is-no-pattern",
        types=_MAPPING,
        operation="lambda:CreateEventSourceMapping",
        code="InvalidParameterValueException",
        message="Invalid filter pattern definition.",
        source=DOCS + "lambda/latest/dg/invocation-eventfiltering.html",
        check=_filter_not_json,
    ),
    StateRule(
        name="mapping-of-no-queue",
        types=_MAPPING,
        operation="lambda:CreateEventSourceMapping",
        code="InvalidParameterValueException",
        message="Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. "
        "SQS Error Message: The specified queue does not exist.",
        source=DOCS + "lambda/latest/api/API_CreateEventSourceMapping.html",
        moment=Moment.CREATE,
        check=_queue_missing,
    ),
    StateRule(
        name="mapping-of-no-stream",
        types=_MAPPING,
        operation="lambda:CreateEventSourceMapping",
        code="InvalidParameterValueException",
        message="Stream not found: {stream}",
        source=DOCS + "lambda/latest/api/API_CreateEventSourceMapping.html",
        moment=Moment.CREATE,
        check=_stream_missing,
    ),
    StateRule(
        name="mapping-to-no-function",
        types=_MAPPING,
        operation="lambda:CreateEventSourceMapping",
        code="ResourceNotFoundException",
        message="Function not found: {arn}",
        source=DOCS + "lambda/latest/api/API_CreateEventSourceMapping.html",
        moment=Moment.CREATE,
        check=_function_missing,
    ),
    StateRule(
        name="mapping-to-no-alias",
        types=_MAPPING,
        operation="lambda:CreateEventSourceMapping",
        code="ResourceNotFoundException",
        message="Cannot find alias arn: {arn}",
        source=DOCS + "lambda/latest/api/API_CreateEventSourceMapping.html",
        moment=Moment.CREATE,
        check=_alias_missing,
    ),
    StateRule(
        name="queue-mapped-twice",
        types=_MAPPING,
        operation="lambda:CreateEventSourceMapping",
        code="ResourceConflictException",
        message='An event source mapping with SQS arn (" {source} ") and function (" {function} ") already exists. '
        "Please update or delete the existing mapping with UUID {uuid}",
        source=DOCS + "lambda/latest/api/API_CreateEventSourceMapping.html",
        moment=Moment.CREATE,
        check=_queue_mapped_already,
    ),
    StateRule(
        name="stream-mapped-twice",
        types=_MAPPING,
        operation="lambda:CreateEventSourceMapping",
        code="ResourceConflictException",
        message='The event source arn (" {source} ") and function (" {function} ") provided mapping already exists. '
        "Please update or delete the existing mapping with UUID {uuid}",
        source=DOCS + "lambda/latest/api/API_CreateEventSourceMapping.html",
        moment=Moment.CREATE,
        check=_stream_mapped_already,
    ),
    StateRule(
        name="queue-shows-messages-before-the-function-ends",
        types=_MAPPING,
        operation="lambda:CreateEventSourceMapping",
        code="InvalidParameterValueException",
        message="Queue visibility timeout: {visible} seconds is less than Function timeout: {runs} seconds",
        source=DOCS + "lambda/latest/dg/services-sqs-configure.html",
        moment=Moment.CREATE | Moment.UPDATE,
        check=_queue_shows_too_soon,
    ),
)
