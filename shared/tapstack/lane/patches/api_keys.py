"""API keys that are made without a value."""

from tapstack.lane.patches.serving import Answer, Request, Service, step_in


async def _make_the_value(request: Request, service: Service) -> Answer:
    if request.method == "POST" and request.path.rstrip("/") == "/apikeys" and not request.query:
        document = request.document
        if document.get("value") == "":
            request = request.with_document({name: value for name, value in document.items() if name != "value"})
    return await service(request)


def make_values() -> None:
    """Take an empty value for none."""
    step_in("apigateway", _make_the_value)
