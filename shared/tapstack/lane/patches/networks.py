"""Things of a network that are asked for by id, and are not there."""

import re
from typing import Final

from tapstack.lane.patches.serving import Answer, Request, Service, step_in

_ASKED: Final = {
    "DescribeRouteTables": ("RouteTableId", "InvalidRouteTableID.NotFound", "The routeTable ID '{}' does not exist"),
    "DescribeVpcEndpoints": (
        "VpcEndpointId",
        "InvalidVpcEndpointId.NotFound",
        "The Vpc Endpoint Id '{}' does not exist",
    ),
}
_REFUSAL: Final = """<?xml version="1.0" encoding="UTF-8"?>
<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>\
<RequestID>00000000-0000-4000-8000-000000000000</RequestID></Response>"""


async def _missing(request: Request, service: Service) -> Answer:
    answer = await service(request)
    form = request.form
    asked = _ASKED.get(form.get("Action", [""])[0])
    if not asked or answer.status != 200:
        return answer
    parameter, code, message = asked
    for name, (value, *_) in form.items():
        if re.fullmatch(rf"{parameter}\.\d+", name) and value.encode() not in answer.body:
            body = _REFUSAL.format(code=code, message=message.format(value)).encode()
            return Answer(400, {"Content-Type": "text/xml;charset=UTF-8"}, body)
    return answer


def refuse_missing_ids() -> None:
    """Refuse an id that nothing has, instead of an empty list."""
    step_in("ec2", _missing)
