"""Usage plans: one per tier, each with its throttle and quota. Operators put merchants' keys in them."""

from collections.abc import Mapping

import pulumi_aws as aws
from pulumi import Output

from settings import TIERS, ApiEdgeSettings
from stage import ServedApi
from tapstack.program.naming import Names
from tapstack.program.outputs import mapping


def make_usage_plans(names: Names, settings: ApiEdgeSettings, served: ServedApi) -> Output[Mapping[str, str]]:
    """Make the plans on the stage.

    Returns:
        Tier to usage plan id.
    """
    plans = {tier: _usage_plan(names, settings, served, tier) for tier in TIERS}
    return mapping({tier: plan.id for tier, plan in plans.items()})


def _usage_plan(names: Names, settings: ApiEdgeSettings, served: ServedApi, tier: str) -> aws.apigateway.UsagePlan:
    rate, burst, quota = {
        "standard": (settings.standard_rate, settings.standard_burst, settings.standard_monthly_quota),
        "premium": (settings.premium_rate, settings.premium_burst, settings.premium_monthly_quota),
    }[tier]
    return aws.apigateway.UsagePlan(
        tier,
        name=names(tier),
        description=f"What merchants of the {tier} tier may use",
        api_stages=[{"api_id": served.api.id, "stage": served.stage.stage_name}],
        throttle_settings={"rate_limit": rate, "burst_limit": burst},
        quota_settings={"limit": quota, "period": "MONTH"},
    )
