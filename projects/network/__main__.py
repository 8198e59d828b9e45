"""The network layer: settings, the parts, the export."""

from egress import make_egress
from endpoints import make_endpoints
from flow_logs import make_flow_logs
from security_groups import make_security_groups
from settings import NetworkSettings
from subnets import make_isolated_subnets
from tapstack.contracts.network import NetworkContract
from tapstack.contracts.types import IpAddresses, SecurityGroupId, SubnetIds, VpcId
from tapstack.program.opening import open_layer
from vpc import make_vpc

settings = NetworkSettings.load()
names = open_layer("network", settings)

vpc = make_vpc(names, settings)
make_flow_logs(names, settings, vpc)
isolated = make_isolated_subnets(names, settings, vpc)
egress = make_egress(names, settings, vpc)
groups = make_security_groups(names, vpc)
make_endpoints(names, vpc, isolated, egress, groups)

NetworkContract(
    vpc_id=VpcId.of(vpc.id),
    isolated_subnet_ids=SubnetIds.of(isolated.subnet_ids),
    egress_subnet_ids=SubnetIds.of(egress.subnet_ids),
    functions_security_group_id=SecurityGroupId.of(groups.functions.id),
    egress_security_group_id=SecurityGroupId.of(groups.egress.id),
    egress_addresses=IpAddresses.of(egress.addresses),
    has_egress=settings.nat_gateways > 0,
).export(settings.environment_suffix)
