"""The API's own domain name: its certificate, which TLS it takes, what its paths lead to, and its place in the DNS.

Without the setting `domainName` there is none, and the API answers under AWS's address. With it, that address is off
(`rest_api.py`), unless `keepDefaultEndpoint` leaves it on for merchants to move over.
"""

from dataclasses import dataclass
from typing import Final

import pulumi_aws as aws
from pulumi import Output

from rest_api import TLS_POLICY
from settings import ApiEdgeSettings
from stage import ServedApi
from tapstack.program.errors import SettingError

MUTUAL_TLS_POLICY: Final = "TLS_1_2"
"""TLS 1.3 and 1.2 as well. API Gateway has no mutual TLS by a newer policy:
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-custom-domain-tls-version.html"""
PROOF_SECONDS: Final = 300
"""How long resolvers may keep the record that proves the domain to ACM."""


@dataclass(frozen=True)
class Domain:
    """The domain, and what of the API is found under it."""

    name: aws.apigateway.DomainName
    base_path: str
    hosted_zone_id: str

    def serve(self, served: ServedApi) -> Output[str]:
        """Lead the domain's paths to the stage, and put it in its hosted zone where there is one.

        Returns:
            The API's URL under it, without a trailing slash.
        """
        mapping = aws.apigateway.BasePathMapping(
            "transactions",
            domain_name=self.name.domain_name,
            rest_api=served.api.id,
            stage_name=served.stage.stage_name,
            base_path=self.base_path or None,
        )
        if self.hosted_zone_id:
            aws.route53.Record(
                "transactions",
                zone_id=self.hosted_zone_id,
                name=self.name.domain_name,
                type="A",
                aliases=[
                    {
                        "name": self.name.regional_domain_name,
                        "zone_id": self.name.regional_zone_id,
                        "evaluate_target_health": False,
                    }
                ],
            )
        return Output.concat("https://", mapping.domain_name, f"/{self.base_path}" if self.base_path else "")


def make_domain(settings: ApiEdgeSettings) -> Domain | None:
    """Make the domain where the settings name one.

    Raises:
        SettingError: the certificate is of another region, or the hosted zone is private or another domain's.
    """
    if not settings.domain_name:
        return None
    _require_place(settings)
    mutual = settings.truststore_uri
    name = aws.apigateway.DomainName(
        "transactions",
        domain_name=settings.domain_name,
        regional_certificate_arn=settings.certificate_arn or _certificate(settings),
        endpoint_configuration={"types": "REGIONAL"},
        security_policy=MUTUAL_TLS_POLICY if mutual else TLS_POLICY,
        endpoint_access_mode=None if mutual else "STRICT",
        mutual_tls_authentication={
            "truststore_uri": settings.truststore_uri,
            "truststore_version": settings.truststore_version,
        }
        if mutual
        else None,
    )
    return Domain(name, settings.base_path, settings.hosted_zone_id)


def _certificate(settings: ApiEdgeSettings) -> Output[str]:
    """Have a certificate made and prove the domain to ACM by a record in its hosted zone.

    Returns:
        Its ARN, once it is issued.
    """
    certificate = aws.acm.Certificate("transactions", domain_name=settings.domain_name, validation_method="DNS")
    # One name is proven by one record.
    proof = certificate.domain_validation_options[0]
    record = aws.route53.Record(
        "certificate",
        zone_id=settings.hosted_zone_id,
        name=proof.resource_record_name,
        type=proof.resource_record_type,
        records=[proof.resource_record_value],
        ttl=PROOF_SECONDS,
    )
    issued = aws.acm.CertificateValidation(
        "transactions", certificate_arn=certificate.arn, validation_record_fqdns=[record.fqdn]
    )
    return issued.certificate_arn


def _require_place(settings: ApiEdgeSettings) -> None:
    """Refuse what AWS would refuse half-way through a deployment."""
    region = aws.get_region().region
    if settings.certificate_arn and settings.certificate_arn.split(":")[3] != region:
        raise SettingError(
            f"setting certificateArn is {settings.certificate_arn!r}, and the API is in {region}: its certificate must "
            f"be too. See those there with: aws acm list-certificates --region {region}"
        )
    if not settings.hosted_zone_id:
        return
    zone = aws.route53.get_zone(zone_id=settings.hosted_zone_id)
    if zone.private_zone:
        raise SettingError(
            f"setting hostedZoneId is {settings.hosted_zone_id!r}, the private zone {zone.name}: neither merchants nor "
            "ACM can look into it. Set a public one with: pulumi config set hostedZoneId <id>"
        )
    if not f".{settings.domain_name}".endswith(f".{zone.name}"):
        raise SettingError(
            f"setting hostedZoneId is {settings.hosted_zone_id!r}, the zone {zone.name}, and {settings.domain_name} is "
            "not in it. Set another with: pulumi config set hostedZoneId <id>"
        )
