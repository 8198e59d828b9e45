"""The strict reader itself: what it takes, and what it refuses as a typed client does."""

import json
from typing import Any
from zlib import crc32

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

from emulator.decoding import UndecodableError, read_strictly


class Raw:
    """A body that is read once."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **_: Any) -> list[bytes]:
        return [self._body]


def client_that_gets(service: str, body: str, **headers: str) -> Any:
    client: Any = boto3.client(  # type: ignore[call-overload]
        service, region_name="eu-central-1", aws_access_key_id="test", aws_secret_access_key="test"
    )
    read_strictly(client)
    told = HTTPHeaders.from_dict({name.replace("_", "-"): value for name, value in headers.items()})
    client.meta.events.register(
        "before-send", lambda request, **_: AWSResponse(request.url, 200, told, Raw(body.encode()))
    )
    return client


def integration(**members: Any) -> Any:
    answer = json.dumps({"type": "MOCK", **members})
    return client_that_gets("apigateway", answer).get_integration(restApiId="a", resourceId="b", httpMethod="GET")


def vpc(default: str) -> Any:
    described = f"<r><vpcSet><item><vpcId>v</vpcId><isDefault>{default}</isDefault></item></vpcSet></r>"
    return client_that_gets("ec2", described).describe_vpcs()


def role(created: str) -> Any:
    members = (
        "<Path>/</Path><RoleName>rr</RoleName><RoleId>AROA0123456789ABCDEF</RoleId><Arn>arn:aws:iam::0:role/r</Arn>"
    )
    described = f"<R><GetRoleResult><Role>{members}<CreateDate>{created}</CreateDate></Role></GetRoleResult></R>"
    return client_that_gets("iam", described).get_role(RoleName="rr")


def test_an_answer_as_the_model_has_it_is_taken() -> None:
    assert integration(timeoutInMillis=15000)["timeoutInMillis"] == 15000
    assert vpc("true")["Vpcs"][0]["IsDefault"] is True
    assert role("2026-11-25T10:00:00Z")["Role"]["CreateDate"].year == 2026


@pytest.mark.parametrize("timeout", ["15000", 1.5])
def test_a_number_that_is_none_is_refused(timeout: Any) -> None:
    with pytest.raises(UndecodableError, match="timeoutInMillis"):
        integration(timeoutInMillis=timeout)


@pytest.mark.parametrize("default", ["True", "1", ""])
def test_a_truth_value_that_is_neither_true_nor_false_is_refused(default: str) -> None:
    with pytest.raises(UndecodableError, match="is true or false"):
        vpc(default)


@pytest.mark.parametrize("created", ["1764064800", "Wed, 25 Nov 2026 10:00:00 GMT"])
def test_a_date_in_xml_that_is_not_iso_8601_is_refused(created: str) -> None:
    with pytest.raises(UndecodableError, match="ISO 8601"):
        role(created)


def test_a_date_in_json_that_is_no_number_is_refused() -> None:
    answer = json.dumps({"KeyMetadata": {"KeyId": "k", "CreationDate": "2026-11-25T10:00:00Z"}})

    with pytest.raises(UndecodableError, match="number of seconds"):
        client_that_gets("kms", answer).describe_key(KeyId="k")


def test_an_answer_without_a_member_that_the_model_requires_is_refused() -> None:
    with pytest.raises(UndecodableError, match="PolicyNames"):
        client_that_gets("iam", "<R><ListRolePoliciesResult/></R>").list_role_policies(RoleName="r")


def test_a_body_that_is_not_its_checksum_s_is_refused() -> None:
    assert client_that_gets("dynamodb", "{}", x_amz_crc32=f"{crc32(b'{}')}").list_tables()

    with pytest.raises(UndecodableError, match="checksum 1 is not"):
        client_that_gets("dynamodb", "{}", x_amz_crc32="1").list_tables()
