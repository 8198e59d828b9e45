"""What AWS gives an id of its own in a VPC: known by its tags, by what it joins, or by its addresses."""

from collections.abc import Mapping
from typing import Final

from tapstack.deploy.interruptions.search import Search


def _rule(*, egress: str) -> Search:
    ports = "item.FromPort == inputs.fromPort && item.ToPort == inputs.toPort"
    to = (
        "item.CidrIpv4 == inputs.cidrIpv4 && item.PrefixListId == inputs.prefixListId "
        "&& item.ReferencedGroupInfo.GroupId == inputs.referencedSecurityGroupId"
    )
    return Search(
        service="ec2",
        operation="describe_security_group_rules",
        params="{Filters: [{Name: 'group-id', Values: [securityGroupId]}]}",
        items="SecurityGroupRules",
        tells=(
            f"item.GroupId == inputs.securityGroupId && item.IsEgress == `{egress}` "
            f"&& item.IpProtocol == inputs.ipProtocol && {ports} && {to}"
        ),
        id="item.SecurityGroupRuleId",
    )


SEARCHES: Final[Mapping[str, Search]] = {
    "aws:ec2/eip:Eip": Search(
        service="ec2", operation="describe_addresses", items="Addresses", tagged=True, id="item.AllocationId"
    ),
    "aws:ec2/flowLog:FlowLog": Search(
        service="ec2",
        operation="describe_flow_logs",
        items="FlowLogs",
        tells="item.ResourceId == inputs.vpcId && item.LogDestination == inputs.logDestination",
        id="item.FlowLogId",
    ),
    "aws:ec2/internetGateway:InternetGateway": Search(
        service="ec2",
        operation="describe_internet_gateways",
        items="InternetGateways",
        tagged=True,
        id="item.InternetGatewayId",
    ),
    "aws:ec2/natGateway:NatGateway": Search(
        service="ec2",
        operation="describe_nat_gateways",
        items="NatGateways[?State == 'pending' || State == 'available']",
        tells="item.SubnetId == inputs.subnetId",
        id="item.NatGatewayId",
    ),
    "aws:ec2/route:Route": Search(
        service="ec2",
        operation="describe_route_tables",
        params="{RouteTableIds: [routeTableId]}",
        items="RouteTables[].Routes[]",
        tells="item.DestinationCidrBlock == inputs.destinationCidrBlock",
        id="join('_', [inputs.routeTableId, inputs.destinationCidrBlock])",
    ),
    "aws:ec2/routeTable:RouteTable": Search(
        service="ec2",
        operation="describe_route_tables",
        items="RouteTables",
        tells="item.VpcId == inputs.vpcId",
        tagged=True,
        id="item.RouteTableId",
    ),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": Search(
        service="ec2",
        operation="describe_route_tables",
        params="{RouteTableIds: [routeTableId]}",
        items="RouteTables[].Associations[]",
        tells="item.SubnetId == inputs.subnetId",
        id="join('/', [inputs.subnetId, inputs.routeTableId])",
    ),
    "aws:ec2/securityGroup:SecurityGroup": Search(
        service="ec2",
        operation="describe_security_groups",
        items="SecurityGroups",
        tells="item.GroupName == inputs.name && item.VpcId == inputs.vpcId",
        id="item.GroupId",
        # AWS makes it with a rule that lets everything out, and the provider takes that away in a call of its own.
        is_made_anew=True,
    ),
    "aws:ec2/subnet:Subnet": Search(
        service="ec2",
        operation="describe_subnets",
        items="Subnets",
        tells="item.VpcId == inputs.vpcId && item.CidrBlock == inputs.cidrBlock",
        id="item.SubnetId",
    ),
    "aws:ec2/vpc:Vpc": Search(
        service="ec2",
        operation="describe_vpcs",
        items="Vpcs",
        tells="item.CidrBlock == inputs.cidrBlock",
        tagged=True,
        id="item.VpcId",
    ),
    "aws:ec2/vpcEndpoint:VpcEndpoint": Search(
        service="ec2",
        operation="describe_vpc_endpoints",
        items="VpcEndpoints[?State != 'deleting' && State != 'deleted']",
        tells="item.VpcId == inputs.vpcId && item.ServiceName == inputs.serviceName",
        id="item.VpcEndpointId",
    ),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": _rule(egress="true"),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _rule(egress="false"),
}
