"""The REST API with its usage plans, firewall, dashboard and alarms."""

from dataclasses import dataclass

from tapstack.program.errors import SettingError
from tapstack.program.settings import (
    DOMAIN_NAME,
    HOSTED_ZONE_ID,
    LOG_RETENTION_DAYS,
    TRUSTSTORE_URI,
    LayerSettings,
    between,
    matching,
    setting,
)

TIERS = ("standard", "premium")


@dataclass(frozen=True, kw_only=True)
class ApiEdgeSettings(LayerSettings):
    """What the edge's owners choose per environment."""

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
    oldest_review_hours: int = setting(
        "How long a transaction may be in review before an alarm says so, in hours.", default=24, check=between(1, 720)
    )
    log_retention_days: int = setting(
        "How long access and firewall logs are kept, in days.", default=14, check=LOG_RETENTION_DAYS
    )
    manage_account_role: bool = setting(
        "Whether this layer sees to the role with which API Gateway writes logs, which all environments of an account "
        "share; off where the account has one already that somebody else looks after.",
        default=True,
    )
    domain_name: str = setting(
        "The API's own domain name, such as api.example.com, in place of AWS's; empty for AWS's.",
        default="",
        check=DOMAIN_NAME,
    )
    base_path: str = setting(
        "What comes before /v1 under domainName, such as payments; empty for nothing.",
        default="",
        check=matching(r"|[A-Za-z0-9._-]{1,300}", "letters, digits, dots, hyphens and underscores, without a slash"),
    )
    certificate_arn: str = setting(
        "The certificate of domainName, in ACM in the API's region; where it is empty, one is made and proven in "
        "hostedZoneId.",
        default="",
        check=matching(
            r"|arn:[a-z-]+:acm:[a-z0-9-]+:\d{12}:certificate/[\w-]+",
            "the ARN of a certificate in ACM, such as arn:aws:acm:eu-central-1:111111111111:certificate/1a2b",
        ),
    )
    hosted_zone_id: str = setting(
        "The public hosted zone of Route 53 in which domainName is put; where it is empty, the DNS is somebody else's.",
        default="",
        check=HOSTED_ZONE_ID,
    )
    truststore_uri: str = setting(
        "Mutual TLS: the object in S3 with the authorities whose certificates callers must show; empty for none. "
        "TLS 1.2 and 1.3, by AWS's policy TLS_1_2.",
        default="",
        check=TRUSTSTORE_URI,
    )
    truststore_version: str = setting(
        "Which version of the object truststoreUri is; a change of the object is taken on by its version alone.",
        default="",
        check=matching(r"|[\x21-\x7e]{1,1024}", "the version of an object in S3"),
    )
    keep_default_endpoint: bool = setting(
        "Whether AWS's own address of the API answers beside domainName, for as long as merchants move over.",
        default=False,
    )

    def __post_init__(self) -> None:
        """Refuse settings of the domain that do not go together, beside what is refused of each alone.

        Raises:
            SettingError: names the setting, its value and the command that changes it.
        """
        super().__post_init__()
        if problem := self._domain_problem():
            raise SettingError(problem)

    @property
    def entered(self) -> frozenset[str]:
        """What people have named: the domain, which may be `api.test.example.com`."""
        return super().entered | ({self.domain_name} - {""})

    def _domain_problem(self) -> str | None:
        parts = {
            "basePath": self.base_path,
            "certificateArn": self.certificate_arn,
            "hostedZoneId": self.hosted_zone_id,
            "truststoreUri": self.truststore_uri,
            "truststoreVersion": self.truststore_version,
            "keepDefaultEndpoint": self.keep_default_endpoint and "true",
        }
        given = next(((name, value) for name, value in parts.items() if value), None)
        if given and not self.domain_name:
            return (
                f"setting {given[0]} is {given[1]!r}, and there is no domainName that it could be of. Set it with: "
                f"pulumi config set domainName api.example.com; or take this one away: pulumi config rm {given[0]}"
            )
        if self.domain_name and not (self.certificate_arn or self.hosted_zone_id):
            return (
                f"setting domainName is {self.domain_name!r}, and there is no certificate for it. Name one with: "
                "pulumi config set certificateArn <ARN>; or have one made in a hosted zone of Route 53: "
                "pulumi config set hostedZoneId <id>"
            )
        if self.truststore_version and not self.truststore_uri:
            return (
                f"setting truststoreVersion is {self.truststore_version!r}, and truststoreUri is not set. Set it with: "
                "pulumi config set truststoreUri s3://<bucket>/<key>; or: pulumi config rm truststoreVersion"
            )
        if self.truststore_uri and not self.truststore_version:
            bucket, _, key = self.truststore_uri.removeprefix("s3://").partition("/")
            return (
                f"setting truststoreUri is {self.truststore_uri!r}, and truststoreVersion is not set. Set it with: "
                f'pulumi config set truststoreVersion "$(aws s3api head-object --bucket {bucket} --key {key} '
                '--query VersionId --output text)"'
            )
        if self.truststore_uri and self.keep_default_endpoint:
            return (
                "setting keepDefaultEndpoint is true, and truststoreUri is set: by AWS's own address callers would "
                "come in without a certificate. Set it with: pulumi config rm keepDefaultEndpoint"
            )
        return None
