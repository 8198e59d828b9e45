"""The encryption key, tables, queues, the alerts topic and the merchants' webhook secrets."""

from dataclasses import dataclass

from tapstack.program.settings import MERCHANT_ID, LayerSettings, MaybeSecret, between, each, matching, setting
from transactions.agreed.invocations import SHORTEST_NOTIFICATION_RETENTION_DAYS


def _merchants_problem(merchants: list[str]) -> str | None:
    if len(set(merchants)) < len(merchants):
        return "names a merchant twice"
    return each(MERCHANT_ID)(merchants)


@dataclass(frozen=True, kw_only=True)
class DataSettings(LayerSettings):
    """What the data's owners choose per environment."""

    merchants: list[str] = setting(
        "Ids of the merchants that get a webhook secret.",
        default=[],
        check=_merchants_problem,
    )
    deletion_protection: bool = setting(
        "Whether tables refuse to be deleted; turn it off and deploy before a destroy.",
        default=False,
    )
    key_deletion_window_days: int = setting(
        "How long a deleted encryption key can still be restored, in days.",
        default=7,
        check=between(7, 30),
    )
    secret_recovery_window_days: int = setting(
        "How long a deleted webhook secret can still be restored, in days; 0 deletes at once.",
        default=0,
        check=lambda days: None if days == 0 or 7 <= days <= 30 else "must be 0 or from 7 to 30",
    )
    notification_retention_days: int = setting(
        "How long queues keep a message nobody has taken, in days.",
        default=4,
        check=between(SHORTEST_NOTIFICATION_RETENTION_DAYS, 14),
    )
    alert_emails: list[MaybeSecret] = setting(
        "E-mail addresses that are told of alarms; AWS asks each one to confirm. May be secret.",
        default=[],
        check=each(matching(r"[^@\s]+@[^@\s]+\.[^@\s]+", "an e-mail address")),
    )
