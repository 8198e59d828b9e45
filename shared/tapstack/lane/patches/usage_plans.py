"""API keys, as API Gateway tells one from another, and their places in usage plans."""

import json
from typing import Any

from tapstack.lane.patches.serving import Answer, Request, Service, module, step_in


async def _refuse_what_conflicts(request: Request, service: Service) -> Answer:
    apis = module("services.apigateway_v1")
    match request.method, request.path.strip("/").split("/"):
        case "POST", ["apikeys"] if not request.query:
            value = request.document.get("value")
            if value and any(key.get("value") == value for key in apis._api_keys.values()):
                return _refusal(409, "ConflictException", "API Key already exists")
        case "POST", ["usageplans", plan, "keys"]:
            if refused := _refused_member(apis, plan, request.document.get("keyId")):
                return refused
        case "DELETE", ["usageplans", plan, "keys", key]:
            if key not in _members(apis, plan):
                return _refusal(404, "NotFoundException", "Invalid Usage Plan Key identifier specified")
        case "GET", ["usageplans"] if request.query.get("keyId"):
            (wanted,) = request.query["keyId"]
            answer = await service(request)
            listed = answer.document
            found = {
                kind: [plan for plan in plans if wanted in _members(apis, plan["id"])]
                for kind, plans in listed.items()
                if isinstance(plans, list)
            }
            return answer.with_document(listed | found)
        case "DELETE", ["apikeys", key]:
            answer = await service(request)
            for plan in apis._usage_plans:
                _members(apis, plan).pop(key, None)
            return answer
    return await service(request)


def _refused_member(apis: Any, plan: str, key: Any) -> Answer | None:
    if key not in apis._api_keys:
        return _refusal(404, "NotFoundException", "Invalid API Key identifier specified")
    stages = _stages(apis, plan)
    for other in apis._usage_plans:
        if key in _members(apis, other) and (other == plan or stages & _stages(apis, other)):
            return _refusal(409, "ConflictException", "Usage Plan Key already exists")
    return None


def _members(apis: Any, plan: str) -> Any:
    return apis._usage_plan_keys.get(plan) or {}


def _stages(apis: Any, plan: str) -> set[tuple[str, str]]:
    held = (apis._usage_plans.get(plan) or {}).get("apiStages") or []
    return {(stage["apiId"], stage["stage"]) for stage in held}


def _refusal(status: int, code: str, message: str) -> Answer:
    headers = {"Content-Type": "application/json", "x-amzn-errortype": code}
    return Answer(status, headers, json.dumps({"message": message}).encode())


def keep_keys_apart() -> None:
    """Refuse a second key of one value and a key's second place for one stage, and list the plans of one key."""
    step_in("apigateway", _refuse_what_conflicts)
