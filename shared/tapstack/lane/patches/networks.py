"""Things of a network that are asked for and not there, and rules that name ports where there are none."""

import re
from dataclasses import replace
from typing import Final
from urllib.parse import urlencode

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


async def _without_ports(request: Request, service: Service) -> Answer:
    form = request.form
    every = [
        name.removesuffix("IpProtocol")
        for name, value in form.items()
        if name.startswith("IpPermissions.") and name.endswith(".IpProtocol") and value == ["-1"]
    ]
    if "SecurityGroup" not in form.get("Action", [""])[0] or not every:
        return await service(request)
    ports = {f"{permission}{port}" for permission in every for port in ("FromPort", "ToPort")}
    kept = [(name, value) for name, values in form.items() for value in values if name not in ports]
    return await service(replace(request, body=urlencode(kept).encode()))


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


def ignore_ports_of_all_protocols() -> None:
    """Take a rule of all protocols for one of all ports, whatever ports it names."""
    step_in("ec2", _without_ports)
