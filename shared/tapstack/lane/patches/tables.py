"""What a table says of its throughput."""

from typing import Any, Final

from tapstack.lane.patches.serving import Answer, Request, Service, step_in

_ON_DEMAND: Final = {"ReadUnitsPerSecond": 12000, "WriteUnitsPerSecond": 4000}
_LONGEST_DAYS: Final = 35


async def _warm(request: Request, service: Service) -> Answer:
    answer = await service(request)
    if not request.action.endswith("Table") or answer.status != 200:
        return answer
    document = answer.document
    for table in (document.get("Table"), document.get("TableDescription")):
        if table and (warm := table.get("WarmThroughput")):
            _fill(warm)
    return answer.with_document(document)


def _fill(warm: dict[str, Any]) -> None:
    for name, units in _ON_DEMAND.items():
        warm[name] = warm.get(name) or units


class _Recovery:
    """Tells how far back a table can be restored."""

    def __init__(self) -> None:
        self._days: dict[str, int] = {}

    async def serve(self, request: Request, service: Service) -> Answer:
        answer = await service(request)
        if not request.action.endswith("ContinuousBackups") or answer.status != 200:
            return answer
        asked, document = request.document, answer.document
        table = asked["TableName"].rpartition("/")[2]
        if specification := asked.get("PointInTimeRecoverySpecification"):
            self._days[table] = specification.get("RecoveryPeriodInDays", _LONGEST_DAYS)
        recovery = document["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
        if recovery["PointInTimeRecoveryStatus"] == "ENABLED":
            recovery["RecoveryPeriodInDays"] = self._days.get(table, _LONGEST_DAYS)
        return answer.with_document(document)


def tell_recovery_periods() -> None:
    """Say for how many days a table can be restored."""
    step_in("dynamodb", _Recovery().serve)


def describe_warm_throughput() -> None:
    """Say what an on-demand table can take at once."""
    step_in("dynamodb", _warm)
