"""Reserved concurrency: said before anything is made where the account has too little of it."""

from typing import Final

import pulumi_aws as aws

from settings import FUNCTIONS, UNRESERVED, ComputeSettings
from tapstack.program.errors import SettingError

QUOTA_CODE: Final = "L-B99A9384"
"""Lambda's quota "Concurrent executions"; a new account may have 10: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html."""
KEPT_UNRESERVED: Final = 100
"""What Lambda keeps for functions that reserve nothing: https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html."""


def require_concurrency(settings: ComputeSettings) -> None:
    """Refuse reservations that Lambda would refuse, one function after another, once the first are made.

    What other functions of the account reserve is not looked at.

    Raises:
        SettingError: names the reservations, the account's quota and the one to ask for.
    """
    reserved = {function: settings.concurrency(function) for function in FUNCTIONS}
    reserved = {function: number for function, number in reserved.items() if number != UNRESERVED}
    if not reserved:
        return
    quota = int(aws.servicequotas.get_service_quota(service_code="lambda", quota_code=QUOTA_CODE).value)
    needed = sum(reserved.values()) + KEPT_UNRESERVED
    if needed <= quota:
        return
    keys = [settings.concurrency_key(function) for function in reserved]
    told = ", ".join(f"{key} {number}" for key, number in zip(keys, reserved.values(), strict=True))
    raise SettingError(
        f"the settings reserve {needed - KEPT_UNRESERVED} concurrent executions ({told}) and Lambda keeps "
        f"{KEPT_UNRESERVED} unreserved, but the account has {quota} in all. Ask for {needed}: aws service-quotas "
        f"request-service-quota-increase --service-code lambda --quota-code {QUOTA_CODE} --desired-value {needed}; "
        f"until then reserve less, or nothing: pulumi config rm {keys[0]}"
    )
