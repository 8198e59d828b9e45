"""What others do to an environment behind its state's back, through boto3, and the line of `drift` that tells it."""

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from support.clients import emulator_client

ROLE: Final = "aws:iam/role:Role"
ROLE_POLICY: Final = "aws:iam/rolePolicy:RolePolicy"
FUNCTION: Final = "aws:lambda/function:Function"
ALIAS: Final = "aws:lambda/alias:Alias"
MAPPING: Final = "aws:lambda/eventSourceMapping:EventSourceMapping"
PERMISSION: Final = "aws:lambda/permission:Permission"
QUEUE: Final = "aws:sqs/queue:Queue"
TOPIC: Final = "aws:sns/topic:Topic"
KEY: Final = "aws:kms/key:Key"
TABLE: Final = "aws:dynamodb/table:Table"
LOG_GROUP: Final = "aws:cloudwatch/logGroup:LogGroup"
GROUP: Final = "aws:ec2/securityGroup:SecurityGroup"
CLOSED_GROUP: Final = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
INGRESS: Final = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS: Final = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
ROUTE_TABLE: Final = "aws:ec2/routeTable:RouteTable"
VPC: Final = "aws:ec2/vpc:Vpc"
ENDPOINT: Final = "aws:ec2/vpcEndpoint:VpcEndpoint"
API: Final = "aws:apigateway/restApi:RestApi"
STAGE: Final = "aws:apigateway/stage:Stage"
METHOD: Final = "aws:apigateway/method:Method"
PLAN: Final = "aws:apigateway/usagePlan:UsagePlan"
WEB_ACL: Final = "aws:wafv2/webAcl:WebAcl"

FUNCTIONS: Final = "arn:aws:lambda:eu-central-1:000000000000:function"
EVERYBODY: Final = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}


