"""What an environment needs first: state bucket, secrets key, and roles to deploy and to preview each layer."""

from dataclasses import dataclass
from typing import Self

from tapstack.program.errors import SettingError
from tapstack.program.settings import (
    DOMAIN_NAME,
    HOSTED_ZONE_ID,
    TRUSTSTORE_URI,
    ProjectSettings,
    between,
    each,
    matching,
    setting,
)


@dataclass(frozen=True, kw_only=True)
class BootstrapSettings(ProjectSettings):
    """What the account's owners choose."""

    repository: str = setting(
        "The GitHub repository whose workflows may take on the roles, as ORGANISATION/REPOSITORY; there is no default.",
        default="",
        check=matching(r"|[\w.-]+/[\w.-]+", "ORGANISATION/REPOSITORY"),
    )
    repository_owner_id: int = setting(
        "GitHub's number of the organisation or user that owns the repository; there is no default.",
        default=0,
        check=between(0, 2**53),
    )
    repository_id: int = setting(
        "GitHub's number of the repository; there is no default.", default=0, check=between(0, 2**53)
    )
    branch: str = setting(
        "The branch whose nightly job may take on the drift roles.",
        default="main",
        check=matching(r"[\w./-]{1,255}", "the name of a branch, of letters, digits, dots, slashes and hyphens"),
    )
    pull_request_previews: bool = setting(
        "Whether to make the preview roles, which any pull request from a branch of the repository may take on: what "
        "they read, its author reads, secrets included. Leave it off where production is.",
        default=False,
    )
    github_environment: str = setting(
        "The GitHub environment whose jobs may take on the deploy roles; its protection rules decide who deploys.",
        default="dev",
        check=matching(r"[A-Za-z0-9_-]{1,64}", "1 to 64 letters, digits, hyphens and underscores"),
    )
    operators: list[str] = setting(
        "The ARNs of the IAM users and roles that may take on the operators' role, users with MFA alone; without any, "
        "there is no such role.",
        default=[],
        check=each(
            matching(
                r"arn:aws[a-z-]*:iam::\d{12}:(user|role)/[\w+=,.@/-]+",
                "the ARN of an IAM user or role, without a wildcard",
            )
        ),
    )
    manage_identity_provider: bool = setting(
        "Whether this stack makes the account's provider of GitHub identities; an account has one, so turn it off "
        "where another environment's bootstrap, or something else, made it.",
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
    domain_name: str = setting(
        "The API's own domain name, as in projects/api-edge: the layer's roles may make it; empty for none.",
        default="",
        check=DOMAIN_NAME,
    )
    hosted_zone_id: str = setting(
        "The hosted zone of domainName, as in projects/api-edge: the layer may write its records; empty for none.",
        default="",
        check=HOSTED_ZONE_ID,
    )
    truststore_uri: str = setting(
        "The truststore of domainName, as in projects/api-edge: the layer's deploy role may read it; empty for none.",
        default="",
        check=TRUSTSTORE_URI,
    )

    @classmethod
    def load(cls) -> Self:
        """Read the settings from the config of the stack being deployed.

        Raises:
            SettingError: a value is of the wrong type or refused by its check, the repository or one of its numbers is
                not given, or what belongs to a domain is given without one.
        """
        settings = super().load()
        if not settings.repository:
            # A default would be somebody else's repository, trusted with the account.
            raise SettingError(
                "setting repository is not set: it names the GitHub repository that may deploy into this account. "
                "Set it with: pulumi config set repository ORGANISATION/REPOSITORY"
            )
        for name, number, wanted in (
            ("repositoryOwnerId", settings.repository_owner_id, ".owner.id"),
            ("repositoryId", settings.repository_id, ".id"),
        ):
            if not number:
                raise SettingError(
                    f"setting {name} is not set: workflows prove by it that they are of this repository and of no "
                    f"later one of its name. Set it with: pulumi config set {name} "
                    f'"$(gh api repos/{settings.repository} --jq {wanted})"'
                )
        for name, value in (("hostedZoneId", settings.hosted_zone_id), ("truststoreUri", settings.truststore_uri)):
            if value and not settings.domain_name:
                raise SettingError(
                    f"setting {name} is {value!r}, and there is no domainName that it could be of. Set it with: "
                    f"pulumi config set domainName api.example.com; or take this one away: pulumi config rm {name}"
                )
        return settings

    def subjects(self, what: str) -> list[str]:
        """Name the subjects that GitHub's tokens have for jobs of the repository.

        Repositories made or renamed since 2026-07-15, and those that chose it, have the numbers of owner and
        repository in it; all others have the names alone:
        https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens/

        Args:
            what: which jobs, such as `pull_request`, `environment:dev` or `ref:refs/heads/main`.
        """
        owner, repository = self.repository.split("/")
        return [
            f"repo:{owner}/{repository}:{what}",
            f"repo:{owner}@{self.repository_owner_id}/{repository}@{self.repository_id}:{what}",
        ]
