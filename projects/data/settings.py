"""The encryption key, tables, queues and the alerts topic."""

from dataclasses import dataclass

from tapstack.program.settings import LayerSettings, MaybeSecret, between, each, matching, setting
from transactions.agreed.invocations import SHORTEST_NOTIFICATION_RETENTION_DAYS


@dataclass(frozen=True, kw_only=True)
class DataSettings(LayerSettings):
    """What the data's owners choose per environment."""

    deletion_protection: bool = setting(
        "Whether tables refuse to be deleted; turn it off and deploy before a destroy.",
        default=False,
    )
    key_deletion_window_days: int = setting(
        "How long a deleted encryption key can still be restored, in days.",
        default=7,
        check=between(7, 30),
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
