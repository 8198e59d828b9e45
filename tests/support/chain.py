"""The chain: which resource waits for which, in all four layers, written down once.

Each edge says by which input the later resource takes a value from the earlier one, or that it depends on it without
any, and how to sever it in a copy of the projects.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from support.graph import Graph, Node

DEPENDS_ON: Final = ""
"""In place of an input: no value leads from one to the other, the program says it explicitly."""


@dataclass(frozen=True)
class Cut:
    """A replacement of a text in a file of the layer's project."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Edge:
    """Resources that wait for others.

    Attributes:
        layer: where.
        later: who waits: `apigateway/Stage`, or `apigateway/Stage::name` for one of them.
        earlier: what for, written likewise.
        by: the input that takes the value, or `DEPENDS_ON`.
        cut: what severs the edge.
        own: the name of the one to wait for, from one's own name; without it, each waits for all.
    """

    layer: str
    later: str
    earlier: str
    by: str
    cut: Cut
    own: Callable[[str], str] | None = field(default=None)

    def __str__(self) -> str:
        return f"{self.layer}: {self.later} waits for {self.earlier}{f' by {self.by}' if self.by else ''}"

    def pairs(self, graph: Graph) -> Iterator[tuple[Node, Node]]:
        """List who has to wait for whom, the later one first."""
        for later in _find(graph, self.later):
            for earlier in _find(graph, self.earlier):
                if self.own is None or self.own(later.name) == earlier.name:
                    yield later, earlier


def require(edge: Edge, graph: Graph) -> None:
    """Hold a layer to one edge of the chain.

    Raises:
        AssertionError: names a resource that does not wait for the right one.
    """
    pairs = list(edge.pairs(graph))
    assert {later.name for later, _ in pairs} == {node.name for node in _find(graph, edge.later)} != set(), (
        f"{edge}: some have nothing to wait for"
    )
    for later, earlier in pairs:
        needed = later.by.get(edge.by, frozenset()) if edge.by else later.needs
        assert f"{earlier.type}::{earlier.name}" in needed & later.needs, (
            f"{edge}: {later.name!r} does not wait for {earlier.name!r}"
        )


def _find(graph: Graph, wanted: str) -> list[Node]:
    kind, _, name = wanted.partition("::")
    service, _, resource = kind.partition("/")
    token = f"{'' if ':' in service else 'aws:'}{service}/{resource[0].lower()}{resource[1:]}:{resource}"
    return [node for node in graph.values() if node.type == token and name in {"", node.name}]


def _maker(layer: str) -> Callable[..., Edge]:
    def make(
        later: str, earlier: str, by: str, cut: tuple[str, str, str], own: Callable[[str], str] | None = None
    ) -> Edge:
        return Edge(layer, later, earlier, by, Cut(*cut), own)

    return make


def _same(name: str) -> str:
    return name


def _resource_of(method: str) -> str:
    """Name the resource that a method is of."""
    return {"submit": "transactions", "list": "transactions", "read": "transaction"}.get(method, method)


def _api() -> Iterator[Edge]:
    edge = _maker("api-edge")

    api, resource, method = "apigateway/RestApi", "apigateway/Resource", "apigateway/Method"
    integration, deployment = "apigateway/Integration", "apigateway/Deployment"
    made = "name, rest_api="
    yield edge(resource, api, "restApi", ("routes.py", f"{made}api.id", f'{made}"api"'))
    for name, parent, variable, path in (
        ("transactions", "v1", "version", "COLLECTION_PATH"),
        ("transaction", "transactions", "collection", "ITEM_PATH"),
        ("deliveries", "transaction", "item", "DELIVERIES_PATH"),
        ("redeliver", "transaction", "item", "REDELIVER_PATH"),
        ("review", "transaction", "item", "REVIEW_PATH"),
        ("reviews", "v1", "version", "REVIEWS_PATH"),
        ("webhooks", "v1", "version", "TEST_WEBHOOK_PATH"),
        ("try-webhook", "webhooks", "webhooks", "TEST_WEBHOOK_PATH"),
    ):
        cut = ("routes.py", f"{variable}.id, {path}", f'"parent", {path}')
        yield edge(f"{resource}::{name}", f"{resource}::{parent}", "parentId", cut)

    of_method = "resource_id=resource.id,\n            http_method=http_method"
    cut = ("routes.py", of_method, of_method.replace("resource.id", '"resource"'))
    yield edge(method, resource, "resourceId", cut, _resource_of)
    cut = ("routes.py", "http_method=method.http_method", "http_method=http_method")
    yield edge(integration, method, "httpMethod", cut, _same)

    copied = {
        resource: '            "path": self.resource.path,\n',
        method: "".join(
            f'            "{key}": self.method.{attribute},\n'
            for key, attribute in {
                "method": "http_method",
                "authorization": "authorization",
                "apiKeyRequired": "api_key_required",
                "parameters": "request_parameters",
            }.items()
        ),
        integration: "".join(
            f'            "{key}": self.integration.{attribute},\n'
            for key, attribute in {"uri": "uri", "type": "type", "timeout": "timeout_milliseconds"}.items()
        ),
    }
    for kind in (method, integration):
        yield edge(deployment, kind, "triggers", ("routes.py", copied[kind], ""))
    for name in ("transactions", "transaction", "deliveries", "redeliver", "review", "reviews", "try-webhook"):
        yield edge(deployment, f"{resource}::{name}", "triggers", ("routes.py", copied[resource], ""))
    cut = ("deployment.py", "gateway_responses.definition, *found", "*found")
    yield edge(deployment, "apigateway/Response", "triggers", cut)
    yield edge("apigateway/Response", api, "restApiId", ("gateway_responses.py", "=api.id", '="api"'))


