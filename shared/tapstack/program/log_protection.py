"""Card numbers masked in log groups: the second line, behind never writing one.

CloudWatch Logs looks for them as events come in, counts what it finds (`LogEventsWithFindings`), and shows asterisks to
everybody without `logs:Unmask`, a permission that no role of this system has.
"""

import json
from typing import Final

import pulumi_aws as aws

_MANAGED: Final = "CreditCardNumber"
"""AWS's own: it knows prefixes and check digits, and sees none without a word such as "card" within 30 characters."""
_CUSTOM: Final = {
    "CardNumberInOneRun": "[2-6][0-9]{12,18}",
    "CardNumberInFours": "[2-6][0-9]{3}[ -][0-9]{4}[ -][0-9]{4}[ -][0-9]{1,7}",
    "CardNumberOf15Digits": "3[0-9]{3}[ -][0-9]{6}[ -][0-9]{4,5}",
}
"""Name to pattern, for what stands alone; CloudWatch Logs takes neither parentheses nor more than 200 characters."""

_OPERATIONS: Final[dict[str, dict[str, object]]] = {
    "Audit": {"FindingsDestination": {}},
    "Deidentify": {"MaskConfig": {}},
}

POLICY: Final = json.dumps(
    {
        "Name": "card-numbers",
        "Description": "Masks card numbers",
        "Version": "2021-06-01",
        "Configuration": {
            "CustomDataIdentifier": [{"Name": name, "Regex": pattern} for name, pattern in _CUSTOM.items()]
        },
        # The two lists of identifiers have to be the same.
        "Statement": [
            {
                "Sid": name.lower(),
                "DataIdentifier": [f"arn:aws:dataprotection::aws:data-identifier/{_MANAGED}", *_CUSTOM],
                "Operation": {name: how},
            }
            for name, how in _OPERATIONS.items()
        ],
    }
)
"""The policy's document."""


def mask_card_numbers(resource_name: str, log_group: aws.cloudwatch.LogGroup) -> None:
    """Give a log group of the standard class, the only one that can be masked, the policy.

    Args:
        resource_name: the policy's name in the program; the log group's, as a rule.
        log_group: whose events are looked through from then on.
    """
    aws.cloudwatch.LogDataProtectionPolicy(resource_name, log_group_name=log_group.name, policy_document=POLICY)
