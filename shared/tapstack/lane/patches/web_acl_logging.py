"""Where web ACLs write their logs: kept, as nothing here writes them."""

from typing import Any, Final

from tapstack.lane.patches.serving import Answer, Request, Service, accepted, refusal, step_in

_NOT_THERE: Final = (
    "WAFNonexistentItemException",
    "AWS WAF couldn\u2019t perform the operation because your resource doesn\u2019t exist.",
)


class _LoggingConfigurations:
    def __init__(self) -> None:
        self._kept: dict[str, dict[str, Any]] = {}

    async def serve(self, request: Request, service: Service) -> Answer:
        if request.action == "PutLoggingConfiguration":
            configuration = request.document["LoggingConfiguration"]
            self._kept[configuration["ResourceArn"]] = configuration
            return accepted({"LoggingConfiguration": configuration})
        if request.action == "ListLoggingConfigurations":
            return accepted({"LoggingConfigurations": [*self._kept.values()]})
        if request.action in {"GetLoggingConfiguration", "DeleteLoggingConfiguration"}:
            arn = request.document["ResourceArn"]
            if arn not in self._kept:
                return refusal(*_NOT_THERE)
            if request.action == "DeleteLoggingConfiguration":
                del self._kept[arn]
                return accepted({})
            return accepted({"LoggingConfiguration": self._kept[arn]})
        answer = await service(request)
        if request.action == "DeleteWebACL" and answer.status == 200:
            gone = f"/{request.document.get('Id')}"
            self._kept = {arn: kept for arn, kept in self._kept.items() if not arn.endswith(gone)}
        return answer


def keep_configurations() -> None:
    """Keep logging configurations."""
    step_in("wafv2", _LoggingConfigurations().serve)