def _stage() -> Iterator[Edge]:
    edge = _maker("api-edge")
    api, deployment, stage = "apigateway/RestApi", "apigateway/Deployment", "apigateway/Stage"
    yield edge(stage, deployment, "deployment", ("stage.py", "deployment=deployment.id", 'deployment="deployment"'))
    cut = ("stage.py", "depends_on=[account] if account else []", "depends_on=[]")
    yield edge(stage, "apigateway/Account", DEPENDS_ON, cut)
    cut = ("stage.py", '"destination_arn": access_log.arn', '"destination_arn": "access-log"')
    yield edge(stage, "cloudwatch/LogGroup::access-log", "accessLogSettings", cut)
    cut = ("account.py", "role.arn, policy.id).apply", 'role.arn, "policy").apply')
    yield edge("apigateway/Account", "iam/RolePolicy", "cloudwatchRoleArn", cut)
    yield edge("iam/RolePolicy", "iam/Role", "role", ("account.py", "role=role.name", "role=API_LOGS_ROLE"))

    cut = ("usage_plans.py", "served.stage.stage_name", "names.environment_suffix")
    yield edge("apigateway/UsagePlan", stage, "apiStages", cut)
    plan, key = "apigateway/UsagePlan::probe", "apigateway/ApiKey::probe"
    cut = ("probe.py", "served.stage.stage_name", "names.environment_suffix")
    yield edge(plan, stage, "apiStages", cut)
    placed = "apigateway/UsagePlanKey::probe"
    yield edge(placed, plan, "usagePlanId", ("probe.py", "usage_plan_id=plan.id", 'usage_plan_id="plan"'))
    yield edge(placed, key, "keyId", ("probe.py", "key_id=key.id", 'key_id="key"'))
    cut = ("probe.py", "key.value.apply(api_key_id)", 'api_key_id("key")')
    yield edge("dynamodb/TableItem::key-of-probe", key, "item", cut)

    association = "wafv2/WebAclAssociation"
    cut = ("firewall.py", "resource_arn=served.stage.arn", 'resource_arn="stage"')
    yield edge(association, stage, "resourceArn", cut)
    guarded = "served.stage.arn, web_acl_arn="
    cut = ("firewall.py", f"{guarded}web_acl.arn", f'{guarded}"acl"')
    yield edge(association, "wafv2/WebAcl", "webAclArn", cut)
    logged = "wafv2/WebAclLoggingConfiguration"
    yield edge(logged, "wafv2/WebAcl", "resourceArn", ("firewall.py", "resource_arn=web_acl.arn", 'resource_arn="acl"'))
    cut = ("firewall.py", "[log_group.arn]", '["log-group"]')
    yield edge(logged, "cloudwatch/LogGroup::firewall-log", "logDestinationConfigs", cut)
    cut = ("stage.py", "stage_name=stage.stage_name", "stage_name=names.environment_suffix")
    yield edge("apigateway/MethodSettings", stage, "stageName", cut)
    cut = ("routes.py", "api.execution_arn, ", '"arn:aws:execute-api:api", ')
    yield edge("lambda/Permission", api, "sourceArn", cut)


