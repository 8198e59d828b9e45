"""What others can add to our things, by type: the call that tells, and what of the states accounts for it."""

from typing import Final

from tapstack.deploy.drift.by_design import ALIAS, GRANT, PERMISSION, SECRET_VERSION
from tapstack.deploy.drift.differences import FUNCTION
from tapstack.deploy.drift.look import Look
from transactions.agreed.tables import API_KEY_ID_PREFIX, KEY

_API: Final = "aws:apigateway/restApi:RestApi"
_DEFAULT_GROUP: Final = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
_GROUP: Final = "aws:ec2/securityGroup:SecurityGroup"
_ITEM: Final = "aws:dynamodb/tableItem:TableItem"
_KEY: Final = "aws:kms/key:Key"
_LOG_GROUP: Final = "aws:cloudwatch/logGroup:LogGroup"
_MAPPING: Final = "aws:lambda/eventSourceMapping:EventSourceMapping"
_METHOD: Final = "aws:apigateway/method:Method"
_PLAN: Final = "aws:apigateway/usagePlan:UsagePlan"
_RESOURCE: Final = "aws:apigateway/resource:Resource"
_ROLE: Final = "aws:iam/role:Role"
_ROUTE: Final = "aws:ec2/route:Route"
_SECRET: Final = "aws:secretsmanager/secret:Secret"  # noqa: S105 - a type is no secret
_TABLE: Final = "aws:dynamodb/table:Table"
_TOPIC: Final = "aws:sns/topic:Topic"
_VPC: Final = "aws:ec2/vpc:Vpc"
_WEB_ACL: Final = "aws:wafv2/webAcl:WebAcl"

_DESTINATION: Final = "DestinationCidrBlock || DestinationIpv6CidrBlock || DestinationPrefixListId"
_LEADS_TO: Final = (
    "GatewayId || NatGatewayId || NetworkInterfaceId || TransitGatewayId || VpcPeeringConnectionId || "
    "EgressOnlyInternetGatewayId"
)
# A gateway endpoint's routes are the endpoint's, and AWS makes the one within the VPC.
_MADE_ROUTES: Final = "Routes[?Origin == 'CreateRoute' && !starts_with(GatewayId || '', 'vpce-')]"


def _roles() -> tuple[Look, ...]:
    return (
        Look(
            of=_ROLE,
            service="iam",
            operation="list_role_policies",
            params="{RoleName: id}",
            items="PolicyNames",
            type="aws:iam/rolePolicy:RolePolicy",
            key="[thing.id, item]",
            own="[role, name]",
            name="item",
        ),
        Look(
            of=_ROLE,
            service="iam",
            operation="list_attached_role_policies",
            params="{RoleName: id}",
            items="AttachedPolicies",
            type="aws:iam/rolePolicyAttachment:RolePolicyAttachment",
            key="[thing.id, item.PolicyArn]",
            own="[role, policyArn]",
            name="item.PolicyArn",
        ),
        Look(
            of=_ROLE,
            service="iam",
            operation="list_instance_profiles_for_role",
            params="{RoleName: id}",
            items="InstanceProfiles",
            type="aws:iam/instanceProfile:InstanceProfile",
            key="[item.InstanceProfileName]",
            own="[name]",
            name="item.InstanceProfileName",
        ),
    )


def _rules(of: str, *, egress: bool) -> Look:
    kind, way = ("Egress", "to") if egress else ("Ingress", "from")
    return Look(
        of=of,
        service="ec2",
        operation="describe_security_group_rules",
        params="{Filters: [{Name: 'group-id', Values: [id]}]}",
        items=f"SecurityGroupRules[?IsEgress == `{f'{egress}'.lower()}`]",
        type=f"aws:vpc/securityGroup{kind}Rule:SecurityGroup{kind}Rule",
        key="[item.SecurityGroupRuleId]",
        own="[id]",
        name="item.SecurityGroupRuleId",
        detail="[item.IpProtocol == '-1' && 'everything' || join(' ', [item.IpProtocol, "
        f"join('-', [to_string(item.FromPort), to_string(item.ToPort)])]), '{way}', item.CidrIpv4, item.CidrIpv6, "
        "item.PrefixListId, item.ReferencedGroupInfo.GroupId]",
    )


