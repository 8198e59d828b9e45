"""How functions are named, and what is said of their runtime and their policy."""

import json
import re
from dataclasses import replace
from typing import Any, Final

from tapstack.lane.patches.serving import Answer, Request, Service, refusal, step_in

_NAMED: Final = re.compile(r"(?P<before>/\d{4}-\d\d-\d\d/functions/)(?P<name>[^/]+)(?P<after>.*)")
_PARTIAL: Final = re.compile(r"(?:\d{12}:)?function:(?P<rest>[^:]+(?::[^:]+)?)")
_VERSIONS: Final = re.compile(r"/\d{4}-\d\d-\d\d/functions/[^/]+/versions")
_POLICY: Final = re.compile(r"/\d{4}-\d\d-\d\d/functions/[^/]+/policy")


async def _by_partial_arn(request: Request, service: Service) -> Answer:
    named = _NAMED.fullmatch(request.path)
    if named and (partial := _PARTIAL.fullmatch(named["name"].replace("%3A", ":"))):
        request = replace(request, path=f"{named['before']}{partial['rest']}{named['after']}")
    return await service(request)


async def _runtime_version(request: Request, service: Service) -> Answer:
    answer = await service(request)
    if b'"RuntimeVersionArn"' not in answer.body:
        return answer
    return answer.with_document(_without_empty_version(answer.document))


def _without_empty_version(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_empty_version(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: _without_empty_version(item)
        for name, item in value.items()
        if not (name == "RuntimeVersionConfig" and item.get("RuntimeVersionArn") == "")
    }


async def _no_empty_policy(request: Request, service: Service) -> Answer:
    answer = await service(request)
    if request.method == "GET" and _POLICY.fullmatch(request.path) and answer.status == 200:
        policy = json.loads(answer.document.get("Policy") or "{}")
        if not policy.get("Statement"):
            return refusal("ResourceNotFoundException", "The resource you requested does not exist.", 404)
    return answer


async def _qualified_versions(request: Request, service: Service) -> Answer:
    answer = await service(request)
    if request.method != "GET" or not _VERSIONS.fullmatch(request.path) or answer.status != 200:
        return answer
    document = answer.document
    for version in document.get("Versions", ()):
        version["FunctionArn"] = f"{version['FunctionArn'].removesuffix(':' + version['Version'])}:{version['Version']}"
    return answer.with_document(document)


def take_partial_arns() -> None:
    """Find a function by `ACCOUNT:function:NAME` and by `function:NAME`."""
    step_in("lambda", _by_partial_arn)


def leave_out_runtime_versions() -> None:
    """Say nothing of a runtime's version instead of an empty ARN."""
    step_in("lambda", _runtime_version)


def have_no_empty_policies() -> None:
    """Refuse to show the policy of a function that has none."""
    step_in("lambda", _no_empty_policy)


def qualify_versions() -> None:
    """List each version by its own ARN."""
    step_in("lambda", _qualified_versions)
