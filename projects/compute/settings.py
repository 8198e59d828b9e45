"""TapStack's compute: the validator, fraud-detector and notifier functions, their roles and event sources."""

from dataclasses import dataclass

from tapstack.errors import SettingError
from tapstack.settings import LOG_RETENTION_DAYS, LayerSettings, between, matching, one_of, setting

UNRESERVED = -1
_CONCURRENCY = between(UNRESERVED, 1000)
_MEMORY = between(128, 10240)


@dataclass(frozen=True, kw_only=True)
class ComputeSettings(LayerSettings):
    """What the functions' owners choose per environment."""

    function_platform: str = setting(
        "Platform of the functions' compiled dependencies: aarch64-manylinux_2_28 for Lambda on arm64, "
        "native where the functions run on the machine that deploys them.",
        default="aarch64-manylinux_2_28",
        check=matching("native|[a-z0-9_]+-[a-z0-9_]+", "native or a platform of uv pip install --python-platform"),
    )
    validator_memory_mb: int = setting("Memory of the validator, in MB.", default=512, check=_MEMORY)
    fraud_detector_memory_mb: int = setting("Memory of the fraud-detector, in MB.", default=512, check=_MEMORY)
    notifier_memory_mb: int = setting("Memory of the notifier, in MB.", default=256, check=_MEMORY)
    validator_concurrency: int = setting(
        "Reserved concurrency of the validator; -1 reserves none.", default=UNRESERVED, check=_CONCURRENCY
    )
    fraud_detector_concurrency: int = setting(
        "Reserved concurrency of the fraud-detector; -1 reserves none.", default=UNRESERVED, check=_CONCURRENCY
    )
    notifier_concurrency: int = setting(
        "Reserved concurrency of the notifier; -1 reserves none.", default=UNRESERVED, check=_CONCURRENCY
    )
    log_retention_days: int = setting(
        "How long the functions' logs are kept, in days.", default=14, check=LOG_RETENTION_DAYS
    )
    log_level: str = setting(
        "The least severe log message the functions write.",
        default="INFO",
        check=one_of("DEBUG", "INFO", "WARNING", "ERROR"),
    )
    webhook_allow_private_targets: bool = setting(
        "Whether webhooks may go to http and to private or loopback addresses; never in production.", default=False
    )

    def __post_init__(self) -> None:
        """Refuse, beside the single checks, private webhook targets in production."""
        super().__post_init__()
        if self.webhook_allow_private_targets and self.environment_suffix.startswith("prod"):
            raise SettingError(
                f"setting webhookAllowPrivateTargets is true in environment {self.environment_suffix!r}: webhooks "
                "could reach the network's inside. Unset it with: pulumi config rm webhookAllowPrivateTargets"
            )
