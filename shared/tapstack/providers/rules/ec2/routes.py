"""What EC2 refuses of routes and gateways."""

from collections.abc import Iterator
from typing import Final

from tapstack.providers.crud import Resource
from tapstack.providers.rules.rule import DOCS, InputRule, Inputs, Moment, StateRule, Words, ask
from tapstack.providers.values import Props

_ROUTE: Final = ("aws:ec2/route:Route",)
_ASSOCIATION: Final = ("aws:ec2/routeTableAssociation:RouteTableAssociation",)
_INTERNET: Final = ("aws:ec2/internetGateway:InternetGateway",)
_NAT: Final = ("aws:ec2/natGateway:NatGateway",)
_TABLES: Final = DOCS + "vpc/latest/userguide/VPC_Route_Tables.html"
_GATEWAYS: Final = DOCS + "vpc/latest/userguide/VPC_Internet_Gateway.html"


def _table(resource: Resource) -> Props:
    answer = ask(resource, "ec2", "describe_route_tables", RouteTableIds=[resource.inputs["routeTableId"]])
    found: Props = answer["RouteTables"][0] if answer and answer["RouteTables"] else {}
    return found


def _route_taken(resource: Resource) -> Iterator[Words]:
    wanted = resource.inputs.get("destinationCidrBlock")
    for route in _table(resource).get("Routes", []):
        if wanted and route.get("DestinationCidrBlock") == wanted:
            yield {"destination": wanted}


def _gateway_elsewhere(resource: Resource) -> Iterator[Words]:
    gateway, vpc = resource.inputs.get("gatewayId") or "", _table(resource).get("VpcId")
    if not gateway.startswith("igw-"):
        return
    answer = ask(resource, "ec2", "describe_internet_gateways", InternetGatewayIds=[gateway]) or {}
    for found in answer.get("InternetGateways", []):
        if vpc not in [item.get("VpcId") for item in found.get("Attachments") or []]:
            yield {"table": resource.inputs["routeTableId"], "gateway": gateway}


def _associated_already(resource: Resource) -> Iterator[Words]:
    subnet = resource.inputs.get("subnetId")
    for table in resource.call("ec2", "describe_route_tables", {})["RouteTables"]:
        if subnet and any(item.get("SubnetId") == subnet for item in table.get("Associations") or []):
            yield {"table": table["RouteTableId"]}


def _second_gateway(resource: Resource) -> Iterator[Words]:
    vpc = resource.inputs.get("vpcId")
    for gateway in resource.call("ec2", "describe_internet_gateways", {})["InternetGateways"]:
        if vpc and any(item.get("VpcId") == vpc for item in gateway.get("Attachments") or []):
            yield {"vpc": vpc}


def _no_allocation(inputs: Inputs) -> Iterator[Words]:
    # A regional gateway is given its addresses by AWS.
    zonal = inputs.get("availabilityMode") != "regional"
    if zonal and inputs.get("connectivityType") != "private" and "allocationId" not in inputs:
        yield {}


def _allocation_missing(resource: Resource) -> Iterator[Words]:
    address = resource.inputs.get("allocationId")
    if not address:
        return
    # The emulator answers with nothing where AWS answers with an error.
    answer = ask(resource, "ec2", "describe_addresses", AllocationIds=[address])
    if not answer or not answer["Addresses"]:
        yield {"address": address}


def _address_taken(resource: Resource) -> Iterator[Words]:
    address = resource.inputs.get("allocationId")
    for gateway in resource.call("ec2", "describe_nat_gateways", {})["NatGateways"]:
        held = [item.get("AllocationId") for item in gateway.get("NatGatewayAddresses") or []]
        if address in held and gateway["State"] not in {"deleted", "failed"}:
            yield {"address": address}


RULES: Final = (
    StateRule(
        name="route-twice",
        types=_ROUTE,
        operation="ec2:CreateRoute",
        code="RouteAlreadyExists",
        message="The route identified by {destination} already exists.",
        source=DOCS + "AWSEC2/latest/APIReference/API_CreateRoute.html",
        moment=Moment.CREATE,
        check=_route_taken,
    ),
    StateRule(
        name="route-to-a-gateway-of-another-vpc",
        types=_ROUTE,
        operation="ec2:CreateRoute",
        code="InvalidParameterValue",
        message="route table {table} and network gateway {gateway} belong to different networks",
        source=_TABLES,
        moment=Moment.CREATE | Moment.UPDATE,
        check=_gateway_elsewhere,
    ),
    StateRule(
        name="subnet-with-two-route-tables",
        types=_ASSOCIATION,
        operation="ec2:AssociateRouteTable",
        code="Resource.AlreadyAssociated",
        message="the specified association for route table {table} conflicts with an existing association",
        source=_TABLES,
        moment=Moment.CREATE,
        check=_associated_already,
    ),
    StateRule(
        name="vpc-with-two-internet-gateways",
        types=_INTERNET,
        operation="ec2:AttachInternetGateway",
        code="InvalidParameterValue",
        message="Network {vpc} already has an internet gateway attached",
        source=_GATEWAYS,
        moment=Moment.CREATE,
        check=_second_gateway,
    ),
    InputRule(
        name="nat-gateway-without-address",
        types=_NAT,
        operation="ec2:CreateNatGateway",
        code="MissingParameter",
        message="The request must include the AllocationId parameter. Add the required parameter and retry the "
        "request.",
        source=DOCS + "AWSEC2/latest/APIReference/API_CreateNatGateway.html",
        check=_no_allocation,
    ),
    StateRule(
        name="nat-gateway-of-no-address",
        types=_NAT,
        operation="ec2:CreateNatGateway",
        code="InvalidAllocationID.NotFound",
        message="The allocation ID '{address}' does not exist",
        source=DOCS + "AWSEC2/latest/APIReference/errors-overview.html",
        moment=Moment.CREATE,
        check=_allocation_missing,
    ),
    StateRule(
        name="nat-gateway-of-anothers-address",
        types=_NAT,
        operation="ec2:CreateNatGateway",
        code="Resource.AlreadyAssociated",
        message="Elastic IP address {address} is already associated",
        source=DOCS + "vpc/latest/userguide/nat-gateway-troubleshooting.html",
        moment=Moment.CREATE,
        check=_address_taken,
    ),
)
