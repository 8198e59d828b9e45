"""What IAM asks before it lets an AWS call through: actions, the resources they are on, and the request's context.

Most calls need the action of their own name on what their parameters name. The tables below say how a service's
parameters name resources, and which calls need more than that.
"""

import functools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

import botocore.session

from policy import reference
from policy.evaluation import Context

ACCOUNT: Final = "000000000000"
REGION: Final = "eu-central-1"


def _arn(service: str, rest: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{rest}"


# Service, then parameter to the ARN it names; `{}` is the value. A parameter that is an ARN already is `{}` alone.
NAMED: Final[Mapping[str, Mapping[str, str]]] = {
    "acm": {"CertificateArn": "{}"},
    "cloudwatch": {
        "AlarmName": _arn("cloudwatch", "alarm:{}"),
        "AlarmNames": _arn("cloudwatch", "alarm:{}"),
        "DashboardName": f"arn:aws:cloudwatch::{ACCOUNT}:dashboard/{{}}",
        "DashboardNames": f"arn:aws:cloudwatch::{ACCOUNT}:dashboard/{{}}",
        "ResourceARN": "{}",
    },
    "dynamodb": {"TableName": _arn("dynamodb", "table/{}"), "ResourceArn": "{}"},
    "events": {"Name": _arn("events", "rule/{}"), "Rule": _arn("events", "rule/{}"), "ResourceARN": "{}"},
    "iam": {"RoleName": f"arn:aws:iam::{ACCOUNT}:role/{{}}"},
    "kms": {
        "KeyId": _arn("kms", "key/{}"),
        "TargetKeyId": _arn("kms", "key/{}"),
        "AliasName": _arn("kms", "{}"),
    },
    "lambda": {
        "FunctionName": _arn("lambda", "function:{}"),
        "UUID": _arn("lambda", "event-source-mapping:{}"),
        "Resource": "{}",
    },
    "logs": {"logGroupName": _arn("logs", "log-group:{}"), "resourceArn": "{}"},
    # AWS puts six characters of its own after a secret's name.
    "secretsmanager": {"Name": _arn("secretsmanager", "secret:{}-AbCdEf"), "SecretId": "{}"},
    "sns": {"Name": _arn("sns", "{}"), "TopicArn": "{}", "ResourceArn": "{}"},
    "sqs": {"QueueName": _arn("sqs", "{}"), "QueueUrl": _arn("sqs", "{}")},
    "wafv2": {"ResourceArn": "{}", "ResourceARN": "{}", "WebACLArn": "{}", "WebACLARN": "{}"},
}

# Beginning of an id of EC2's to the resource type it is of.
EC2_KINDS: Final = {
    "eipalloc": "elastic-ip",
    "fl": "vpc-flow-log",
    "igw": "internet-gateway",
    "nat": "natgateway",
    "rtb": "route-table",
    "sg": "security-group",
    "sgr": "security-group-rule",
    "subnet": "subnet",
    "vpc": "vpc",
    "vpce": "vpc-endpoint",
}

# Calls that hand a role to a service: the parameter with the role, and the service.
PASSED: Final = {
    ("lambda", "CreateFunction"): ("Role", "lambda.amazonaws.com"),
    ("ec2", "CreateFlowLogs"): ("DeliverLogsPermissionArn", "vpc-flow-logs.amazonaws.com"),
}

# What tags given at a creation need beside the creation; other services call it `TagResource`.
TAGGING: Final = {"acm": "AddTagsToCertificate", "ec2": "CreateTags", "iam": "TagRole", "sqs": "TagQueue"}

# Anybody may ask who they are.
FREE: Final = frozenset({("sts", "GetCallerIdentity")})

_TAGS: Final = ("Tags", "tags", "TagSpecifications")
_EC2_ID: Final = re.compile(r"([a-z]+)-[0-9a-f]{8,}")


@dataclass(frozen=True)
class Authorization:
    """One question to IAM."""

    action: str
    resource: str
    context: Context = field(default_factory=dict)

    @property
    def changes(self) -> bool:
        """Whether it is for more than looking."""
        return not reference.only_looks(self.action)

    def __str__(self) -> str:
        return f"{self.action} on {self.resource}"


class World:
    """What the resources of the layers are, as the state has them: tags, boundaries, and what belongs to what."""

    def __init__(self, resources: Sequence[Mapping[str, Any]]) -> None:
        self._outputs: dict[str, Mapping[str, Any]] = {}
        self._adopted = set()
        for resource in resources:
            outputs = resource.get("outputs") or {}
            for name in {resource.get("id"), outputs.get("arn")} - {None, ""}:
                self._outputs.setdefault(f"{resource['type']} {name}", outputs)
            if resource["type"] == "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup":
                self._adopted.add(resource["id"])

    def _find(self, name: str) -> Iterator[Mapping[str, Any]]:
        return (outputs for key, outputs in self._outputs.items() if key.partition(" ")[2] == name)

    def of_type(self, token: str) -> list[Mapping[str, Any]]:
        """List the outputs of all resources of a type."""
        return [outputs for key, outputs in self._outputs.items() if key.startswith(f"{token} ")]

    def tags(self, resource: str, operation: str) -> dict[str, str]:
        """Tell the tags IAM sees on a resource before a call; API Gateway's parts inherit those of what they are in."""
        tail = resource.rpartition("/")[2]
        inherited = re.search(
            r"::/(?:tags/.*%2F)?(?:restapis|apikeys|usageplans|domainnames)(?:/|%2F)([^/%]+)", resource
        )
        name = inherited[1] if inherited else tail
        if operation == "CreateTags" and name in self._adopted:
            return {}
        found = (*self._find(name), *self._find(resource))
        return next((dict(outputs["tags"]) for outputs in found if outputs.get("tags")), {})

    def boundary(self, role: str) -> str | None:
        """Tell a role's boundary."""
        return next((out["permissionsBoundary"] for out in self._find(role) if out.get("permissionsBoundary")), None)

    def function_of(self, mapping: str) -> str:
        """Tell the function an event source mapping feeds."""
        return next(str(outputs["functionArn"]) for outputs in self._find(mapping))

    def associated(self, association: str) -> list[str]:
        """Tell which subnet and route table a route table association puts together."""
        return [f"{out[key]}" for out in self._find(association) for key in ("subnetId", "routeTableId")]


def authorizations(call: Mapping[str, Any], world: World) -> list[Authorization]:
    """List what IAM is asked at a recorded call.

    Raises:
        LookupError: AWS has no action of the call's name; the tables need a word about it.
    """
    service, operation, params = call["service"], call["operation"], call["params"]
    if (service, operation) in FREE:
        return []
    request = {f"aws:RequestTag/{key}": value for key, value in _tags_of(params).items()}
    asked = list(_own(service, operation, params, world, request))
    asked += _tagging(service, operation, params, asked, world, request)
    if passed := PASSED.get((service, operation)):
        asked.append(_pass_role(params[passed[0]], passed[1]))
    for item in asked:
        reference.action_details(item.action)
    return asked


def _own(
    service: str, operation: str, params: Mapping[str, Any], world: World, request: Context
) -> Iterator[Authorization]:
    if service == "apigateway":
        yield from _api_gateway(operation, params, world, request)
        return
    action = f"{service}:{operation}"
    for resource in _resources(service, operation, params, world):
        context = {**request, **_context(service, operation, params, world)}
        context |= {f"aws:ResourceTag/{key}": value for key, value in world.tags(resource, operation).items()}
        yield Authorization(action, resource, context)
    if service == "wafv2" and operation in {"AssociateWebACL", "DisassociateWebACL"}:
        stage = params["ResourceArn"]
        tags = {f"aws:ResourceTag/{key}": value for key, value in world.tags(stage, operation).items()}
        yield Authorization("apigateway:SetWebACL", stage, tags)


def _resources(service: str, operation: str, params: Mapping[str, Any], world: World) -> list[str]:
    """Name what a call is on; `*` where AWS authorizes it on nothing narrower."""
    kinds = reference.resource_kinds(f"{service}:{operation}")
    if not kinds:
        return ["*"]
    if service == "ec2":
        found = [_arn("ec2", f"{kind}/{name}") for kind, name in _ec2(params, world) if kind in kinds]
    elif service == "route53":
        kind = "change" if operation == "GetChange" else "hostedzone"
        found = [f"arn:aws:route53:::{kind}/{(params.get('HostedZoneId') or params['Id']).rpartition('/')[2]}"]
    elif service == "wafv2" and "Name" in params:
        found = [_arn("wafv2", f"regional/webacl/{params['Name']}/{params.get('Id', 'new')}"), *_rule_sets(params)]
    else:
        named = NAMED[service]
        found = [
            _written(named[key], service, value)
            for key in named.keys() & params.keys()
            for value in (params[key] if isinstance(params[key], list) else [params[key]])
        ]
    if not found:
        raise LookupError(f"nothing says what {service} {operation} is on: {json.dumps(params)[:200]}")
    return sorted(found)


def _written(template: str, service: str, value: str) -> str:
    if value.startswith("arn:"):
        return value
    return template.format(value.rpartition("/")[2] if service == "sqs" else value)


def _ec2(params: Mapping[str, Any], world: World) -> Iterator[tuple[str, str]]:
    for specification in params.get("TagSpecifications") or ():
        yield specification["ResourceType"], "new"
    texts = _texts({key: value for key, value in params.items() if key not in _TAGS})
    for text in texts:
        for name in world.associated(text) if text.startswith("rtbassoc-") else [text]:
            if (match := _EC2_ID.fullmatch(name)) and match[1] in EC2_KINDS:
                yield EC2_KINDS[match[1]], name


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, str):
        yield value


