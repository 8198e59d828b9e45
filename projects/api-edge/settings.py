"""The REST API with its keys, usage plans, firewall, dashboard and alarms."""

from dataclasses import dataclass

from tapstack.program.settings import LOG_RETENTION_DAYS, MERCHANT_ID, LayerSettings, between, each, one_of, setting

TIERS = ("standard", "premium")


def _merchants_problem(merchants: dict[str, str]) -> str | None:
    return each(MERCHANT_ID)(merchants) or each(one_of(*TIERS))(list(merchants.values()))


@dataclass(frozen=True, kw_only=True)
class ApiEdgeSettings(LayerSettings):
    """What the edge's owners choose per environment."""

    merchants: dict[str, str] = setting(
        "Merchant id to tier, standard or premium; each merchant gets an API key in its tier's usage plan.",
        default={},
        check=_merchants_problem,
    )
    standard_rate: int = setting("Requests a second of a standard key.", default=20, check=between(1, 10_000))
    standard_burst: int = setting("Burst of a standard key, in requests.", default=40, check=between(1, 5_000))
    standard_monthly_quota: int = setting(
        "Requests a month of a standard key.", default=1_000_000, check=between(1, 2_000_000_000)
    )
    premium_rate: int = setting("Requests a second of a premium key.", default=200, check=between(1, 10_000))
    premium_burst: int = setting("Burst of a premium key, in requests.", default=400, check=between(1, 5_000))
    premium_monthly_quota: int = setting(
        "Requests a month of a premium key.", default=50_000_000, check=between(1, 2_000_000_000)
    )
    stage_rate: int = setting("Requests a second of all keys together.", default=500, check=between(1, 10_000))
    stage_burst: int = setting("Burst of all keys together, in requests.", default=1_000, check=between(1, 5_000))
    firewall_requests_per_address: int = setting(
        "Requests one source address may make in five minutes before the firewall blocks it.",
        default=10_000,
        check=between(10, 2_000_000_000),
    )
    log_retention_days: int = setting(
        "How long access and firewall logs are kept, in days.", default=14, check=LOG_RETENTION_DAYS
    )
    manage_account_role: bool = setting(
        "Whether this layer sees to the role with which API Gateway writes logs, which all environments of an account "
        "share; off where the account has one already that somebody else looks after.",
        default=True,
    )
