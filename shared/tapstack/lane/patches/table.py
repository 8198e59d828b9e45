"""All patches, each with what the emulator does, what AWS does, and where AWS says so."""

from typing import Final

from tapstack.lane.patches import (
    api_keys,
    functions,
    keys,
    log_groups,
    networks,
    rest_api_patches,
    tables,
    web_acl_logging,
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
)