def _rule_sets(params: Mapping[str, Any]) -> Iterator[str]:
    for rule in params.get("Rules") or ():
        if group := rule["Statement"].get("ManagedRuleGroupStatement"):
            yield _arn("wafv2", f"regional/managedruleset/{group['VendorName']}/{group['Name']}")


def _context(service: str, operation: str, params: Mapping[str, Any], world: World) -> Context:
    if service == "iam":
        boundary = params.get("PermissionsBoundary") or world.boundary(params.get("RoleName", ""))
        return {"iam:PermissionsBoundary": boundary} if boundary else {}
    if service == "dynamodb" and (item := params.get("Key") or params.get("Item")):
        return {"dynamodb:LeadingKeys": [item["id"]["S"]]}
    if service == "dynamodb" and (projection := params.get("ProjectionExpression")):
        return {"dynamodb:Attributes": projection.split(","), "dynamodb:Select": "SPECIFIC_ATTRIBUTES"}
    if service == "route53":
        return _record_context(params)
    if service == "lambda" and operation.endswith("EventSourceMapping"):
        return {"lambda:FunctionArn": world.function_of(params["UUID"]) if "UUID" in params else params["FunctionName"]}
    return {"lambda:Principal": params["Principal"]} if service == "lambda" and "Principal" in params else {}


