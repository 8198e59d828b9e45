"""The types of an API's own domain; the emulator has no operation that changes a domain name or its mapping."""

from typing import Final

from emulator.requests.api_edge import API, CHANGED, TAGS
from emulator.requests.resource import Call, Resource

_NAME: Final = "api.replay.example"
_CERTIFICATE: Final = {"CertificateArn": "$certificate"}
_DOMAIN: Final = {"domainName": _NAME}
_MAPPING: Final = {**_DOMAIN, "basePath": "replay"}
_ISSUED: Final = Call("acm:DescribeCertificate", _CERTIFICATE)
ZONE: Final = Call(
    "route53:CreateHostedZone", {"Name": "replay.example.", "CallerReference": "replay"}, {"zone": "HostedZone.Id"}
)
"""What no provider of ours sends: zones are made elsewhere, and the record is put into one."""
_ZONE: Final = Call("route53:GetHostedZone", {"Id": "$zone"})
_DONE: Final = Call("route53:GetChange", {"Id": "$change"})


def _change(action: str, target: str) -> Call:
    record = {"Name": f"{_NAME}.", "Type": "CNAME", "TTL": 300, "ResourceRecords": [{"Value": target}]}
    batch = {"Comment": "Managed by Terraform", "Changes": [{"Action": action, "ResourceRecordSet": record}]}
    return Call(
        "route53:ChangeResourceRecordSets", {"HostedZoneId": "$zone", "ChangeBatch": batch}, {"change": "ChangeInfo.Id"}
    )


DOMAIN: Final = (
    Resource(
        "aws_acm_certificate",
        seen=False,
        create=[
            Call(
                "acm:RequestCertificate",
                {
                    "DomainName": _NAME,
                    "IdempotencyToken": "replay",
                    "Options": {"CertificateTransparencyLoggingPreference": "ENABLED"},
                    "Tags": [{"Key": key, "Value": value} for key, value in TAGS.items()],
                    "ValidationMethod": "DNS",
                },
                {"certificate": "CertificateArn"},
            )
        ],
        read=[_ISSUED, Call("acm:ListTagsForCertificate", _CERTIFICATE)],
        update=[
            Call(
                "acm:AddTagsToCertificate",
                {**_CERTIFICATE, "Tags": [{"Key": key, "Value": value} for key, value in CHANGED.items()]},
            )
        ],
        delete=[Call("acm:DeleteCertificate", _CERTIFICATE)],
    ),
    Resource("aws_acm_certificate_validation", seen=False, create=[_ISSUED], read=[_ISSUED]),
    Resource(
        "aws_api_gateway_domain_name",
        seen=False,
        create=[
            Call(
                "apigateway:CreateDomainName",
                {
                    **_DOMAIN,
                    "endpointConfiguration": {"types": ["REGIONAL"]},
                    "regionalCertificateArn": "$certificate",
                    "securityPolicy": "TLS_1_2",
                    "tags": TAGS,
                },
            )
        ],
        read=[Call("apigateway:GetDomainName", _DOMAIN)],
        delete=[Call("apigateway:DeleteDomainName", _DOMAIN)],
    ),
    Resource(
        "aws_api_gateway_base_path_mapping",
        seen=False,
        create=[Call("apigateway:CreateBasePathMapping", {**_MAPPING, **API, "stage": "live"})],
        read=[Call("apigateway:GetBasePathMapping", _MAPPING)],
        delete=[Call("apigateway:DeleteBasePathMapping", _MAPPING)],
    ),
    Resource(
        "aws_route53_record",
        seen=False,
        create=[
            _ZONE,
            _change("CREATE", "one.example"),
            _DONE,
        ],
        read=[
            _ZONE,
            Call(
                "route53:ListResourceRecordSets",
                {"HostedZoneId": "$zone", "StartRecordName": f"{_NAME}.", "StartRecordType": "CNAME", "MaxItems": "1"},
            ),
        ],
        update=[_change("UPSERT", "other.example"), _DONE],
        delete=[_ZONE, _change("DELETE", "other.example"), _DONE],
    ),
)
