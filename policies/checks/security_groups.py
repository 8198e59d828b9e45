"""Security groups: what anybody on the Internet may reach."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from check import check
from policy_documents import many
from resources import UNKNOWN, Resource

_TYPES: Final = (
    "aws:ec2/securityGroup:SecurityGroup",
    "aws:ec2/securityGroupRule:SecurityGroupRule",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
)
_ANYWHERE_4: Final = "0.0.0.0/0"
_ANYWHERE_6: Final = "::/0"
_SSH: Final = 22
_REMOTE_DESKTOP: Final = 3389
_AUTHORIZED: Final = frozenset({80, 443})
"""What Security Hub takes for authorized where nobody has told it other ports."""
HIGH_RISK: Final = frozenset(
    {20, 21, 22, 23, 25, 110, 135, 143, 445, 1433, 1434, 3000, 3306, 3389, 4333, 5000, 5432, 5500, 5601, 8080, 8088}
    | {8888, 9200, 9300}
)
"""Ports that the control lists: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-19"""


@dataclass(frozen=True)
class _Opening:
    """Ports that a rule opens to some addresses; every port where the protocol has none."""

    first: float
    last: float
    blocks: frozenset[str]

    def opens(self, *ports: int) -> bool:
        return any(self.first <= port <= self.last for port in ports)


def _openings(resource: Resource) -> Iterator[_Opening]:
    """Go through what a resource opens to the whole Internet."""
    properties = resource.properties
    rules: list[Any] = [properties]
    if resource.type == _TYPES[0]:
        rules = many(resource.get("ingress"))
    elif resource.type == _TYPES[1] and resource.get("type") != "ingress":
        rules = []
    for rule in rules:
        if rule is UNKNOWN:
            continue
        blocks = {
            *many(rule.get("cidrBlocks")),
            *many(rule.get("ipv6CidrBlocks")),
            *many(rule.get("cidrIpv4")),
            *many(rule.get("cidrIpv6")),
        }
        if open_to := blocks & {_ANYWHERE_4, _ANYWHERE_6}:
            every = f"{rule.get('protocol') or rule.get('ipProtocol')}" in {"-1", "all"}
            first, last = (0, 65535) if every else (rule.get("fromPort"), rule.get("toPort"))
            if isinstance(first, int | float) and isinstance(last, int | float):
                yield _Opening(first, last, frozenset(open_to))


@check("EC2.13", *_TYPES, next_step="take the rule away, or name the addresses that may")
def ssh(group: Resource) -> Iterator[str]:
    """Nobody on the Internet reaches SSH."""
    if any(opening.opens(_SSH) for opening in _openings(group)):
        yield "port 22 is open to the Internet"


@check("EC2.14", *_TYPES, next_step="take the rule away, or name the addresses that may")
def remote_desktop(group: Resource) -> Iterator[str]:
    """Nobody on the Internet reaches remote desktops."""
    if any(opening.opens(_REMOTE_DESKTOP) for opening in _openings(group)):
        yield "port 3389 is open to the Internet"


@check("EC2.53", *_TYPES, next_step="take the rule away, or name the addresses that may")
def administration_over_ipv4(group: Resource) -> Iterator[str]:
    """Nobody on the Internet administers servers by IPv4."""
    if any(each.opens(_SSH, _REMOTE_DESKTOP) and _ANYWHERE_4 in each.blocks for each in _openings(group)):
        yield "ports for the administration of servers are open to 0.0.0.0/0"


@check("EC2.54", *_TYPES, next_step="take the rule away, or name the addresses that may")
def administration_over_ipv6(group: Resource) -> Iterator[str]:
    """Nobody on the Internet administers servers by IPv6."""
    if any(each.opens(_SSH, _REMOTE_DESKTOP) and _ANYWHERE_6 in each.blocks for each in _openings(group)):
        yield "ports for the administration of servers are open to ::/0"


@check("EC2.18", *_TYPES, next_step="name the addresses or groups that may come in")
def authorized_ports(group: Resource) -> Iterator[str]:
    """Everybody reaches the web's own ports, and no others."""
    for opening in _openings(group):
        if opening.first != opening.last or opening.first not in _AUTHORIZED:
            yield f"ports {opening.first:.0f} to {opening.last:.0f} are open to the Internet"


@check("EC2.19", *_TYPES, next_step="name the addresses or groups that may come in")
def risky_ports(group: Resource) -> Iterator[str]:
    """Nobody on the Internet reaches what is attacked most."""
    for opening in _openings(group):
        if risky := sorted(port for port in HIGH_RISK if opening.opens(port)):
            yield f"port {', '.join(map(str, risky))} is open to the Internet"