def _record_context(params: Mapping[str, Any]) -> Context:
    """What a change of records is about, in lower case and without the last dot, as Route 53 compares names."""
    records = [change["ResourceRecordSet"] for change in params.get("ChangeBatch", {}).get("Changes", ())]
    if not records:
        return {}
    names = [record["Name"].lower().removesuffix(".") for record in records]
    return {
        "route53:ChangeResourceRecordSetsNormalizedRecordNames": names,
        "route53:ChangeResourceRecordSetsRecordTypes": [record["Type"] for record in records],
    }


def _api_gateway(operation: str, params: Mapping[str, Any], world: World, request: Context) -> Iterator[Authorization]:
    """API Gateway's actions are HTTP's, on the paths that its calls are sent to."""
    model = _api_gateway_model().operation_model(operation)
    http = model.http
    members = model.input_shape.members if model.input_shape else {}
    names = {shape.serialization.get("name", key): key for key, shape in members.items()}
    path = re.sub(
        r"\{([^}+]+)\+?\}",
        lambda match: quote(f"{params[names[match[1]]]}", safe=""),
        http["requestUri"].partition("?")[0],
    )
    resource = f"arn:aws:apigateway:{REGION}::{path}"
    tags = {f"aws:ResourceTag/{key}": value for key, value in world.tags(resource, operation).items()}
    yield Authorization(f"apigateway:{http['method']}", resource, {**request, **tags})
    if params.get("regionalCertificateArn"):
        # AWS has the action on both: all domains, and the one.
        for domains in (resource, f"{resource}/{params['domainName']}"):
            yield Authorization("apigateway:AddCertificateToDomain", domains)
    for patch in params.get("patchOperations") or ():
        if patch["path"] == "/cloudwatchRoleArn" and patch.get("value"):
            yield _pass_role(patch["value"], "apigateway.amazonaws.com")


@functools.cache
def _api_gateway_model() -> Any:
    return botocore.session.get_session().get_service_model("apigateway")


def _tagging(
    service: str,
    operation: str,
    params: Mapping[str, Any],
    asked: Sequence[Authorization],
    world: World,
    request: Context,
) -> Iterator[Authorization]:
    """Tags given to what is made are a question of their own."""
    if not request or operation.startswith(("Tag", "CreateTags")):
        return
    if service == "apigateway":
        target = quote(f"arn:aws:apigateway:{REGION}::{asked[0].resource.partition('::')[2]}/new", safe="")
        yield Authorization("apigateway:PUT", f"arn:aws:apigateway:{REGION}::/tags/{target}", request)
        return
    action = f"{service}:{TAGGING.get(service, 'TagResource')}"
    if service == "ec2":
        made = [item.resource for item in asked if item.resource.endswith("/new")]
        request = {**request, "ec2:CreateAction": operation}
    else:
        kinds = {
            "acm": _arn("acm", "certificate/new"),
            "kms": _arn("kms", "key/new"),
            "lambda": _arn("lambda", "event-source-mapping:new"),
        }
        made = [
            kinds[service] if item.resource == "*" else item.resource
            for item in asked
            if ":regional/managedruleset/" not in item.resource
        ]
    for resource in made:
        yield Authorization(action, resource, request)


def _tags_of(params: Mapping[str, Any]) -> dict[str, str]:
    for key in _TAGS:
        given = params.get(key)
        if not given or (key == "tags" and isinstance(given, list) and isinstance(given[0], str)):
            continue
        if isinstance(given, Mapping):
            return dict(given)
        pairs = given[0]["Tags"] if key == "TagSpecifications" else given
        return {pair.get("Key") or pair["TagKey"]: pair.get("Value") or pair["TagValue"] for pair in pairs}
    return {}


def _pass_role(arn: str, service: str) -> Authorization:
    return Authorization("iam:PassRole", arn, {"iam:PassedToService": service})
