"""The validator, fraud-detector and notifier functions, their roles and event sources."""

from dataclasses import dataclass

from tapstack.program.config_keys import config_key
from tapstack.program.errors import SettingError
from tapstack.program.settings import LOG_RETENTION_DAYS, LayerSettings, between, matching, one_of, setting

UNRESERVED = -1
FUNCTIONS = ("validator", "fraud-detector", "notifier")
"""The functions as operators know them."""
_CONCURRENCY = between(UNRESERVED, 1000)
_MEMORY = between(128, 10240)
_VERSION = matching("([1-9][0-9]*)?", "the number of a published version")


def _stable_version(function: str) -> str:
    kept: str = setting(
        f"Version of the {function} that keeps the traffic while a newer one is tried; empty for the newest.",
        default="",
        check=_VERSION,
    )
    return kept


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
    validator_stable_version: str = _stable_version("validator")
    fraud_detector_stable_version: str = _stable_version("fraud-detector")
    notifier_stable_version: str = _stable_version("notifier")
    canary_percent: int = setting(
        "Percent of the calls that go to the newest version of each function with a stable version.",
        default=0,
        check=between(0, 100),
    )
    log_retention_days: int = setting(
        "How long the functions' logs are kept, in days.", default=14, check=LOG_RETENTION_DAYS
    )
    log_level: str = setting(
        "The least severe log message the functions write.",
        default="INFO",
        check=one_of("DEBUG", "INFO", "WARNING", "ERROR"),
    )
    list_for_earlier_versions: bool = setting(
        "Whether new transactions are also listed in merchant-index, while a validator of before list-index still "
        "answers: two write units more for each.",
        default=False,
    )
    production: bool = setting(
        "Whether real transactions go through this environment; what must never be on then is refused.", default=True
    )
    webhook_allow_private_targets: bool = setting(
        "Whether webhooks may go to http and to private or loopback addresses; never in production.",
        default=False,
        never_in_production="webhooks could reach the network's inside",
    )
    test_tokens: bool = setting(
        "Whether the cards tok_test_approved, tok_test_declined, tok_test_review and tok_test_velocity force their "
        "outcomes; never in production.",
        default=False,
        never_in_production="whoever knows a test token could have any amount approved",
    )

    def __post_init__(self) -> None:
        """Refuse, beside the single checks, a canary of nothing."""
        super().__post_init__()
        if self.canary_percent and not any(map(self.stable_version, FUNCTIONS)):
            raise SettingError(
                f"setting canaryPercent is {self.canary_percent!r} and no function has a stable version to keep the "
                f"rest. Set one with: pulumi config set {self.stable_version_key(FUNCTIONS[0])} <version>"
            )

    def stable_version(self, function: str) -> str:
        """Tell which version of a function keeps the traffic; empty where that is the newest."""
        version: str = getattr(self, f"{function.replace('-', '_')}_stable_version")
        return version

    def concurrency(self, function: str) -> int:
        """Tell how many executions at once are reserved for a function; `UNRESERVED` for none."""
        reserved: int = getattr(self, f"{function.replace('-', '_')}_concurrency")
        return reserved

    @staticmethod
    def concurrency_key(function: str) -> str:
        """Spell the setting of a function's reserved concurrency."""
        return config_key(f"{function.replace('-', '_')}_concurrency")

    @staticmethod
    def stable_version_key(function: str) -> str:
        """Spell the setting of a function's stable version."""
        return config_key(f"{function.replace('-', '_')}_stable_version")
