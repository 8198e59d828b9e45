"""What EC2 refuses of security groups and their rules."""

import re
from collections.abc import Iterator
from typing import Any, Final

from tapstack.providers.crud import Resource
from tapstack.providers.rules.rule import DOCS, InputRule, Inputs, Moment, StateRule, Words, ask

_GROUP: Final = ("aws:ec2/securityGroup:SecurityGroup",)
_INGRESS: Final = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
_RULE: Final = (_INGRESS, "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule")
_DESCRIPTION: Final = re.compile(r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{0,255}")
_GROUPS: Final = DOCS + "vpc/latest/userguide/creating-security-groups.html"


def _odd_description(inputs: Inputs) -> Iterator[Words]:
    if not _DESCRIPTION.fullmatch(inputs.get("description") or ""):
        yield {}


def _taken(resource: Resource) -> Iterator[Words]:
    vpc, name = resource.inputs.get("vpcId"), resource.inputs["name"]
    held = resource.call("ec2", "describe_security_groups", {})["SecurityGroups"]
    if any(group["GroupName"] == name and group.get("VpcId") == vpc for group in held):
        yield {"name": name, "vpc": vpc}


def _peer(rule: Any) -> tuple[Any, ...]:
    return (
        rule.get("CidrIpv4"),
        rule.get("CidrIpv6"),
        rule.get("PrefixListId"),
        (rule.get("ReferencedGroupInfo") or {}).get("GroupId"),
    )


def _rule_taken(resource: Resource) -> Iterator[Words]:
    wanted = resource.inputs
    mine = tuple(wanted.get(key) for key in ("cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"))
    ports = (wanted.get("fromPort", -1), wanted.get("toPort", -1))
    group = [{"Name": "group-id", "Values": [wanted["securityGroupId"]]}]
    for rule in resource.call("ec2", "describe_security_group_rules", {"Filters": group})["SecurityGroupRules"]:
        if (
            rule["GroupId"] == wanted["securityGroupId"]
            and rule["IsEgress"] == (resource.token != _INGRESS)
            and rule["IpProtocol"] == wanted["ipProtocol"]
            and (rule.get("FromPort", -1), rule.get("ToPort", -1)) == ports
            and _peer(rule) == mine
        ):
            yield {
                "peer": next(filter(None, mine), ""),
                "protocol": wanted["ipProtocol"].upper(),
                "from": ports[0],
                "to": ports[1],
            }


def _of_no_group(resource: Resource) -> Iterator[Words]:
    group = resource.inputs["securityGroupId"]
    if ask(resource, "ec2", "describe_security_groups", GroupIds=[group]) is None:
        yield {"group": group}


_CHARACTERS: Final = "from the following set: a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*"

RULES: Final = (
    InputRule(
        name="security-group-description",
        types=_GROUP,
        operation="ec2:CreateSecurityGroup",
        code="InvalidParameterValue",
        message=f"Invalid security group description. Valid descriptions are strings less than 256 characters "
        f"{_CHARACTERS}",
        source=_GROUPS,
        check=_odd_description,
    ),
    InputRule(
        name="security-group-rule-description",
        types=_RULE,
        operation="ec2:AuthorizeSecurityGroupIngress",
        code="InvalidParameterValue",
        message=f"Invalid rule description. Valid descriptions are strings less than 256 characters {_CHARACTERS}",
        source=_GROUPS,
        check=_odd_description,
    ),
    StateRule(
        name="security-group-name-taken",
        types=_GROUP,
        operation="ec2:CreateSecurityGroup",
        code="InvalidGroup.Duplicate",
        message="The security group '{name}' already exists for VPC '{vpc}'",
        source=_GROUPS,
        moment=Moment.CREATE,
        check=_taken,
    ),
    StateRule(
        name="security-group-rule-of-no-group",
        types=_RULE,
        operation="ec2:AuthorizeSecurityGroupIngress",
        code="InvalidGroup.NotFound",
        message="The security group '{group}' does not exist",
        source=DOCS + "AWSEC2/latest/APIReference/errors-overview.html",
        moment=Moment.CREATE,
        check=_of_no_group,
    ),
    StateRule(
        name="security-group-rule-twice",
        types=_RULE,
        operation="ec2:AuthorizeSecurityGroupIngress",
        code="InvalidPermission.Duplicate",
        message='the specified rule "peer: {peer}, {protocol}, from port: {from}, to port: {to}, ALLOW" already exists',
        source=DOCS + "AWSEC2/latest/APIReference/API_AuthorizeSecurityGroupIngress.html",
        moment=Moment.CREATE,
        check=_rule_taken,
    ),
)