def _compute() -> Iterator[Edge]:
    edge = _maker("compute")

    function, alias, mapping = "lambda/Function", "lambda/Alias", "lambda/EventSourceMapping"
    yield edge("iam/RolePolicy", "iam/Role", "role", ("function.py", "role=role.name", "role=names(shape.name)"), _same)
    cut = ("function.py", 'Output.format("{0}:*", log_group.arn)', '"*"')
    yield edge("iam/RolePolicy", "cloudwatch/LogGroup", "policy", cut, _same)
    yield edge(function, "iam/Role", "role", ("function.py", "role=role.arn", 'role="role"'), _same)
    yield edge(function, "iam/RolePolicy", DEPENDS_ON, ("function.py", "depends_on=[policy]", "depends_on=[]"), _same)
    cut = ("function.py", '"log_group": log_group.name', '"log_group": "log-group"')
    yield edge(function, "cloudwatch/LogGroup", "loggingConfig", cut, _same)
    cut = ("alias.py", "function_name=function.name", 'function_name="function"')
    yield edge(alias, function, "functionName", cut, lambda name: name.removesuffix("-live"))
    cut = ("alias.py", "version: Input[str] = function.version", 'version: Input[str] = "1"')
    yield edge(alias, function, "functionVersion", cut, lambda name: name.removesuffix("-live"))
    cut = ("fraud_detector_function.py", "function_name=live.alias.arn", 'function_name="alias"')
    yield edge(f"{mapping}::fraud-detector-stream", f"{alias}::fraud-detector-live", "functionName", cut)
    cut = ("notifier_function.py", "function_name=live.alias.arn", 'function_name="alias"')
    yield edge(f"{mapping}::notifier-queue", f"{alias}::notifier-live", "functionName", cut)


def _data() -> Iterator[Edge]:
    edge = _maker("data")

    key, queue = "kms/Key", "sqs/Queue"
    yield edge("kms/Alias", key, "targetKeyId", ("key.py", "target_key_id=key.key_id", 'target_key_id="key"'))
    cut = ("tables.py", '"kms_key_arn": key.arn', '"kms_key_arn": "key"')
    yield edge("dynamodb/Table", key, "serverSideEncryption", cut)
    yield edge(queue, key, "kmsMasterKeyId", ("queues.py", "kms_master_key_id=key.arn", 'kms_master_key_id="key"'))
    yield edge("sns/Topic", key, "kmsMasterKeyId", ("alerts.py", "key_id=key.arn", 'key_id="key"'))
    cut = ("queues.py", '"deadLetterTargetArn": dead_letters.arn', '"deadLetterTargetArn": "dead-letters"')
    yield edge(f"{queue}::notifications", f"{queue}::notifications-dead-letters", "redrivePolicy", cut)
    cut = ("queues.py", '"sourceQueueArns": [notifications.arn]', '"sourceQueueArns": ["notifications"]')
    yield edge("sqs/RedriveAllowPolicy", f"{queue}::notifications", "redriveAllowPolicy", cut)
    yield edge("sqs/QueuePolicy", queue, "queueUrl", ("queues.py", "queue_url=queue.url", 'queue_url="queue"'), _same)
    yield edge("sns/TopicPolicy", "sns/Topic", "arn", ("alerts.py", "arn=topic.arn", 'arn="topic"'))


