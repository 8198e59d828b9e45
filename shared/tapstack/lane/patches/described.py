"""What EC2 tells of things, and the emulator takes and does not tell again."""

from collections.abc import Callable, Mapping
from typing import Any, Final
from xml.sax.saxutils import escape

from tapstack.lane.patches.serving import Answer, Request, Service, module, step_in

Form = Mapping[str, list[str]]

_LOG_FORMAT: Final = (
    "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} "
    "${bytes} ${start} ${end} ${action} ${log-status}"
)
_POLICY: Final = '{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}'


class _Told:
    """Adds to each thing's description what its creation, or a change, said."""

    def __init__(
        self, made: str, described: str, changed: str, id_: str, tell: Callable[[Form], str], empty: str = ""
    ) -> None:
        self._empty = empty
        self._made, self._described, self._changed = made, described, changed
        self._id, self._tell = id_, tell
        self._said: dict[str, dict[str, list[str]]] = {}

    async def serve(self, request: Request, service: Service) -> Answer:
        answer = await service(request)
        form = request.form
        action = form.get("Action", [""])[0]
        if answer.status != 200 or action not in {self._made, self._described, self._changed}:
            return answer
        body = answer.body.decode()
        if action == self._made:
            for thing in _ids(body, self._id):
                self._said[thing] = form
        elif action == self._changed and (thing := form.get(f"{self._id[0].upper()}{self._id[1:]}", [""])[0]):
            self._said[thing] = _changed(self._said.get(thing, {}), form)
        for thing, said in self._said.items():
            tag, told = f"<{self._id}>{thing}</{self._id}>", self._tell(said)
            if told and tag in body:
                body = body.replace(tag, f"{tag}{told}").replace(self._empty, "")
        return Answer(answer.status, answer.headers, body.encode())


def _changed(said: Form, form: Form) -> dict[str, list[str]]:
    """Put a change upon what was said; groups come and go by names of their own."""
    if _first(form, "ResetPolicy") == "true":
        form = {**form, "PolicyDocument": [_POLICY]}
    groups = {value[0]: None for name, value in said.items() if name.startswith("SecurityGroupId.")}
    groups |= {value[0]: None for name, value in form.items() if name.startswith("AddSecurityGroupId.")}
    for name, value in form.items():
        if name.startswith("RemoveSecurityGroupId."):
            groups.pop(value[0], None)
    others = {name: value for name, value in {**said, **form}.items() if not name.startswith("SecurityGroupId.")}
    return others | {f"SecurityGroupId.{number}": [group] for number, group in enumerate(groups, start=1)}


def _ids(body: str, name: str) -> list[str]:
    """Name what an answer says was made: by its own element, or as the items of a set of ids."""
    return [part.partition("</")[0] for part in body.split(f"<{name}>")[1:]] or [
        part.partition("</")[0] for part in body.partition(f"<{name}Set>")[2].split("<item>")[1:]
    ]


def _element(name: str, value: str) -> str:
    return f"<{name}>{escape(value)}</{name}>" if value else ""


def _first(form: Form, name: str, default: str = "") -> str:
    return form.get(name, [default])[0]


def _flow_log(form: Form) -> str:
    return (
        _element("deliverLogsPermissionArn", _first(form, "DeliverLogsPermissionArn"))
        + _element("deliverLogsStatus", "SUCCESS")
        + _element("logFormat", _first(form, "LogFormat", _LOG_FORMAT))
        + _element("maxAggregationInterval", _first(form, "MaxAggregationInterval", "600"))
    )


async def _tag_flow_logs(request: Request, service: Service) -> Answer:
    """Take tags of the type that AWS gives flow logs, `vpc-flow-log`; the emulator looks for another."""
    answer = await service(request)
    form = request.form
    if _first(form, "Action") == "CreateFlowLogs" and answer.status == 200:
        for flow_log in _ids(answer.body.decode(), "flowLogId"):
            module("services.ec2")._parse_tag_specs(form, "vpc-flow-log", flow_log)
    return answer


def _endpoint(form: Form) -> str:
    private = "true" if _first(form, "VpcEndpointType") == "Interface" else "false"
    groups = "".join(
        f"<item>{_element('groupId', value[0])}</item>"
        for name, value in form.items()
        if name.startswith("SecurityGroupId.")
    )
    return (
        _element("policyDocument", _first(form, "PolicyDocument") or _POLICY)
        + _element("privateDnsEnabled", _first(form, "PrivateDnsEnabled", private).lower())
        + (f"<groupSet>{groups}</groupSet>" if groups else "")
    )


def _nat_gateway(form: Form) -> str:
    allocation = _first(form, "AllocationId")
    if not allocation:
        return ""
    address: dict[str, Any] = module("services.ec2")._addresses.get(allocation) or {}
    item = _element("allocationId", allocation) + _element("publicIp", f"{address.get('PublicIp', '')}")
    item += _element("isPrimary", "true") + _element("status", "succeeded")
    return f"<natGatewayAddressSet><item>{item}</item></natGatewayAddressSet>"


def tell_flow_logs() -> None:
    """Tell role, format, interval and tags of flow logs."""
    step_in("ec2", _Told("CreateFlowLogs", "DescribeFlowLogs", "", "flowLogId", _flow_log).serve)
    step_in("ec2", _tag_flow_logs)


def tell_endpoints() -> None:
    """Tell policy, private DNS and security groups of endpoints."""
    told = _Told("CreateVpcEndpoint", "DescribeVpcEndpoints", "ModifyVpcEndpoint", "vpcEndpointId", _endpoint)
    step_in("ec2", told.serve)


def tell_addresses() -> None:
    """Tell which address a NAT gateway has."""
    told = _Told(
        "CreateNatGateway", "DescribeNatGateways", "", "natGatewayId", _nat_gateway, empty="<natGatewayAddressSet/>"
    )
    step_in("ec2", told.serve)
