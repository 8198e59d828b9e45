"""The API's own domain name on Pulumi's mocks."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from support.mocked_program import ACCOUNT, REGION, ProgramError
from tapstack.checkout import CHECKOUT
from tapstack.generate.manifests import settings_of
from tapstack.program.errors import SettingError

RunLayer = Callable[..., Any]
CERTIFICATE = f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/1a2b"
GIVEN: Mapping[str, Any] = {"domainName": "api.test.example.com", "certificateArn": CERTIFICATE}
MADE: Mapping[str, Any] = {"domainName": "api.test.example.com", "hostedZoneId": "ZPUBLIC"}
MUTUAL: Mapping[str, Any] = {**GIVEN, "truststoreUri": "s3://trusted/clients.pem", "truststoreVersion": "v1"}
DOMAIN: Mapping[str, Any] = {"domain_name": "api.example.com", "certificate_arn": CERTIFICATE}
TRUSTING: Mapping[str, Any] = {**DOMAIN, "truststore_uri": "s3://trusted/clients.pem", "truststore_version": "v1"}
OF_A_DOMAIN = {"DomainName", "BasePathMapping", "Record", "Certificate", "CertificateValidation"}


def trigger(program: Any) -> str:
    return str(program.one("Deployment")["triggers"]["definition"])


def test_without_a_domain_the_api_answers_under_aws_s_address_and_nothing_else_is_made(run_layer: RunLayer) -> None:
    program = run_layer("api-edge")

    assert program.one("RestApi")["disableExecuteApiEndpoint"] is False
    assert [kind for kind in OF_A_DOMAIN if program.all(kind)] == []
    assert program.outputs["api_url"] == "https://api/dev"


def test_with_a_domain_every_url_is_the_domain_s_and_aws_s_address_is_off(run_layer: RunLayer) -> None:
    program = run_layer("api-edge", GIVEN)

    assert program.one("RestApi")["disableExecuteApiEndpoint"] is True
    assert program.outputs["api_url"] == "https://api.test.example.com"
    assert program.outputs["transactions_url"] == "https://api.test.example.com/v1/transactions"
    mapping = program.one("BasePathMapping")
    assert (mapping["domainName"], mapping["restApi"], mapping["stageName"], mapping.get("basePath")) == (
        "api.test.example.com",
        "transactions-id",
        "dev",
        None,
    )


def test_a_domain_is_regional_with_a_current_policy_and_the_certificate_that_is_given(run_layer: RunLayer) -> None:
    program = run_layer("api-edge", GIVEN)

    # The DNS is somebody else's.
    assert program.all("Record") == program.all("Certificate") == []
    domain = program.one("DomainName")
    assert domain["regionalCertificateArn"] == CERTIFICATE
    assert domain["endpointConfiguration"] == {"types": "REGIONAL"}
    assert domain["securityPolicy"] == "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09"
    # A policy of the newer kind is refused without one.
    assert domain["endpointAccessMode"] == "STRICT"
    assert "mutualTlsAuthentication" not in domain


def test_a_certificate_is_proven_in_the_hosted_zone_before_the_domain_takes_it(run_layer: RunLayer) -> None:
    program = run_layer("api-edge", MADE)

    certificate = program.one("Certificate")
    assert (certificate["domainName"], certificate["validationMethod"]) == ("api.test.example.com", "DNS")
    proof = program.one("Record", "certificate")
    assert (proof["zoneId"], proof["name"], proof["type"], proof["records"]) == (
        "ZPUBLIC",
        "_1.proof",
        "CNAME",
        ["_2.acm"],
    )
    issued = program.one("CertificateValidation")
    assert issued["validationRecordFqdns"] == ["_1.proof"]
    assert program.one("DomainName")["regionalCertificateArn"] == issued["certificateArn"]
    (domain,) = program.all("DomainName")
    assert any("CertificateValidation" in urn for urn in domain.by["regionalCertificateArn"])


def test_the_domain_s_record_leads_to_its_regional_name_and_a_base_path_is_in_every_url(run_layer: RunLayer) -> None:
    program = run_layer("api-edge", {**GIVEN, "hostedZoneId": "ZPUBLIC", "basePath": "payments"})

    record = program.one("Record")
    assert (record["name"], record["type"], record["zoneId"]) == ("api.test.example.com", "A", "ZPUBLIC")
    assert record["aliases"] == [
        {
            "name": f"d-transactions.execute-api.{REGION}.amazonaws.com",
            "zoneId": "Z1OFAWS",
            "evaluateTargetHealth": False,
        }
    ]
    assert program.one("BasePathMapping")["basePath"] == "payments"
    assert program.outputs["api_url"] == "https://api.test.example.com/payments"


def test_mutual_tls_takes_the_one_policy_that_api_gateway_has_for_it(run_layer: RunLayer) -> None:
    domain = run_layer("api-edge", MUTUAL).one("DomainName")

    assert domain["mutualTlsAuthentication"] == {
        "truststoreUri": "s3://trusted/clients.pem",
        "truststoreVersion": "v1",
    }
    assert domain["securityPolicy"] == "TLS_1_2"
    assert "endpointAccessMode" not in domain


def test_aws_s_address_goes_off_after_the_domain_is_there_and_by_a_new_deployment(run_layer: RunLayer) -> None:
    before, beside = run_layer("api-edge"), run_layer("api-edge", {**GIVEN, "keepDefaultEndpoint": True})
    after = run_layer("api-edge", GIVEN)

    assert beside.one("RestApi")["disableExecuteApiEndpoint"] is False
    assert trigger(before) == trigger(beside) != trigger(after)
    (api,) = after.all("RestApi")
    assert any("domainName:DomainName" in urn for urn in api.dependencies)


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"domain_name": "API.example.com"}, "setting domainName is 'API.example.com': it must be a domain name in"),
        ({"domain_name": "api"}, "setting domainName is 'api'"),
        ({"domain_name": "*.example.com"}, "setting domainName"),
        ({"domain_name": "https://api.example.com"}, "setting domainName"),
        ({"domain_name": "api.example.com"}, "pulumi config set certificateArn"),
        ({"certificate_arn": CERTIFICATE}, f"setting certificateArn is '{CERTIFICATE}', and there is no domainName"),
        ({"hosted_zone_id": "ZPUBLIC"}, "pulumi config rm hostedZoneId"),
        ({"base_path": "payments"}, "pulumi config rm basePath"),
        ({"keep_default_endpoint": True}, "pulumi config rm keepDefaultEndpoint"),
        ({"truststore_uri": "s3://trusted/clients.pem"}, "pulumi config rm truststoreUri"),
        ({**DOMAIN, "base_path": "a/b"}, "setting basePath is 'a/b': it must be letters"),
        (
            {**DOMAIN, "certificate_arn": "1a2b"},
            "setting certificateArn is '1a2b': it must be the ARN of a certificate",
        ),
        ({**DOMAIN, "hosted_zone_id": "example.com"}, "setting hostedZoneId is 'example.com': it must be the id of"),
        ({**TRUSTING, "truststore_uri": "https://trusted/clients.pem"}, "it must be an object in S3, such as s3://"),
        ({**TRUSTING, "truststore_version": ""}, "aws s3api head-object --bucket trusted --key clients.pem"),
        ({**TRUSTING, "truststore_uri": ""}, "setting truststoreVersion is 'v1', and truststoreUri is not set"),
        ({**TRUSTING, "keep_default_endpoint": True}, "setting keepDefaultEndpoint is true, and truststoreUri is set"),
    ],
)
def test_settings_that_do_not_go_together_are_refused_in_one_line(settings: dict[str, Any], named: str) -> None:
    of_the_edge, _ = settings_of("api-edge", CHECKOUT)

    with pytest.raises(SettingError) as refused:
        of_the_edge(**settings)

    message = f"{refused.value}"
    assert named in message
    assert "\n" not in message
    assert "pulumi config " in message


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        (
            {**GIVEN, "certificateArn": CERTIFICATE.replace(REGION, "us-east-1")},
            f"the API is in {REGION}: its certificate must be too. See those there with: aws acm list-certificates",
        ),
        ({**MADE, "hostedZoneId": "ZPRIVATE"}, "the private zone example.com"),
        ({**MADE, "hostedZoneId": "ZANOTHER"}, "the zone ample.com, and api.test.example.com is not in it"),
    ],
)
def test_a_domain_that_aws_would_refuse_where_it_is_put_is_refused_before_anything_is_made(
    run_layer: RunLayer, settings: dict[str, Any], named: str
) -> None:
    with pytest.raises(ProgramError, match=re.escape(named)):
        run_layer("api-edge", settings)
