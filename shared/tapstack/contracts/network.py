"""What the network layer promises."""

from pulumi import Output

from tapstack.contracts.contract import Contract, output
from tapstack.contracts.types import IpAddresses, SecurityGroupId, SubnetIds, VpcId


class NetworkContract(Contract, layer="network", version=1):
    """Where functions run and how their traffic leaves."""

    vpc_id: Output[VpcId] = output()
    isolated_subnet_ids: Output[SubnetIds] = output(read_by=["compute"])
    """One per zone; no route leaves the VPC but those to the endpoints."""
    egress_subnet_ids: Output[SubnetIds] = output(read_by=["compute"])
    """One per zone where NAT gateways are asked for, else empty."""
    functions_security_group_id: Output[SecurityGroupId] = output(read_by=["compute"])
    egress_security_group_id: Output[SecurityGroupId] = output(read_by=["compute"])
    egress_addresses: Output[IpAddresses] = output()
    """Where webhooks come from, for merchants to allow; empty without NAT gateways."""
    has_egress: bool = output(read_by=["compute"])
    """Whether there are NAT gateways, and with them egress subnets."""