def _in_vpc(operation: str, items: str, of_type: str, item_id: str, detail: str = "[]", match: str = "vpc-id") -> Look:
    """Look at what is in a VPC; `match` is the filter that names it."""
    filters = "Filter" if operation == "describe_nat_gateways" else "Filters"
    return Look(
        of=_VPC,
        service="ec2",
        operation=operation,
        params=f"{{{filters}: [{{Name: '{match}', Values: [id]}}]}}",
        items=items,
        type=of_type,
        key=f"[item.{item_id}]",
        own="[id]",
        name=f"item.{item_id}",
        detail=detail,
    )


def _routes(of: str, params: str, tables: str) -> Look:
    return Look(
        of=of,
        service="ec2",
        operation="describe_route_tables",
        params=params,
        # The table's id has to be beside each route.
        items=f"{tables}.{_MADE_ROUTES}.{{Destination: {_DESTINATION}, Target: {_LEADS_TO}}}",
        type=_ROUTE,
        key="[thing.id, item.Destination]",
        own="[routeTableId, destinationCidrBlock || destinationIpv6CidrBlock || destinationPrefixListId]",
        name="item.Destination",
        detail="['to', item.Target]",
    )


def _permissions(of: str, params: str, arn: str) -> Look:
    """Look at who may call a function; a policy's statements name what they are on, the qualifier with it."""
    return Look(
        of=of,
        service="lambda",
        operation="get_policy",
        params=params,
        items=f"from_json(Policy).Statement[?Resource == '{arn}']",
        type=PERMISSION,
        key="[split(item.Resource, ':')[6], split(item.Resource, ':')[7], item.Sid]",
        # A program may name the function by its ARN.
        own="[contains(function, ':') && split(function, ':')[6] || function, qualifier, statementId]",
        name="item.Sid",
        detail="[item.Action, 'by', item.Principal.AWS || item.Principal.Service || item.Principal]",
    )


def _mappings(of: str, params: str) -> Look:
    return Look(
        of=of,
        service="lambda",
        operation="list_event_source_mappings",
        params=params,
        items="EventSourceMappings",
        type=_MAPPING,
        key="[item.UUID]",
        own="[id]",
        name="item.UUID",
        detail="[item.EventSourceArn, 'to', split(item.FunctionArn, ':')[6]]",
    )


def _of_api(operation: str, items: str, of_type: str, name: str, detail: str = "[]") -> Look:
    """Look at one kind of an API's parts; `name` is what AWS and the SDK both call what tells one from another."""
    return Look(
        of=_API,
        service="apigateway",
        operation=operation,
        params="{restApiId: id}",
        items=items,
        type=of_type,
        key=f"[thing.id, item.{name}]",
        own=f"[restApi || restApiId, {name}]",
        name=f"item.{name}",
        detail=detail,
    )


def _methods(of: str, params: str, resource: str) -> Look:
    return Look(
        of=of,
        service="apigateway",
        operation="get_resource",
        params=params,
        items="values(resourceMethods || `{}`)",
        type=_METHOD,
        key=f"[thing.{resource}, item.httpMethod]",
        own="[resourceId, httpMethod]",
        name="item.httpMethod",
        detail="[item.apiKeyRequired && 'with' || 'without', 'an API key']",
    )


