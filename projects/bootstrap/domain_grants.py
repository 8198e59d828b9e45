"""What the api-edge layer's roles may do beside its own grants where the API has a domain of its own.

A domain and its zone are somebody's beyond this environment: what is not set is not granted.
"""

from typing import Final

from grants import Condition, Grant, LayerGrants, adopted, new, own
from settings import BootstrapSettings

_DOMAINS: Final = "arn:{partition}:apigateway:{region}::/domainnames"
_CERTIFICATES: Final = ["arn:{partition}:acm:{region}:{account}:certificate/*"]
_CHANGES: Final = ["arn:{partition}:route53:::change/*"]


def domain_grants(settings: BootstrapSettings) -> LayerGrants:
    """Grant the domain that the settings name, its certificate, its records and the reading of its truststore."""
    if not settings.domain_name:
        return LayerGrants(read=[], change=[])
    domain = f"{_DOMAINS}/{settings.domain_name}"
    zone = _in_zone(settings) if settings.hosted_zone_id else LayerGrants(read=[], change=[])
    return LayerGrants(
        read=[
            Grant(["apigateway:GET"], [domain, f"{domain}/*"]),
            Grant(["acm:DescribeCertificate", "acm:ListTagsForCertificate"], _CERTIFICATES),
            *zone.read,
        ],
        change=[
            Grant(["apigateway:POST"], [_DOMAINS], new("api-edge")),
            Grant(
                ["apigateway:DELETE", "apigateway:PATCH", "apigateway:POST"], [domain, f"{domain}/*"], own("api-edge")
            ),
            # A domain that is not there yet has no tags, and the action no condition.
            Grant(["apigateway:AddCertificateToDomain", "apigateway:RemoveCertificateFromDomain"], [_DOMAINS, domain]),
            *zone.change,
            *_trusting(settings),
        ],
    )


def _in_zone(settings: BootstrapSettings) -> LayerGrants:
    """Grant the domain's own records of the hosted zone and no other of it, and a certificate that they prove."""
    zone = [f"arn:{{partition}}:route53:::hostedzone/{settings.hosted_zone_id}"]
    # The name itself, and the one below it by which ACM is shown whose it is.
    names: Condition = {
        "ForAllValues:StringLike": {
            "route53:ChangeResourceRecordSetsNormalizedRecordNames": [
                settings.domain_name,
                f"_*.{settings.domain_name}",
            ],
            "route53:ChangeResourceRecordSetsRecordTypes": ["A", "CNAME"],
        },
        "Null": {"route53:ChangeResourceRecordSetsNormalizedRecordNames": "false"},
    }
    return LayerGrants(
        read=[
            Grant(["route53:GetHostedZone", "route53:ListResourceRecordSets", "route53:ListTagsForResource"], zone),
            Grant(["route53:GetChange"], _CHANGES),
        ],
        change=[
            Grant(["route53:ChangeResourceRecordSets"], zone, names),
            Grant(["acm:RequestCertificate"], ["*"], new("api-edge")),
            Grant(["acm:AddTagsToCertificate"], _CERTIFICATES, adopted("api-edge")),
            Grant(
                ["acm:DeleteCertificate", "acm:RemoveTagsFromCertificate", "acm:UpdateCertificateOptions"],
                _CERTIFICATES,
                own("api-edge"),
            ),
        ],
    )


def _trusting(settings: BootstrapSettings) -> list[Grant]:
    """Grant what API Gateway reads in the name of who sets the truststore."""
    if not settings.truststore_uri:
        return []
    found = f"arn:{{partition}}:s3:::{settings.truststore_uri.removeprefix('s3://')}"
    return [Grant(["s3:GetObject", "s3:GetObjectVersion"], [found])]
