"""What an account has once: state bucket, secrets key, and roles to deploy and to preview each layer."""

from dataclasses import dataclass
from typing import Self

from tapstack.program.errors import SettingError
from tapstack.program.settings import ProjectSettings, between, matching, setting


@dataclass(frozen=True, kw_only=True)
class BootstrapSettings(ProjectSettings):
    """What the account's owners choose."""

    repository: str = setting(
        "The GitHub repository whose workflows may take on the roles, as ORGANISATION/REPOSITORY; there is no default.",
        default="",
        check=matching(r"|[\w.-]+/[\w.-]+", "ORGANISATION/REPOSITORY"),
    )
    github_environment: str = setting(
        "The GitHub environment whose jobs may take on the deploy roles; its protection rules decide who deploys.",
        default="dev",
        check=matching(r"[A-Za-z0-9_-]{1,64}", "1 to 64 letters, digits, hyphens and underscores"),
    )
    manage_identity_provider: bool = setting(
        "Whether this stack makes the account's provider of GitHub identities; an account has one, so turn it off "
        "where something else made it.",
        default=True,
    )
    deletion_protection: bool = setting(
        "Whether the state bucket and the key refuse to be deleted; turn it off and deploy before a destroy.",
        default=True,
    )
    key_deletion_window_days: int = setting(
        "How long the deleted key can still be restored, in days.", default=30, check=between(7, 30)
    )
    state_history_days: int = setting(
        "How long the state bucket keeps a version after a newer one has replaced it, in days.",
        default=365,
        check=between(30, 3650),
    )

    @classmethod
    def load(cls) -> Self:
        """Read the settings from the config of the stack being deployed.

        Raises:
            SettingError: a value is of the wrong type or refused by its check, or the repository is not given.
        """
        settings = super().load()
        if not settings.repository:
            # A default would be somebody else's repository, trusted with the account.
            raise SettingError(
                "setting repository is not set: it names the GitHub repository that may deploy into this account. "
                "Set it with: pulumi config set repository ORGANISATION/REPOSITORY"
            )
        return settings
