"""What others can add to functions: who may call them, what feeds them, and further ways to them."""

from typing import Final

from tapstack.deploy.drift.by_design import ALIAS, PERMISSION
from tapstack.deploy.drift.differences import FUNCTION
from tapstack.deploy.drift.look import Look

_MAPPING: Final = "aws:lambda/eventSourceMapping:EventSourceMapping"


def _permissions(of: str, params: str, arn: str) -> Look:
    """Look at who may call a function; a policy's statements name what they are on, the qualifier with it."""
    return Look(
        of=of,
        service="lambda",
        operation="get_policy",
        params=params,
        items=f"from_json(Policy).Statement[?Resource == '{arn}']",
        type=PERMISSION,
        key="[split(item.Resource, ':')[6], split(item.Resource, ':')[7], item.Sid]",
        # A program may name the function by its ARN.
        own="[contains(function, ':') && split(function, ':')[6] || function, qualifier, statementId]",
        name="item.Sid",
        detail="[item.Action, 'by', item.Principal.AWS || item.Principal.Service || item.Principal]",
    )


def _mappings(of: str, params: str) -> Look:
    return Look(
        of=of,
        service="lambda",
        operation="list_event_source_mappings",
        params=params,
        items="EventSourceMappings",
        type=_MAPPING,
        key="[item.UUID]",
        own="[id]",
        name="item.UUID",
        detail="[item.EventSourceArn, 'to', split(item.FunctionArn, ':')[6]]",
    )


LOOKS: Final = (
    _permissions(FUNCTION, "{FunctionName: id}", "$arn"),
    _permissions(ALIAS, "{FunctionName: functionName, Qualifier: name}", "$arn"),
    # The version behind the alias can be called by its number.
    _permissions(FUNCTION, "{FunctionName: id, Qualifier: version}", "$qualifiedArn"),
    _mappings(FUNCTION, "{FunctionName: id}"),
    _mappings(ALIAS, "{FunctionName: arn}"),
    # Who takes our queues' messages and our streams' records beside us.
    _mappings(_MAPPING, "{EventSourceArn: eventSourceArn}"),
    Look(
        of=FUNCTION,
        service="lambda",
        operation="list_aliases",
        params="{FunctionName: id}",
        items="Aliases",
        type=ALIAS,
        key="[thing.id, item.Name]",
        own="[functionName, name]",
        name="item.Name",
    ),
    Look(
        of=FUNCTION,
        service="lambda",
        operation="list_function_url_configs",
        params="{FunctionName: id}",
        items="FunctionUrlConfigs",
        type="aws:lambda/functionUrl:FunctionUrl",
        key="[item.FunctionArn]",
        own="[functionArn]",
        name="item.FunctionArn",
        detail="['authorization', item.AuthType]",
    ),
    Look(
        of=FUNCTION,
        service="lambda",
        operation="list_function_event_invoke_configs",
        params="{FunctionName: id}",
        items="FunctionEventInvokeConfigs",
        type="aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
        key="[thing.id, split(item.FunctionArn, ':')[7]]",
        own="[functionName, qualifier || '$LATEST']",
        name="item.FunctionArn",
    ),
)
