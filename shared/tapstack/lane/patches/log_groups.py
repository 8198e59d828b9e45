"""Data protection policies of log groups: kept, as nothing here masks by them."""

import time
from typing import Any

from tapstack.lane.patches.serving import Answer, Request, Service, accepted, refusal, step_in


class _DataProtection:
    def __init__(self) -> None:
        self._kept: dict[str, dict[str, Any]] = {}

    async def serve(self, request: Request, service: Service) -> Answer:
        if not request.action.endswith("DataProtectionPolicy"):
            answer = await service(request)
            if request.action == "DeleteLogGroup" and answer.status == 200:
                self._kept.pop(_group(request.document["logGroupName"]), None)
            return answer
        document = request.document
        group = _group(document["logGroupIdentifier"])
        if not await _is_there(request, service, group):
            return refusal("ResourceNotFoundException", "The specified log group does not exist.")
        if request.action == "PutDataProtectionPolicy":
            self._kept[group] = {
                "logGroupIdentifier": document["logGroupIdentifier"],
                "policyDocument": document["policyDocument"],
                "lastUpdatedTime": int(time.time() * 1000),
            }
        elif request.action == "DeleteDataProtectionPolicy":
            self._kept.pop(group, None)
            return accepted({})
        return accepted(self._kept.get(group, {"logGroupIdentifier": document["logGroupIdentifier"]}))


def _group(identifier: str) -> str:
    """Give the name of a group, which its identifier is too unless it is an ARN."""
    return identifier.rsplit(":log-group:", maxsplit=1)[-1].removesuffix(":*")


async def _is_there(request: Request, service: Service, group: str) -> bool:
    headers = {**request.headers, "x-amz-target": "Logs_20140328.DescribeLogGroups"}
    asked = Request("POST", "/", headers, b"", {}).with_document({"logGroupNamePrefix": group})
    answer = await service(asked)
    return any(found["logGroupName"] == group for found in answer.document.get("logGroups", ()))


def keep_data_protection() -> None:
    """Keep data protection policies."""
    step_in("logs", _DataProtection().serve)
