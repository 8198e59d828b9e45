"""AWS's controls as data: each is judged, or there is a reason why not, and nothing in use is left out."""

import importlib
import re
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from support.analyzer import Pack
from tapstack.checkout import CHECKOUT
from tapstack.layers import PROJECTS

PACK = CHECKOUT / "policies"
SERVICES = {
    "acm": "ACM",
    "apigateway": "APIGateway",
    "cloudwatch": "CloudWatch",
    "dynamodb": "DynamoDB",
    "ec2": "EC2",
    "events": "EventBridge",
    "iam": "IAM",
    "kms": "KMS",
    "lambda": "Lambda",
    "route53": "Route53",
    "s3": "S3",
    "secretsmanager": "SecretsManager",
    "sns": "SNS",
    "sqs": "SQS",
    "vpc": "EC2",
    "wafv2": "WAF",
}
"""The SDK's name of a service to the one that Security Hub files its controls under."""


def table(name: str) -> dict[str, Any]:
    return tomllib.loads((PACK / name).read_text(encoding="utf-8"))


def controls() -> dict[str, dict[str, Any]]:
    rows = {name: row for name, row in table("controls.toml").items() if isinstance(row, dict)}
    return {f"{service}.{number}": row for service, found in rows.items() for number, row in found.items()}


def not_applicable() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table("not_applicable.toml")["not_applicable"]
    return rows


def types_in_use() -> Iterator[str]:
    """Name the types of resources that the programs make, as their sources say."""
    sources = [*(CHECKOUT / "projects").rglob("*.py"), *(CHECKOUT / "shared/tapstack/program").rglob("*.py")]
    for source in sources:
        for module, name in re.findall(r"\baws\.(\w+)\.([A-Z]\w*)\(", source.read_text(encoding="utf-8")):
            if made := sdk_class(module, name):
                yield made.pulumi_type


def sdk_class(module: str, name: str) -> Any:
    """Find a resource's class in the SDK, as a module of its own; None for what is no resource.

    Not by the attributes of the SDK's packages: those that are made when they are first asked for come and go with what
    other tests have imported.
    """
    kind = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    try:
        return getattr(importlib.import_module(f"pulumi_aws.{module}.{kind}"), name)
    except ModuleNotFoundError:
        return None


def test_every_control_is_judged_or_does_not_apply_for_a_reason(pack: Pack) -> None:
    judged = {policy.name for policy in pack.info().policies}
    left = [control for row in not_applicable() for control in row["controls"]]

    assert len(left) == len(set(left))
    assert judged & set(left) == set()
    assert controls().keys() == {*left, *(name for name in judged if name in controls())}
    assert all(row["because"] for row in not_applicable())


def test_every_service_in_use_has_its_controls() -> None:
    in_use = {token.split(":")[1].split("/")[0] for token in types_in_use()}

    assert in_use <= SERVICES.keys(), "add the service's controls to policies/controls.toml, and it to SERVICES"
    with_controls = {control.partition(".")[0] for control in controls()}
    assert {SERVICES[service] for service in in_use} <= with_controls


def test_what_does_not_apply_because_no_such_thing_is_made_is_not_made() -> None:
    in_use = set(types_in_use())

    assert len(in_use) > 50
    for row in not_applicable():
        assert in_use & set(row.get("types", ())) == set(), f"write checks of {row['controls']}"


@pytest.mark.parametrize("row", not_applicable(), ids=lambda row: row["controls"][0])
def test_types_that_are_not_made_are_types_of_the_sdk(row: dict[str, Any]) -> None:
    for token in row.get("types", ()):
        found = sdk_class(re.split("[:/]", token)[1], token.rpartition(":")[2])
        assert found
        assert found.pulumi_type == token


STANDARD = {
    "ACM": "1 2",
    "APIGateway": "1 2 3 4 5 8 9 10 11",
    "DynamoDB": "1 2 3 6 7",
    "EC2": "1 2 3 4 6 7 8 9 10 15 16 17 18 19 20 21 23 24 25 51 55 56 57 58 60 170 171 172 173 180 181 182 183",
    "EventBridge": "3",
    "IAM": "1 2 3 4 5 6 7 8 21",
    "KMS": "1 2 3 5",
    "Lambda": "1 2 5",
    "Route53": "2",
    "S3": "1 2 3 5 6 8 9 12 13 19 24 25",
    "SNS": "4",
    "SQS": "1 3",
    "SecretsManager": "1 2 3 4",
    "WAF": "1 2 3 4 6 7 8 10 12",
}
"""The controls of the standard's own page: another than the data's source, so that each holds the other to account.
https://docs.aws.amazon.com/securityhub/latest/userguide/fsbp-standard.html, read on 2026-11-25"""


def test_the_data_has_the_controls_that_the_standards_own_page_lists() -> None:
    listed = {f"{service}.{number}" for service, numbers in STANDARD.items() for number in numbers.split()}

    assert {control for control, row in controls().items() if "FSBP" in row["standards"]} == listed


def test_every_exemption_is_of_a_layer_that_there_is() -> None:
    layers = {row["layer"] for row in table("exemptions.toml")["exemption"]}

    assert layers - {"*"} <= set(PROJECTS), "take the rows of a layer that is gone out of policies/exemptions.toml"
