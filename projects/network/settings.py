"""A VPC over three zones, its endpoints, security groups and flow logs."""

import ipaddress
from dataclasses import dataclass

from tapstack.program.settings import LOG_RETENTION_DAYS, LayerSettings, between, setting


def _cidr_problem(value: str) -> str | None:
    try:
        block = ipaddress.IPv4Network(value)
    except ValueError as error:
        return f"must be an IPv4 CIDR block ({error})"
    return None if block.prefixlen == 16 and block.is_private else "must be a private block with a /16 prefix"


@dataclass(frozen=True, kw_only=True)
class NetworkSettings(LayerSettings):
    """What the network's owners choose per environment."""

    vpc_cidr: str = setting(
        "The VPC's IPv4 block, a private /16.",
        default="10.40.0.0/16",
        check=_cidr_problem,
    )
    nat_gateways: int = setting(
        "How many zones get a NAT gateway: 0 for none, 1 to save, 3 to survive the loss of a zone. "
        "With any, webhooks leave from fixed addresses.",
        default=0,
        check=between(0, 3),
    )
    flow_log_retention_days: int = setting(
        "How long flow logs are kept, in days.",
        default=14,
        check=LOG_RETENTION_DAYS,
    )