def policy(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


class Others:
    """Somebody with the account's credentials, who knows what the states know.

    Attributes:
        endpoint: where the account's AWS answers.
        made: what a change made, by a name that its line gives in braces.
    """

    def __init__(self, endpoint: str, states: Mapping[str, list[dict[str, Any]]]) -> None:
        self.endpoint = endpoint
        self._resources = [resource for resources in states.values() for resource in resources]
        self.made: dict[str, str] = {}

    def client(self, service: str) -> Any:
        return emulator_client(self.endpoint, service)

    def outputs(self, kind: str, name: str) -> dict[str, Any]:
        """What the state has of a resource."""
        return next(
            {**item["outputs"], "id": item["id"]}
            for item in self._resources
            if item["type"] == kind and item["urn"].endswith(f"::{name}")
        )

    def id(self, kind: str, name: str) -> str:
        return str(self.outputs(kind, name)["id"])

    def arn(self, kind: str, name: str) -> str:
        return str(self.outputs(kind, name)["arn"])


@dataclass(frozen=True)
class Change:
    """One change behind the state's back.

    Attributes:
        what: what somebody did.
        layer: the layer whose thing it is.
        told: the line that tells it, after the layer's name.
        do: does it.
    """

    what: str
    layer: str
    told: str
    do: Callable[[Others], object]


def other_code() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        package.writestr("handler.py", "def handler(event, context):\n    return 'not ours'\n")
    return file.getvalue()


def new_version(others: Others, function: str) -> str:
    """Publish a version of a function with other code."""
    name = others.id(FUNCTION, function)
    client = others.client("lambda")
    client.update_function_code(FunctionName=name, ZipFile=other_code())
    return str(client.publish_version(FunctionName=name)["Version"])


def route_to_the_internet(others: Others) -> None:
    ec2, vpc = others.client("ec2"), others.id(VPC, "vpc")
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    table = others.id(ROUTE_TABLE, "isolated-1")
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    others.made["gateway"] = gateway


def open_a_port(others: Others, kind: str, group: str, name: str) -> None:
    answer = others.client("ec2").authorize_security_group_ingress(
        GroupId=others.id(kind, group),
        IpPermissions=[{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
    )
    others.made[name] = answer["SecurityGroupRules"][0]["SecurityGroupRuleId"]


def let_everything_out(others: Others) -> None:
    answer = others.client("ec2").authorize_security_group_egress(
        GroupId=others.id(GROUP, "functions"),
        IpPermissions=[{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
    )
    others.made["egress"] = answer["SecurityGroupRules"][0]["SecurityGroupRuleId"]


def add_a_subnet(others: Others) -> None:
    answer = others.client("ec2").create_subnet(VpcId=others.id(VPC, "vpc"), CidrBlock="10.40.240.0/24")
    others.made["subnet"] = answer["Subnet"]["SubnetId"]


def add_an_endpoint(others: Others) -> None:
    answer = others.client("ec2").create_vpc_endpoint(
        VpcId=others.id(VPC, "vpc"), ServiceName="com.amazonaws.eu-central-1.s3", VpcEndpointType="Gateway"
    )
    others.made["endpoint"] = answer["VpcEndpoint"]["VpcEndpointId"]


def subscribe(others: Others) -> None:
    others.client("sns").subscribe(
        TopicArn=others.arn(TOPIC, "alerts"), Protocol="https", Endpoint="https://elsewhere.example/alerts"
    )


def grant(others: Others) -> None:
    answer = others.client("kms").create_grant(
        KeyId=others.id(KEY, "key"), GranteePrincipal="arn:aws:iam::999999999999:root", Operations=["Decrypt"]
    )
    others.made["grant"] = answer["GrantId"]


def map_a_queue_to_our_function(others: Others) -> None:
    queue = others.client("sqs").create_queue(QueueName="elsewhere")["QueueUrl"]
    attributes = others.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    answer = others.client("lambda").create_event_source_mapping(
        FunctionName=others.id(FUNCTION, "notifier"), EventSourceArn=attributes["QueueArn"]
    )
    others.made["to ours"] = answer["UUID"]


def drain_our_queue(others: Others) -> None:
    client = others.client("lambda")
    client.create_function(
        FunctionName="elsewhere",
        Runtime="python3.13",
        Role=others.arn(ROLE, "notifier"),
        Handler="handler.handler",
        Code={"ZipFile": other_code()},
    )
    answer = client.create_event_source_mapping(
        FunctionName="elsewhere", EventSourceArn=others.arn(QUEUE, "notifications"), Enabled=False
    )
    others.made["from ours"] = answer["UUID"]


def add_a_resource(others: Others) -> None:
    client, api = others.client("apigateway"), others.id(API, "transactions")
    root = others.outputs(API, "transactions")["rootResourceId"]
    others.made["resource"] = client.create_resource(restApiId=api, parentId=root, pathPart="debug")["id"]


def add_a_method(others: Others) -> None:
    others.client("apigateway").put_method(
        restApiId=others.id(API, "transactions"),
        resourceId=others.id("aws:apigateway/resource:Resource", "transactions"),
        httpMethod="DELETE",
        authorizationType="NONE",
    )


def open_a_method(others: Others) -> None:
    others.client("apigateway").update_method(
        restApiId=others.id(API, "transactions"),
        resourceId=others.id("aws:apigateway/resource:Resource", "transaction"),
        httpMethod="GET",
        patchOperations=[{"op": "replace", "path": "/apiKeyRequired", "value": "false"}],
    )


def add_a_stage(others: Others) -> None:
    others.client("apigateway").create_stage(
        restApiId=others.id(API, "transactions"),
        stageName="shadow",
        deploymentId=others.id("aws:apigateway/deployment:Deployment", "transactions"),
    )


def add_a_key_to_a_plan(others: Others) -> None:
    client = others.client("apigateway")
    key = client.create_api_key(name="elsewhere", enabled=True, value="k" * 24)["id"]
    client.create_usage_plan_key(usagePlanId=others.id(PLAN, "premium"), keyId=key, keyType="API_KEY")
    others.made["key"] = key


def add_a_plan(others: Others) -> None:
    stage = {"apiId": others.id(API, "transactions"), "stage": others.outputs(STAGE, "transactions")["stageName"]}
    answer = others.client("apigateway").create_usage_plan(name="elsewhere", apiStages=[stage])
    others.made["plan"] = answer["id"]


def widen_a_plan(others: Others) -> None:
    others.client("apigateway").update_usage_plan(
        usagePlanId=others.id(PLAN, "standard"),
        patchOperations=[{"op": "replace", "path": "/throttle/rateLimit", "value": "9999"}],
    )


def change_the_web_acl(others: Others) -> None:
    client = others.client("wafv2")
    outputs = others.outputs(WEB_ACL, "edge")
    named = {"Name": outputs["name"], "Scope": "REGIONAL", "Id": outputs["id"]}
    found = client.get_web_acl(**named)
    kept = {key: found["WebACL"][key] for key in ("DefaultAction", "VisibilityConfig")}
    client.update_web_acl(**named, **kept, Rules=found["WebACL"]["Rules"][1:], LockToken=found["LockToken"])


def put_the_firewall_elsewhere(others: Others) -> None:
    client = others.client("apigateway")
    api = client.create_rest_api(name="elsewhere")["id"]
    root = client.get_resources(restApiId=api)["items"][0]["id"]
    client.put_method(restApiId=api, resourceId=root, httpMethod="GET", authorizationType="NONE")
    client.put_integration(restApiId=api, resourceId=root, httpMethod="GET", type="MOCK")
    client.create_deployment(restApiId=api, stageName="there")
    stage = f"arn:aws:apigateway:eu-central-1::/restapis/{api}/stages/there"
    others.client("wafv2").associate_web_acl(WebACLArn=others.arn(WEB_ACL, "edge"), ResourceArn=stage)
    others.made["stage"] = stage


def send_part_of_the_calls_elsewhere(others: Others) -> None:
    alias = others.outputs(ALIAS, "validator-live")
    others.client("lambda").update_alias(
        FunctionName=others.id(FUNCTION, "validator"),
        Name=alias["name"],
        RoutingConfig={"AdditionalVersionWeights": {new_version(others, "validator"): 0.5}},
    )


def add_an_index(others: Others) -> None:
    others.client("dynamodb").update_table(
        TableName=others.id(TABLE, "velocity"),
        AttributeDefinitions=[{"AttributeName": "day", "AttributeType": "S"}],
        GlobalSecondaryIndexUpdates=[
            {
                "Create": {
                    "IndexName": "by-day",
                    "KeySchema": [{"AttributeName": "day", "KeyType": "HASH"}],
                    "Projection": {"ProjectionType": "ALL"},
                }
            }
        ],
    )


CHANGES: Final = (
    Change(
        "a role gets an inline policy that allows everything",
        "compute",
        f"create 'everything' ({ROLE_POLICY}) on 'validator' ({ROLE})",
        lambda others: others.client("iam").put_role_policy(
            RoleName=others.id(ROLE, "validator"),
            PolicyName="everything",
            PolicyDocument=policy({"Effect": "Allow", "Action": "*", "Resource": "*"}),
        ),
    ),
    Change(
        "a role gets AdministratorAccess",
        "compute",
        "create 'arn:aws:iam::aws:policy/AdministratorAccess' (aws:iam/rolePolicyAttachment:RolePolicyAttachment) on "
        f"'notifier' ({ROLE})",
        lambda others: others.client("iam").attach_role_policy(
            RoleName=others.id(ROLE, "notifier"), PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"
        ),
    ),
    Change(
        "a role trusts another account",
        "compute",
        f"update 'fraud-detector' ({ROLE}): assumeRolePolicy",
        lambda others: others.client("iam").update_assume_role_policy(
            RoleName=others.id(ROLE, "fraud-detector"),
            PolicyDocument=policy(
                {"Effect": "Allow", "Principal": {"AWS": "999999999999"}, "Action": "sts:AssumeRole"}
            ),
        ),
    ),
    Change(
        "a role's own policy allows more",
        "compute",
        f"update 'fraud-detector' ({ROLE_POLICY}): policy",
        lambda others: others.client("iam").put_role_policy(
            RoleName=others.id(ROLE, "fraud-detector"),
            PolicyName="function",
            PolicyDocument=policy({"Effect": "Allow", "Action": "*", "Resource": "*"}),
        ),
    ),
    Change(
        "a role that API Gateway logs with gets a policy",
        "api-edge",
        f"create 'more' ({ROLE_POLICY}) on 'api-logs' ({ROLE})",
        lambda others: others.client("iam").put_role_policy(
            RoleName=others.id(ROLE, "api-logs"),
            PolicyName="more",
            PolicyDocument=policy({"Effect": "Allow", "Action": "s3:*", "Resource": "*"}),
        ),
    ),
    Change(
        "a function's code is replaced",
        "compute",
        f"update 'notifier' ({FUNCTION}): codeSha256",
        lambda others: others.client("lambda").update_function_code(
            FunctionName=others.id(FUNCTION, "notifier"), ZipFile=other_code()
        ),
    ),
    Change(
        "a function's code is replaced and published",
        "compute",
        f"update 'validator' ({FUNCTION}): codeSha256, version",
        send_part_of_the_calls_elsewhere,
    ),
    Change(
        "an alias sends half of its calls to another version",
        "compute",
        f"update 'validator-live' ({ALIAS}): routingConfig",
        lambda _: None,
    ),
    Change(
        "an alias is moved to another version",
        "compute",
        f"update 'fraud-detector-live' ({ALIAS}): functionVersion",
        lambda others: others.client("lambda").update_alias(
            FunctionName=others.id(FUNCTION, "fraud-detector"),
            Name="live",
            FunctionVersion=new_version(others, "fraud-detector"),
        ),
    ),
    Change(
        "a function has another environment",
        "compute",
        f"update 'fraud-detector' ({FUNCTION}): codeSha256, environment, version",
        lambda others: others.client("lambda").update_function_configuration(
            FunctionName=others.id(FUNCTION, "fraud-detector"), Environment={"Variables": {"LOG_LEVEL": "DEBUG"}}
        ),
    ),
    Change(
        "everybody may call an alias",
        "compute",
        f"create 'everybody' ({PERMISSION}) on 'validator-live' ({ALIAS}): lambda:InvokeFunction by *",
        lambda others: others.client("lambda").add_permission(
            FunctionName=others.id(FUNCTION, "validator"),
            Qualifier="live",
            StatementId="everybody",
            Action="lambda:InvokeFunction",
            Principal="*",
        ),
    ),
    Change(
        "everybody may call a function",
        "compute",
        f"create 'all' ({PERMISSION}) on 'notifier' ({FUNCTION}): lambda:InvokeFunction by *",
        lambda others: others.client("lambda").add_permission(
            FunctionName=others.id(FUNCTION, "notifier"),
            StatementId="all",
            Action="lambda:InvokeFunction",
            Principal="*",
        ),
    ),
    Change(
        "a function has an address of its own",
        "compute",
        f"create '{FUNCTIONS}:tapstack-local-fraud-detector' (aws:lambda/functionUrl:FunctionUrl) on 'fraud-detector' "
        f"({FUNCTION}): authorization NONE",
        lambda others: others.client("lambda").create_function_url_config(
            FunctionName=others.id(FUNCTION, "fraud-detector"), AuthType="NONE"
        ),
    ),
    Change(
        "a function has an alias more",
        "compute",
        f"create 'shadow' ({ALIAS}) on 'notifier' ({FUNCTION})",
        lambda others: others.client("lambda").create_alias(
            FunctionName=others.id(FUNCTION, "notifier"), Name="shadow", FunctionVersion="1"
        ),
    ),
    Change(
        "what a function could not do goes elsewhere",
        "compute",
        f"create '{FUNCTIONS}:tapstack-local-notifier' "
        f"(aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig) on 'notifier' ({FUNCTION})",
        lambda others: others.client("lambda").put_function_event_invoke_config(
            FunctionName=others.id(FUNCTION, "notifier"), MaximumRetryAttempts=0
        ),
    ),
    Change(
        "a function of ours is fed from another queue",
        "compute",
        f"create '{{to ours}}' ({MAPPING}) on 'notifier' ({FUNCTION}): arn:aws:sqs:eu-central-1:000000000000:elsewhere "
        "to tapstack-local-notifier",
        map_a_queue_to_our_function,
    ),
    Change(
        "another function takes the messages of a queue of ours",
        "compute",
        f"create '{{from ours}}' ({MAPPING}) beside 'notifier-queue' ({MAPPING}): "
        "arn:aws:sqs:eu-central-1:000000000000:tapstack-local-notifications to elsewhere",
        drain_our_queue,
    ),
    Change(
        "an event source mapping is switched off",
        "compute",
        f"update 'fraud-detector-stream' ({MAPPING}): enabled",
        lambda others: others.client("lambda").update_event_source_mapping(
            UUID=others.id(MAPPING, "fraud-detector-stream"), Enabled=False
        ),
    ),
    Change(
        "a function's log goes elsewhere too",
        "compute",
        "create 'copy' (aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter) on 'validator' "
        f"({LOG_GROUP}): to arn:aws:lambda:eu-central-1:000000000000:function:elsewhere",
        lambda others: others.client("logs").put_subscription_filter(
            logGroupName=others.id(LOG_GROUP, "validator"),
            filterName="copy",
            filterPattern="",
            destinationArn="arn:aws:lambda:eu-central-1:000000000000:function:elsewhere",
        ),
    ),
    Change(
        "a log is kept for a day",
        "compute",
        f"update 'notifier' ({LOG_GROUP}): retentionInDays",
        lambda others: others.client("logs").put_retention_policy(
            logGroupName=others.id(LOG_GROUP, "notifier"), retentionInDays=1
        ),
    ),
    Change(
        "a security group lets the world in at port 22",
        "network",
        f"create '{{ssh}}' ({INGRESS}) on 'functions' ({GROUP}): tcp 22-22 from 0.0.0.0/0",
        lambda others: open_a_port(others, GROUP, "functions", "ssh"),
    ),
    Change(
        "the VPC's closed group lets the world in at port 22",
        "network",
        f"create '{{closed}}' ({INGRESS}) on 'closed-default' ({CLOSED_GROUP}): tcp 22-22 from 0.0.0.0/0",
        lambda others: open_a_port(others, CLOSED_GROUP, "closed-default", "closed"),
    ),
    Change(
        "a security group lets everything out",
        "network",
        f"create '{{egress}}' ({EGRESS}) on 'functions' ({GROUP}): everything to 0.0.0.0/0",
        let_everything_out,
    ),
    Change(
        "a rule of a security group is taken away",
        "network",
        f"delete 'egress-to-merchants' ({EGRESS})",
        lambda others: others.client("ec2").revoke_security_group_egress(
            GroupId=others.id(GROUP, "egress"), SecurityGroupRuleIds=[others.id(EGRESS, "egress-to-merchants")]
        ),
    ),
    Change(
        "an isolated subnet gets a route to the Internet",
        "network",
        f"create '0.0.0.0/0' (aws:ec2/route:Route) on 'isolated-1' ({ROUTE_TABLE}): to {{gateway}}",
        route_to_the_internet,
    ),
    Change(
        "the VPC gets an internet gateway",
        "network",
        f"create '{{gateway}}' (aws:ec2/internetGateway:InternetGateway) on 'vpc' ({VPC})",
        lambda _: None,
    ),
    Change(
        "the VPC gets a subnet",
        "network",
        f"create '{{subnet}}' (aws:ec2/subnet:Subnet) on 'vpc' ({VPC}): 10.40.240.0/24",
        add_a_subnet,
    ),
    Change(
        "the VPC gets an endpoint",
        "network",
        f"create '{{endpoint}}' ({ENDPOINT}) on 'vpc' ({VPC}): com.amazonaws.eu-central-1.s3",
        add_an_endpoint,
    ),
    Change(
        "a subnet gives public addresses",
        "network",
        "update 'isolated-2' (aws:ec2/subnet:Subnet): mapPublicIpOnLaunch",
        lambda others: others.client("ec2").modify_subnet_attribute(
            SubnetId=others.id("aws:ec2/subnet:Subnet", "isolated-2"), MapPublicIpOnLaunch={"Value": True}
        ),
    ),
    Change(
        "a topic tells another address",
        "data",
        "create 'https://elsewhere.example/alerts' (aws:sns/topicSubscription:TopicSubscription) on 'alerts' "
        f"({TOPIC}): https",
        subscribe,
    ),
    Change(
        "everybody may publish to a topic",
        "data",
        "update 'alerts' (aws:sns/topicPolicy:TopicPolicy): policy",
        lambda others: others.client("sns").set_topic_attributes(
            TopicArn=others.arn(TOPIC, "alerts"), AttributeName="Policy", AttributeValue=policy(EVERYBODY)
        ),
    ),
    Change(
        "everybody may use a queue",
        "data",
        "update 'notifications' (aws:sqs/queuePolicy:QueuePolicy): policy",
        lambda others: others.client("sqs").set_queue_attributes(
            QueueUrl=others.id(QUEUE, "notifications"), Attributes={"Policy": policy(EVERYBODY)}
        ),
    ),
    Change(
        "a queue keeps messages for two hours",
        "data",
        f"update 'stream-failures' ({QUEUE}): messageRetentionSeconds",
        lambda others: others.client("sqs").set_queue_attributes(
            QueueUrl=others.id(QUEUE, "stream-failures"), Attributes={"MessageRetentionPeriod": "7200"}
        ),
    ),
    Change(
        "a key may be used by another account",
        "data",
        f"create '{{grant}}' (aws:kms/grant:Grant) on 'key' ({KEY}): Decrypt by arn:aws:iam::999999999999:root",
        grant,
    ),
    Change(
        "a key is no longer rotated, and its policy allows everybody",
        "data",
        f"update 'key' ({KEY}): enableKeyRotation, policy",
        lambda others: (
            others.client("kms").disable_key_rotation(KeyId=others.id(KEY, "key")),
            others.client("kms").put_key_policy(
                KeyId=others.id(KEY, "key"), PolicyName="default", Policy=policy({**EVERYBODY, "Action": "kms:*"})
            ),
        ),
    ),
    Change(
        "a key gets another name",
        "data",
        f"create 'alias/elsewhere' (aws:kms/alias:Alias) on 'key' ({KEY})",
        lambda others: others.client("kms").create_alias(
            AliasName="alias/elsewhere", TargetKeyId=others.id(KEY, "key")
        ),
    ),
    Change(
        "everybody may read a table",
        "data",
        "create 'arn:aws:dynamodb:eu-central-1:000000000000:table/tapstack-local-transactions' "
        f"(aws:dynamodb/resourcePolicy:ResourcePolicy) on 'transactions' ({TABLE})",
        lambda others: others.client("dynamodb").put_resource_policy(
            ResourceArn=others.arn(TABLE, "transactions"), Policy=policy(EVERYBODY)
        ),
    ),
    Change(
        "a table has an index more",
        "data",
        f"update 'velocity' ({TABLE}): attributes, globalSecondaryIndexes",
        add_an_index,
    ),
    Change(
        "a table has a stream, and no point-in-time recovery",
        "data",
        f"update 'merchants' ({TABLE}): pointInTimeRecovery, streamEnabled, streamViewType",
        lambda others: (
            others.client("dynamodb").update_continuous_backups(
                TableName=others.id(TABLE, "merchants"),
                PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False},
            ),
            others.client("dynamodb").update_table(
                TableName=others.id(TABLE, "merchants"),
                StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
            ),
        ),
    ),
    Change(
        "the API has a resource more",
        "api-edge",
        f"create '/debug' (aws:apigateway/resource:Resource) on 'transactions' ({API})",
        add_a_resource,
    ),
    Change(
        "the API has a method more",
        "api-edge",
        f"create 'DELETE' ({METHOD}) on 'transactions' (aws:apigateway/resource:Resource): without an API key",
        add_a_method,
    ),
    Change(
        "a method of the API needs no key",
        "api-edge",
        f"update 'read' ({METHOD}): apiKeyRequired",
        open_a_method,
    ),
    Change(
        "the API has a stage more",
        "api-edge",
        f"create 'shadow' ({STAGE}) on 'transactions' ({API})",
        add_a_stage,
    ),
    Change(
        "a usage plan has a key more",
        "api-edge",
        f"create '{{key}}' (aws:apigateway/usagePlanKey:UsagePlanKey) on 'premium' ({PLAN}): elsewhere",
        add_a_key_to_a_plan,
    ),
    Change(
        "a usage plan allows more",
        "api-edge",
        f"update 'standard' ({PLAN}): throttleSettings",
        widen_a_plan,
    ),
    Change(
        "the web ACL has lost a rule, and its description, which an update without one takes away",
        "api-edge",
        f"update 'edge' ({WEB_ACL}): description, rules",
        change_the_web_acl,
    ),
    Change(
        "the web ACL stands before another API too",
        "api-edge",
        f"create '{{stage}}' (aws:wafv2/webAclAssociation:WebAclAssociation) on 'edge' ({WEB_ACL})",
        put_the_firewall_elsewhere,
    ),
    Change(
        "another usage plan opens the API's stage",
        "api-edge",
        f"create '{{plan}}' ({PLAN}) on 'transactions' ({API}): elsewhere",
        add_a_plan,
    ),
    Change(
        "the API has a gateway response more",
        "api-edge",
        f"create 'UNAUTHORIZED' (aws:apigateway/response:Response) on 'transactions' ({API})",
        lambda others: others.client("apigateway").put_gateway_response(
            restApiId=others.id(API, "transactions"), responseType="UNAUTHORIZED", statusCode="200"
        ),
    ),
    Change(
        "an alarm calls nobody any more",
        "api-edge",
        "update 'api-5xx' (aws:cloudwatch/metricAlarm:MetricAlarm): actionsEnabled",
        lambda others: others.client("cloudwatch").disable_alarm_actions(
            AlarmNames=[others.id("aws:cloudwatch/metricAlarm:MetricAlarm", "api-5xx")]
        ),
    ),
    Change(
        "a log is counted by somebody else's metric",
        "api-edge",
        f"create 'count' (aws:cloudwatch/logMetricFilter:LogMetricFilter) on 'access-log' ({LOG_GROUP})",
        lambda others: others.client("logs").put_metric_filter(
            logGroupName=others.id(LOG_GROUP, "access-log"),
            filterName="count",
            filterPattern="",
            metricTransformations=[{"metricName": "n", "metricNamespace": "elsewhere", "metricValue": "1"}],
        ),
    ),
)

UNHELD: Final = {
    LOG_GROUP: "the key of a log group",
    "aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy": "that card numbers are masked in a log",
    "aws:apigateway/restApi:RestApi": "the versions of TLS and the hosts that an API takes",
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": "where a web ACL logs, and what it leaves out",
}
"""Type to what others can change of it on AWS and not here: nothing on the lane holds it, and the stand-in keeps it in
the state alone (`tapstack.providers.state_only_types` has the reasons)."""
