"""What stands for the names in grants, as far as it is known before anything is made."""

import pulumi_aws as aws

from tapstack.program.naming import Names


def account_facts(names: Names) -> dict[str, str]:
    """Ask for the account, the region and the partition being deployed to."""
    return {
        "partition": aws.get_partition().partition,
        "account": aws.get_caller_identity().account_id,
        "region": aws.get_region().region,
        "environment": names.environment_suffix,
        "prefix": names.prefix,
    }