def _network() -> Iterator[Edge]:
    edge = _maker("network")

    vpc, subnet, table, group = "ec2/Vpc", "ec2/Subnet", "ec2/RouteTable", "ec2/SecurityGroup"
    endpoint, association = "ec2/VpcEndpoint", "ec2/RouteTableAssociation"
    cut = ("subnets.py", "name,\n            vpc_id=vpc.id", 'name,\n            vpc_id="vpc"')
    yield edge(subnet, vpc, "vpcId", cut)
    yield edge(table, vpc, "vpcId", ("subnets.py", "RouteTable(name, vpc_id=vpc.id", 'RouteTable(name, vpc_id="vpc"'))
    yield edge(association, subnet, "subnetId", ("subnets.py", "subnet_id=subnet.id", 'subnet_id="subnet"'), _same)
    cut = ("subnets.py", "route_table_id=table.id", 'route_table_id="table"')
    yield edge(association, table, "routeTableId", cut, _same)
    yield edge(group, vpc, "vpcId", ("security_groups.py", "vpc_id=vpc.id", 'vpc_id="vpc"'))
    yield edge("ec2/DefaultSecurityGroup", vpc, "vpcId", ("vpc.py", "vpc_id=vpc.id", 'vpc_id="vpc"'))
    cut = ("endpoints.py", '"dynamodb",\n        vpc_id=vpc.id', '"dynamodb",\n        vpc_id="vpc"')
    yield edge(f"{endpoint}::dynamodb", vpc, "vpcId", cut)
    cut = ("endpoints.py", '"sqs",\n        vpc_id=vpc.id', '"sqs",\n        vpc_id="vpc"')
    yield edge(f"{endpoint}::sqs", vpc, "vpcId", cut)
    cut = ("endpoints.py", "Output.all(isolated.route_table_ids,", 'Output.all(["table"],')
    for number in (1, 2, 3):
        yield edge(f"{endpoint}::dynamodb", f"{table}::isolated-{number}", "routeTableIds", cut)
    cut = ("endpoints.py", "subnet_ids=isolated.subnet_ids", 'subnet_ids=["subnet"]')
    for number in (1, 2, 3):
        yield edge(f"{endpoint}::sqs", f"{subnet}::isolated-{number}", "subnetIds", cut)
    cut = ("endpoints.py", "[groups.endpoints.id]", '["group"]')
    yield edge(f"{endpoint}::sqs", f"{group}::endpoints", "securityGroupIds", cut)
    cut = ("endpoints.py", "prefix_list_id=dynamodb.prefix_list_id", 'prefix_list_id="list"')
    rule = "vpc/SecurityGroupEgressRule::functions-to-dynamodb"
    yield edge(rule, f"{endpoint}::dynamodb", "prefixListId", cut)
    ingress = "vpc/SecurityGroupIngressRule"
    cut = (
        "security_groups.py",
        "security_group_id=groups.endpoints.id,\n            ref",
        'security_group_id="g", ref',
    )
    yield edge(ingress, f"{group}::endpoints", "securityGroupId", cut)
    cut = ("security_groups.py", "referenced_security_group_id=group.id", 'referenced_security_group_id="group"')
    yield edge(ingress, group, "referencedSecurityGroupId", cut, lambda name: name.removeprefix("endpoints-from-"))
    cut = ("security_groups.py", "        security_group_id=group.id", '        security_group_id="group"')
    yield edge("vpc/SecurityGroupEgressRule", group, "securityGroupId", cut, lambda name: name.partition("-to-")[0])
    flow_log = "ec2/FlowLog"
    yield edge(flow_log, vpc, "vpcId", ("flow_logs.py", "vpc_id=vpc.id", 'vpc_id="vpc"'))
    yield edge(flow_log, "iam/RolePolicy", DEPENDS_ON, ("flow_logs.py", "depends_on=[policy]", "depends_on=[]"))
    yield edge(flow_log, "iam/Role", "iamRoleArn", ("flow_logs.py", "=role.arn", '="role"'))
    yield edge(flow_log, "cloudwatch/LogGroup", "logDestination", ("flow_logs.py", "=log_group.arn", '="group"'))


def _nat() -> Iterator[Edge]:
    edge = _maker("network")

    gateway, route = "ec2/NatGateway", "ec2/Route"
    for number in (1, 2, 3):
        public = f"{route}::public-{number}"
        cut = ("egress.py", "gateway_id=internet_gateway.id", 'gateway_id="internet"')
        yield edge(public, "ec2/InternetGateway", "gatewayId", cut)
        yield edge(gateway, public, DEPENDS_ON, ("egress.py", "depends_on=routes", "depends_on=[]"))
        cut = ("egress.py", "nat_gateway_id=gateways[number % len(gateways)].id", 'nat_gateway_id="nat"')
        yield edge(f"{route}::egress-{number}", gateway, "natGatewayId", cut)
    yield edge(gateway, "ec2/Eip", "allocationId", ("egress.py", "=address.allocation_id", '="address"'), _same)
    yield edge(gateway, "ec2/Subnet::public-1", "subnetId", ("egress.py", "subnet_id=subnet.id", 'subnet_id="subnet"'))


CHAIN: Final = (*_network(), *_data(), *_compute(), *_api(), *_stage())
"""Every edge of the layers as they are by default."""

NAT_CHAIN: Final = tuple(_nat())
"""The further edges of a network with one NAT gateway."""
