"""All patches, each with what the emulator does, what AWS does, and where AWS says so."""

from typing import Final

from tapstack.lane.patches import (
    api_keys,
    described,
    functions,
    keys,
    log_groups,
    networks,
    rest_api_patches,
    rest_api_tags,
    tables,
    web_acl_logging,
    web_acls,
)
from tapstack.lane.patches.patch import Patch

PATCHES: Final = (
    Patch(
        name="patch-operations",
        ministack="Keeps the value of every patch operation as text, a stage of a usage plan as the list of all, and "
        "a key with ~1 in it under that name.",
        aws="Numbers and truth values come back as such; `/apiStages` takes and gives one stage as `API:STAGE`; "
        "~1 stands for a slash.",
        source="https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html",
        apply=rest_api_patches.read_operations,
    ),
    Patch(
        name="api-key-without-value",
        ministack="Refuses an empty value as too short.",
        aws="Makes the value where none is given.",
        source="https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-setup-api-keys.html",
        apply=api_keys.make_values,
    ),
    Patch(
        name="web-acl-logging",
        ministack="Knows no operation on logging configurations.",
        aws="Keeps one for each web ACL, and refuses to show one that is not there.",
        source="https://docs.aws.amazon.com/waf/latest/APIReference/API_PutLoggingConfiguration.html",
        apply=web_acl_logging.keep_configurations,
    ),
    Patch(
        name="data-protection-policies",
        ministack="Knows no operation on data protection policies.",
        aws="Keeps one for each log group.",
        source="https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDataProtectionPolicy.html",
        apply=log_groups.keep_data_protection,
    ),
    Patch(
        name="managed-keys",
        ministack="Finds no key behind the alias of a service, such as alias/aws/dynamodb.",
        aws="Makes the service's key when its predefined alias is described.",
        source="https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html",
        apply=keys.describe_managed_keys,
    ),
    Patch(
        name="warm-throughput",
        ministack="Says that a new on-demand table can take 0 reads and writes a second, where the model's least is 1.",
        aws="12,000 reads and 4,000 writes.",
        source="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput.html",
        apply=tables.describe_warm_throughput,
    ),
    Patch(
        name="partial-arns",
        ministack="Finds no function by a partial ARN.",
        aws="Takes `ACCOUNT:function:NAME`.",
        source="https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html",
        apply=functions.take_partial_arns,
    ),
    Patch(
        name="runtime-versions",
        ministack="Answers with an empty ARN of the runtime's version, where the model's shortest has 26 characters.",
        aws="An ARN, or nothing.",
        source="https://docs.aws.amazon.com/lambda/latest/api/API_RuntimeVersionConfig.html",
        apply=functions.leave_out_runtime_versions,
    ),
    Patch(
        name="empty-policies",
        ministack="Shows a policy without statements once the last permission is gone.",
        aws="ResourceNotFoundException.",
        source="https://docs.aws.amazon.com/lambda/latest/api/API_GetPolicy.html",
        apply=functions.have_no_empty_policies,
    ),
    Patch(
        name="missing-ids",
        ministack="Answers with an empty list where a route table or an endpoint is asked for by an unknown id.",
        aws="InvalidRouteTableID.NotFound and InvalidVpcEndpointId.NotFound.",
        source="https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html",
        apply=networks.refuse_missing_ids,
    ),
    Patch(
        name="flow-logs",
        ministack="Tells nothing of a flow log's role, format, interval and tags.",
        aws="Tells them as they were given.",
        source="https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_FlowLog.html",
        apply=described.tell_flow_logs,
    ),
    Patch(
        name="endpoints",
        ministack="Tells nothing of an endpoint's policy, private DNS and security groups.",
        aws="Tells them; without a policy, the one that allows everything.",
        source="https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_VpcEndpoint.html",
        apply=described.tell_endpoints,
    ),
    Patch(
        name="nat-gateway-addresses",
        ministack="Tells no address of a NAT gateway.",
        aws="Tells allocation and public address of each.",
        source="https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NatGateway.html",
        apply=described.tell_addresses,
    ),
    Patch(
        name="rest-api-tags",
        ministack="Keeps the tags of a creation apart from those of TagResource; neither is read with the other.",
        aws="Has one set of tags for each thing.",
        source="https://docs.aws.amazon.com/apigateway/latest/api/API_GetTags.html",
        apply=rest_api_tags.keep_one_set,
    ),
    Patch(
        name="web-acl-descriptions",
        ministack="Keeps the description that a web ACL was made with.",
        aws="Takes that of an update.",
        source="https://docs.aws.amazon.com/waf/latest/APIReference/API_UpdateWebACL.html",
        apply=web_acls.change_descriptions,
    ),
    Patch(
        name="web-acl-of-a-stage",
        ministack="Does not name the web ACL that a stage is associated with.",
        aws="Names it as `webAclArn`.",
        source="https://docs.aws.amazon.com/apigateway/latest/api/API_Stage.html",
        apply=web_acls.tell_stages,
    ),
    Patch(
        name="arns-of-versions",
        ministack="Lists every version of a function under the function's own ARN.",
        aws="Lists each under its own, which ends with the version.",
        source="https://docs.aws.amazon.com/lambda/latest/api/API_ListVersionsByFunction.html",
        apply=functions.qualify_versions,
    ),
    Patch(
        name="accounts-of-keys",
        ministack="Does not say which account a key is of.",
        aws="Says it as `AWSAccountId`.",
        source="https://docs.aws.amazon.com/kms/latest/APIReference/API_KeyMetadata.html",
        apply=keys.tell_accounts,
    ),
    Patch(
        name="recovery-periods",
        ministack="Does not say for how many days a table can be restored.",
        aws="35, unless another number was asked for.",
        source="https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PointInTimeRecoveryDescription.html",
        apply=tables.tell_recovery_periods,
    ),
)
