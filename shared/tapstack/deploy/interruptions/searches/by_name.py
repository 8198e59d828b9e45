"""What AWS knows by a name that the program gives, or by what it belongs to."""

from collections.abc import Mapping
from typing import Final

from tapstack.deploy.interruptions.search import Search

SEARCHES: Final[Mapping[str, Search]] = {
    "aws:acm/certificate:Certificate": Search(
        service="acm",
        operation="list_certificates",
        items="CertificateSummaryList",
        tells="item.DomainName == inputs.domainName",
        each=("list_tags_for_certificate", "{CertificateArn: CertificateArn}"),
        tagged=True,
        id="item.CertificateArn",
    ),
    "aws:cloudwatch/logGroup:LogGroup": Search(
        service="logs",
        operation="describe_log_groups",
        params="{logGroupNamePrefix: name}",
        items="logGroups",
        tells="item.logGroupName == inputs.name",
        id="item.logGroupName",
    ),
    "aws:dynamodb/table:Table": Search(
        service="dynamodb",
        operation="describe_table",
        params="{TableName: name}",
        id="item.Table.TableName",
    ),
    "aws:dynamodb/tableItem:TableItem": Search(
        service="dynamodb",
        operation="get_item",
        params="{TableName: tableName, Key: {id: from_json(item).id}, ConsistentRead: `true`}",
        items="[Item][?@]",
        id="join('|', [inputs.tableName, inputs.hashKey, '', item.id.S])",
        imports=False,
    ),
    "aws:iam/role:Role": Search(
        service="iam", operation="get_role", params="{RoleName: name}", id="item.Role.RoleName"
    ),
    "aws:iam/rolePolicy:RolePolicy": Search(
        service="iam",
        operation="get_role_policy",
        params="{RoleName: role, PolicyName: name}",
        id="join(':', [inputs.role, inputs.name])",
    ),
    "aws:kms/alias:Alias": Search(
        service="kms",
        operation="list_aliases",
        items="Aliases",
        tells="item.AliasName == inputs.name",
        id="item.AliasName",
    ),
    "aws:kms/key:Key": Search(
        service="kms",
        operation="list_keys",
        items="Keys",
        each=("describe_key", "{KeyId: KeyId}"),
        tells="item.more.KeyMetadata.Description == inputs.description && item.more.KeyMetadata.KeyState == 'Enabled'",
        id="item.KeyId",
    ),
    "aws:lambda/alias:Alias": Search(
        service="lambda",
        operation="get_alias",
        params="{FunctionName: functionName, Name: name}",
        id="join('/', [inputs.functionName, inputs.name])",
    ),
    "aws:lambda/eventSourceMapping:EventSourceMapping": Search(
        service="lambda",
        operation="list_event_source_mappings",
        params="{FunctionName: functionName, EventSourceArn: eventSourceArn}",
        items="EventSourceMappings",
        tells="item.EventSourceArn == inputs.eventSourceArn && item.FunctionArn == inputs.functionName",
        id="item.UUID",
    ),
    "aws:lambda/function:Function": Search(
        service="lambda",
        operation="get_function",
        params="{FunctionName: name}",
        id="item.Configuration.FunctionName",
    ),
    "aws:lambda/permission:Permission": Search(
        service="lambda",
        operation="get_policy",
        params="{FunctionName: function, Qualifier: qualifier}",
        items="from_json(Policy).Statement",
        tells="item.Sid == inputs.statementId",
        id="join('/', [join(':', [inputs.function, inputs.qualifier][?@]), inputs.statementId])",
    ),
    "aws:route53/record:Record": Search(
        service="route53",
        operation="list_resource_record_sets",
        params="{HostedZoneId: zoneId}",
        items="ResourceRecordSets",
        tells="item.Type == inputs.type && (item.Name == inputs.name || item.Name == join('', [inputs.name, '.']))",
        id="join('_', [inputs.zoneId, inputs.name, inputs.type])",
    ),
    "aws:secretsmanager/secret:Secret": Search(
        service="secretsmanager",
        operation="describe_secret",
        params="{SecretId: name}",
        items="[@][?!DeletedDate]",
        id="item.ARN",
    ),
    "aws:wafv2/webAcl:WebAcl": Search(
        service="wafv2",
        operation="list_web_acls",
        params="{Scope: scope}",
        items="WebACLs",
        tells="item.Name == inputs.name",
        id="join('/', [item.Id, item.Name, inputs.scope])",
    ),
}
