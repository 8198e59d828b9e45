"""What a table says of its throughput."""

from typing import Any, Final

from tapstack.lane.patches.serving import Answer, Request, Service, step_in

_ON_DEMAND: Final = {"ReadUnitsPerSecond": 12000, "WriteUnitsPerSecond": 4000}


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


def describe_warm_throughput() -> None:
    """Say what an on-demand table can take at once."""
    step_in("dynamodb", _warm)
