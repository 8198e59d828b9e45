"""Certificates, and that one was issued. The emulator issues them at once, whatever the DNS says."""

from typing import Final

from tapstack.providers.table import Call, Look, Row, Tagging

_CERTIFICATE: Final = {"CertificateArn": "$certificateArn"}

ROWS: Final = {
    "aws:acm/certificate:Certificate": Row(
        service="acm",
        create=Call(
            operation="request_certificate",
            auto=("domainName", "options", "subjectAlternativeNames", "tags", "validationMethod", "validationOptions"),
        ),
        id="@CertificateArn",
        read=(
            Look(
                operation="describe_certificate",
                params={"CertificateArn": "$id"},
                pick="Certificate",
                take={
                    "domainName": "DomainName",
                    "domainValidationOptions": "DomainValidationOptions[].{domainName: DomainName, resourceRecordName: "
                    "ResourceRecord.Name, resourceRecordType: ResourceRecord.Type, resourceRecordValue: "
                    "ResourceRecord.Value}",
                    "status": "Status",
                    "validationMethod": "DomainValidationOptions[0].ValidationMethod",
                },
                auto=False,
            ),
        ),
        delete=(Call(operation="delete_certificate", params={"CertificateArn": "$id"}),),
        outputs={"arn": "$id"},
        replace_on=("domainName", "keyAlgorithm", "subjectAlternativeNames", "validationMethod"),
        state_only=("keyAlgorithm",),
        state_only_reason="the emulator's certificates are of RSA 2048, and it ends no TLS",
        tagging=Tagging(
            add="add_tags_to_certificate",
            remove="remove_tags_from_certificate",
            target={"CertificateArn": "$id"},
            read=Look(
                operation="list_tags_for_certificate",
                params={"CertificateArn": "$id"},
                take={"tags": "Tags"},
                auto=False,
            ),
        ),
    ),
    "aws:acm/certificateValidation:CertificateValidation": Row(
        service="acm",
        create=Call(operation="describe_certificate", params=_CERTIFICATE),
        id="@Certificate.IssuedAt",
        read=(Look(operation="describe_certificate", params=_CERTIFICATE, pick="Certificate", auto=False),),
        replace_on=("certificateArn", "validationRecordFqdns"),
        state_only=("validationRecordFqdns",),
        state_only_reason="the emulator issues certificates without a look at the DNS",
    ),
}
