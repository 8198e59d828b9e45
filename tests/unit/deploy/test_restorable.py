"""A secret that was deleted and can be restored is told by the plan that would make one of its name."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tapstack.console.errors import UserError
from tapstack.deploy import restorable
from tapstack.engine.events import Operation, Report

SECRET = "aws:secretsmanager/secret:Secret"
NAME = "tapstack-dev-webhooks/acme"
ARN = f"arn:aws:secretsmanager:eu-central-1:000000000000:secret:{NAME}-AbCdEf"
KEY = {
    "type": "aws:kms/key:Key",
    "urn": "urn::aws:kms/key:Key::key",
    "custom": True,
    "outputs": {"arn": "arn:aws:kms:eu-central-1:000000000000:key/1"},
}
CREATED = Operation("create", SECRET, f"urn::{SECRET}::webhook-acme", inputs_after={"name": NAME})


class Secrets:
    def __init__(self, **answer: Any) -> None:
        self.answer = answer

    def client(self, service: str) -> Any:
        assert service == "secretsmanager"
        return self

    def describe_secret(self, *, SecretId: str) -> dict[str, Any]:  # noqa: N803 - the SDK's
        assert SecretId == NAME
        if not self.answer:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException", "Message": "no"}}, "DescribeSecret")
        return self.answer


@pytest.fixture
def planned(all_up: Any, run_command: Callable[..., int], monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Plan the data layer, which would make a secret, with secrets that are there."""

    def run(aws: Any) -> int:
        monkeypatch.setattr(restorable, "Aws", aws)
        all_up.states["data"]["resources"].append(KEY)
        all_up.reports["preview", "data"] = Report(started=[CREATED], counts={"create": 1})
        return run_command("plan", "data")

    return run


def test_a_secret_that_can_be_restored_is_told_with_the_way(
    planned: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    deleted = Secrets(ARN=ARN, DeletedDate=datetime(2026, 12, 25, tzinfo=UTC))

    assert planned(lambda environment, arn: deleted) == 2

    told = " ".join(capsys.readouterr().out.split())
    assert f"secret '{NAME}' is deleted, and AWS makes no other of its name until 2026-12-25" in told
    assert f"aws secretsmanager restore-secret --secret-id {NAME}" in told
    assert f"pulumi import {SECRET} webhook-acme {ARN} --stack dev" in told


@pytest.mark.parametrize("there", [Secrets(), Secrets(ARN=ARN)])
def test_a_secret_that_is_not_there_or_somebody_else_s_is_for_the_deployment_to_tell(
    planned: Callable[..., int], there: Secrets
) -> None:
    assert planned(lambda environment, arn: there) == 0


def test_where_aws_cannot_be_asked_the_plan_is_made_all_the_same(planned: Callable[..., int]) -> None:
    def refuse(environment: Any, arn: Any) -> Any:
        raise UserError("this shell has no AWS credentials")

    assert planned(refuse) == 0