LOOKS: Final = (
    *_roles(),
    *(_rules(of, egress=egress) for of in (_GROUP, _DEFAULT_GROUP) for egress in (False, True)),
    _in_vpc("describe_subnets", "Subnets", "aws:ec2/subnet:Subnet", "SubnetId", "[item.CidrBlock]"),
    _in_vpc("describe_security_groups", "SecurityGroups[?GroupName != 'default']", _GROUP, "GroupId"),
    _in_vpc(
        "describe_vpc_endpoints",
        "VpcEndpoints[?State != 'deleted' && State != 'deleting']",
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        "VpcEndpointId",
        "[item.ServiceName]",
    ),
    _in_vpc(
        "describe_route_tables",
        "RouteTables[?!(Associations[?Main])]",
        "aws:ec2/routeTable:RouteTable",
        "RouteTableId",
    ),
    _in_vpc(
        "describe_internet_gateways",
        "InternetGateways",
        "aws:ec2/internetGateway:InternetGateway",
        "InternetGatewayId",
        match="attachment.vpc-id",
    ),
    _in_vpc(
        "describe_nat_gateways",
        "NatGateways[?State != 'deleted' && State != 'deleting']",
        "aws:ec2/natGateway:NatGateway",
        "NatGatewayId",
    ),
    *(
        _in_vpc(
            "describe_vpc_peering_connections",
            "VpcPeeringConnections[?Status.Code != 'deleted']",
            "aws:ec2/vpcPeeringConnection:VpcPeeringConnection",
            "VpcPeeringConnectionId",
            match=f"{side}-vpc-info.vpc-id",
        )
        for side in ("accepter", "requester")
    ),
    _in_vpc(
        "describe_vpn_gateways",
        "VpnGateways",
        "aws:ec2/vpnGateway:VpnGateway",
        "VpnGatewayId",
        match="attachment.vpc-id",
    ),
    _in_vpc("describe_network_acls", "NetworkAcls[?!IsDefault]", "aws:ec2/networkAcl:NetworkAcl", "NetworkAclId"),
    _routes("aws:ec2/routeTable:RouteTable", "{RouteTableIds: [id]}", "RouteTables[0]"),
    # The table that AWS gives a VPC; subnets without a table of their own use it.
    _routes(
        _VPC,
        "{Filters: [{Name: 'vpc-id', Values: [id]}, {Name: 'association.main', Values: ['true']}]}",
        "RouteTables[?Associations[?Main]] | [0]",
    ),
    _permissions(FUNCTION, "{FunctionName: id}", "$arn"),
    _permissions(ALIAS, "{FunctionName: functionName, Qualifier: name}", "$arn"),
    # The version behind the alias can be called by its number.
    _permissions(FUNCTION, "{FunctionName: id, Qualifier: version}", "$qualifiedArn"),
    _mappings(FUNCTION, "{FunctionName: id}"),
    _mappings(ALIAS, "{FunctionName: arn}"),
    # Who takes our queues' messages and our streams' records beside us.
    _mappings(_MAPPING, "{EventSourceArn: eventSourceArn}"),
    Look(
        of=FUNCTION,
        service="lambda",
        operation="list_aliases",
        params="{FunctionName: id}",
        items="Aliases",
        type=ALIAS,
        key="[thing.id, item.Name]",
        own="[functionName, name]",
        name="item.Name",
    ),
    Look(
        of=FUNCTION,
        service="lambda",
        operation="list_function_url_configs",
        params="{FunctionName: id}",
        items="FunctionUrlConfigs",
        type="aws:lambda/functionUrl:FunctionUrl",
        key="[item.FunctionArn]",
        own="[functionArn]",
        name="item.FunctionArn",
        detail="['authorization', item.AuthType]",
    ),
    Look(
        of=FUNCTION,
        service="lambda",
        operation="list_function_event_invoke_configs",
        params="{FunctionName: id}",
        items="FunctionEventInvokeConfigs",
        type="aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
        key="[thing.id, split(item.FunctionArn, ':')[7]]",
        own="[functionName, qualifier || '$LATEST']",
        name="item.FunctionArn",
    ),
    Look(
        of=_LOG_GROUP,
        service="logs",
        operation="describe_subscription_filters",
        params="{logGroupName: id}",
        items="subscriptionFilters",
        type="aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter",
        key="[thing.id, item.filterName]",
        own="[logGroup, name]",
        name="item.filterName",
        detail="['to', item.destinationArn]",
    ),
    Look(
        of=_LOG_GROUP,
        service="logs",
        operation="describe_metric_filters",
        params="{logGroupName: id}",
        items="metricFilters",
        type="aws:cloudwatch/logMetricFilter:LogMetricFilter",
        key="[thing.id, item.filterName]",
        own="[logGroupName, name]",
        name="item.filterName",
    ),
    Look(
        of=_TOPIC,
        service="sns",
        operation="list_subscriptions_by_topic",
        params="{TopicArn: id}",
        items="Subscriptions",
        type="aws:sns/topicSubscription:TopicSubscription",
        # One that is not yet confirmed has no ARN.
        key="[thing.id, item.Protocol, item.Endpoint]",
        own="[topic, protocol, endpoint]",
        name="item.Endpoint",
        detail="[item.Protocol]",
    ),
    Look(
        of=_KEY,
        service="kms",
        operation="list_grants",
        params="{KeyId: arn}",
        items="Grants",
        type=GRANT,
        key="[item.GrantId]",
        own="[grantId]",
        name="item.GrantId",
        detail="[join(', ', item.Operations), 'by', item.GranteePrincipal]",
    ),
    Look(
        of=_KEY,
        service="kms",
        operation="list_aliases",
        params="{KeyId: arn}",
        items="Aliases",
        type="aws:kms/alias:Alias",
        key="[item.AliasName]",
        own="[name]",
        name="item.AliasName",
    ),
    Look(
        of=_SECRET,
        service="secretsmanager",
        operation="list_secret_version_ids",
        params="{SecretId: id}",
        items="Versions[?contains(VersionStages, 'AWSCURRENT')]",
        type=SECRET_VERSION,
        key="[thing.id, item.VersionId]",
        own="[secretId, versionId]",
        name="item.VersionId",
    ),
    Look(
        of=_SECRET,
        service="secretsmanager",
        operation="get_resource_policy",
        params="{SecretId: id}",
        items="[ResourcePolicy][?@]",
        type="aws:secretsmanager/secretPolicy:SecretPolicy",
        key="[thing.id]",
        own="[secretArn]",
        name="'policy'",
    ),
    *(
        Look(
            of=_TABLE,
            service="dynamodb",
            operation="get_resource_policy",
            params=f"{{ResourceArn: {arn}}}",
            items="[Policy][?@]",
            type="aws:dynamodb/resourcePolicy:ResourcePolicy",
            key=f"[thing.{arn}]",
            own="[resourceArn]",
            name=f"thing.{arn}",
        )
        for arn in ("arn", "streamArn")
    ),
    # Which merchant an API key counts as is the one kind of item that a program writes.
    Look(
        of=_ITEM,
        service="dynamodb",
        operation="scan",
        params=f"{{TableName: tableName, ProjectionExpression: '{KEY}', FilterExpression: "
        f"'begins_with({KEY}, :prefix)', ExpressionAttributeValues: {{\":prefix\": {{S: '{API_KEY_ID_PREFIX}'}}}}}}",
        items=f"Items[].{KEY}.S",
        type=_ITEM,
        key="[thing.tableName, item]",
        # The id is the table's name, the key's name and the values of the key; the item itself is a secret.
        own="[tableName, split(id, '|')[3]]",
        name="item",
    ),
    Look(
        of=_API,
        service="apigateway",
        operation="get_resources",
        params="{restApiId: id}",
        items="items[?parentId]",
        type=_RESOURCE,
        key="[thing.id, item.id]",
        own="[restApi, id]",
        name="item.path",
    ),
    _methods(_API, "{restApiId: id, resourceId: rootResourceId, embed: ['methods']}", "rootResourceId"),
    _methods(_RESOURCE, "{restApiId: restApi, resourceId: id, embed: ['methods']}", "id"),
    _of_api("get_stages", "item", "aws:apigateway/stage:Stage", "stageName"),
    _of_api("get_authorizers", "items", "aws:apigateway/authorizer:Authorizer", "id"),
    _of_api("get_deployments", "items", "aws:apigateway/deployment:Deployment", "id"),
    _of_api(
        "get_gateway_responses",
        "items[?!defaultResponse]",
        "aws:apigateway/response:Response",
        "responseType",
    ),
    # Every API is born with these two.
    _of_api("get_models", "items[?name != 'Empty' && name != 'Error']", "aws:apigateway/model:Model", "name"),
    _of_api("get_request_validators", "items", "aws:apigateway/requestValidator:RequestValidator", "id", "[item.name]"),
    Look(
        of=_PLAN,
        service="apigateway",
        operation="get_usage_plan_keys",
        params="{usagePlanId: id}",
        items="items",
        type="aws:apigateway/usagePlanKey:UsagePlanKey",
        key="[thing.id, item.id]",
        own="[usagePlanId, keyId]",
        name="item.id",
        detail="[item.name]",
    ),
    Look(
        of=_API,
        service="apigateway",
        operation="get_usage_plans",
        params="`{}`",
        items="items[?apiStages[?apiId == '$id']]",
        type=_PLAN,
        key="[item.id]",
        own="[id]",
        name="item.id",
        detail="[item.name]",
    ),
    Look(
        of=_WEB_ACL,
        service="wafv2",
        operation="list_resources_for_web_acl",
        params="{WebACLArn: arn, ResourceType: 'API_GATEWAY'}",
        items="ResourceArns",
        type="aws:wafv2/webAclAssociation:WebAclAssociation",
        key="[thing.arn, item]",
        own="[webAclArn, resourceArn]",
        name="item",
    ),
)
