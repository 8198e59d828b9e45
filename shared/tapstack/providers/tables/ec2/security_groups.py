"""Security groups and their rules."""

from typing import Any, Final

from tapstack.providers.table import Call, Look, Row, Scope
from tapstack.providers.tables.ec2.vpc import EC2_TAGS
from tapstack.providers.values import Props


def _permission(scope: Scope) -> list[Props]:
    """Write a rule's inputs as the one permission AWS is asked for; a description belongs to the source."""
    described = {"Description": scope.inputs["description"]} if scope.inputs.get("description") else {}
    sources = {
        "cidrIpv4": ("IpRanges", "CidrIp"),
        "cidrIpv6": ("Ipv6Ranges", "CidrIpv6"),
        "prefixListId": ("PrefixListIds", "PrefixListId"),
        "referencedSecurityGroupId": ("UserIdGroupPairs", "GroupId"),
    }
    given = {
        member: [{key: scope.inputs[name], **described}]
        for name, (member, key) in sources.items()
        if scope.inputs.get(name)
    }
    ports = {"FromPort": scope.inputs.get("fromPort"), "ToPort": scope.inputs.get("toPort")}
    return [
        {
            "IpProtocol": f"{scope.inputs['ipProtocol']}",
            **{key: port for key, port in ports.items() if port is not None},
            **given,
        }
    ]


def _modify(scope: Scope) -> Props:
    """Give the changed rule to AWS as a whole, whatever of it changed."""
    rule = {
        "IpProtocol": f"{scope.inputs['ipProtocol']}",
        "FromPort": scope.inputs.get("fromPort", -1),
        "ToPort": scope.inputs.get("toPort", -1),
        "CidrIpv4": scope.inputs.get("cidrIpv4"),
        "CidrIpv6": scope.inputs.get("cidrIpv6"),
        "PrefixListId": scope.inputs.get("prefixListId"),
        "ReferencedGroupId": scope.inputs.get("referencedSecurityGroupId"),
        "Description": scope.inputs.get("description"),
    }
    given = {key: value for key, value in rule.items() if value is not None}
    return scope.call(
        "ec2",
        "modify_security_group_rules",
        {
            "GroupId": scope["securityGroupId"],
            "SecurityGroupRules": [{"SecurityGroupRuleId": scope["id"], "SecurityGroupRule": given}],
        },
    )


_RULE: Final = (
    "cidrIpv4",
    "cidrIpv6",
    "description",
    "fromPort",
    "ipProtocol",
    "prefixListId",
    "referencedSecurityGroupId",
    "toPort",
)


def _rule(direction: str) -> Row:
    return Row(
        service="ec2",
        ec2_kind="security-group-rule",
        create=Call(
            operation=f"authorize_security_group_{direction}",
            params={"GroupId": "$securityGroupId", "IpPermissions": _permission},
            auto=("tags",),
            also=_RULE,
        ),
        id="@SecurityGroupRules[0].SecurityGroupRuleId",
        read=(
            Look(
                operation="describe_security_group_rules",
                params={"SecurityGroupRuleIds": ["$id"]},
                pick="SecurityGroupRules[0]",
                take={"referencedSecurityGroupId": "ReferencedGroupInfo.GroupId", "securityGroupId": "GroupId"},
            ),
        ),
        update=(Call(run=_modify, on=_RULE),),
        delete=(
            Call(
                operation=f"revoke_security_group_{direction}",
                params={"GroupId": "$securityGroupId", "SecurityGroupRuleIds": ["$id"]},
            ),
        ),
        outputs={"securityGroupRuleId": "$id", "arn": "arn:aws:ec2:${region}:${account}:security-group-rule/${id}"},
        replace_on=("securityGroupId",),
        tagging=EC2_TAGS,
    )


def _find_group(scope: Scope, filters: list[Props]) -> Props:
    groups = scope.call("ec2", "describe_security_groups", {"Filters": filters})["SecurityGroups"]
    return dict(groups[0])


def _revoke_all(scope: Scope, group: Props) -> None:
    for direction, member in (("ingress", "IpPermissions"), ("egress", "IpPermissionsEgress")):
        if permissions := group.get(member):
            scope.call(
                "ec2",
                f"revoke_security_group_{direction}",
                {"GroupId": group["GroupId"], "IpPermissions": [_without_empty(item) for item in permissions]},
            )


def _without_empty(permission: Props) -> Props:
    return {key: value for key, value in permission.items() if value not in ([], None)}


def _adopt_default(scope: Scope) -> Props:
    """Take over the group the VPC came with: tag it, and take its rules away, in the real provider's order."""
    vpc = {"Name": "vpc-id", "Values": [scope["vpcId"]]}
    group = _find_group(scope, [vpc, {"Name": "group-name", "Values": ["default"]}])
    if tags := scope.inputs.get("tags"):
        pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
        scope.call("ec2", "create_tags", {"Resources": [group["GroupId"]], "Tags": pairs})
    _revoke_all(scope, group)
    return group


def _close_egress(scope: Scope) -> Any:
    """Take away the rule AWS gives every new group, as the real provider does: everything out to everywhere."""
    group = scope.call("ec2", "describe_security_groups", {"GroupIds": [scope["id"]]})["SecurityGroups"][0]
    _revoke_all(scope, group)


_READ: Final = Look(
    operation="describe_security_groups",
    params={"GroupIds": ["$id"]},
    # Its rules are resources of their own.
    pick="SecurityGroups[0].{Description: Description, GroupName: GroupName, OwnerId: OwnerId, "
    "Tags: Tags, VpcId: VpcId}",
)

ROWS: Final = {
    "aws:ec2/securityGroup:SecurityGroup": Row(
        service="ec2",
        ec2_kind="security-group",
        create=Call(operation="create_security_group", auto=("description", "name", "tags", "vpcId")),
        id="@GroupId",
        # The description is always there, so this always runs at creation, and never at an update: it is replaced on.
        settle=(Call(run=_close_egress, on=("description",)),),
        read=(_READ,),
        delete=(Call(operation="delete_security_group", params={"GroupId": "$id"}),),
        outputs={"arn": "arn:aws:ec2:${region}:${account}:security-group/${id}"},
        names={"name": "GroupName"},
        defaults={"description": "Managed by Pulumi"},
        replace_on=("description", "name", "vpcId"),
        auto_name="name",
        tagging=EC2_TAGS,
    ),
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": Row(
        service="ec2",
        create=Call(run=_adopt_default, on=("tags", "vpcId")),
        id="@GroupId",
        read=(_READ,),
        keep=True,
        names={"name": "GroupName"},
        outputs={"arn": "arn:aws:ec2:${region}:${account}:security-group/${id}"},
        replace_on=("vpcId",),
        tagging=EC2_TAGS,
    ),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _rule("ingress"),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": _rule("egress"),
}
