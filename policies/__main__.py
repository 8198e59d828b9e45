"""The policy pack: Security Hub's controls for what the projects make, judged at every preview and update."""

from pulumi_policy import PolicyPack

import exemptions
from check import CHECKS
from checks import (  # noqa: F401 - each registers its checks
    api_gateway,
    buckets,
    certificates,
    cloudwatch,
    dynamodb,
    iam,
    kms,
    lambda_functions,
    messaging,
    network,
    secrets_manager,
    security_groups,
    web_acls,
)
from pack import enforcement, policies

PolicyPack("security-hub", policies([*CHECKS.values()], exemptions.load()), enforcement_level=enforcement())
