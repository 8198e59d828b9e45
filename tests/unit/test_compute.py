"""The compute layer on Pulumi's mocks."""

import dataclasses
import json
import runpy
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from support.mocked_program import ProgramError
from tapstack.checkout import CHECKOUT
from tapstack.layers import PROJECTS

RunLayer = Callable[..., Any]
NATIVE = {"functionPlatform": "native"}
STABLE = NATIVE | {"validatorStableVersion": "7"}
# Calls for which AWS takes no narrower resource.
WITHOUT_RESOURCE = ("dynamodb:ListStreams", "ec2:", "xray:")


def test_it_exports_its_contract_and_nothing_else(run_layer: RunLayer, promised: Callable[[str], set[str]]) -> None:
    outputs = run_layer("compute", NATIVE).outputs

    assert outputs.keys() == promised("compute")


def test_every_function_runs_as_production_needs_it(run_layer: RunLayer, upstream: dict[str, Any]) -> None:
    functions = run_layer("compute", NATIVE).all("Function")

    assert {item.name for item in functions} == {"validator", "fraud-detector", "notifier"}
    for function in (item.inputs for item in functions):
        assert function["architectures"] == ["arm64"]
        assert function["snapStart"] == {"applyOn": "PublishedVersions"}
        assert function["tracingConfig"] == {"mode": "Active"}
        assert function["publish"] is True
        assert function["kmsKeyArn"] == upstream["data"]["key_arn"]


def test_callers_and_event_sources_use_the_alias(run_layer: RunLayer) -> None:
    program = run_layer("compute", NATIVE)

    assert {item.inputs["name"] for item in program.all("Alias")} == {"live"}
    assert all("-live" in item.inputs["functionName"] for item in program.all("EventSourceMapping"))


def test_the_stream_hands_out_inserts_alone_and_keeps_what_fails(run_layer: RunLayer, upstream: dict[str, Any]) -> None:
    mapping = run_layer("compute", NATIVE).one("EventSourceMapping", "fraud-detector-stream")

    assert json.loads(mapping["filterCriteria"]["filters"][0]["pattern"]) == {"eventName": ["INSERT"]}
    assert mapping["functionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["bisectBatchOnFunctionError"] is True
    assert mapping["destinationConfig"]["onFailure"]["destinationArn"] == upstream["data"]["stream_failures_queue_arn"]


def test_no_role_may_do_more_than_its_function_does(run_layer: RunLayer) -> None:
    policies = run_layer("compute", NATIVE).all("RolePolicy")

    assert {item.name for item in policies} == {"validator", "fraud-detector", "notifier"}
    for policy in policies:
        for statement in json.loads(policy.inputs["policy"])["Statement"]:
            assert not any(action.endswith("*") for action in statement["Action"])
            if statement["Resource"] == "*":
                assert all(action.startswith(WITHOUT_RESOURCE) for action in statement["Action"])


@pytest.mark.parametrize("has_egress", [True, False])
def test_the_notifier_is_in_the_egress_subnets_where_there_are_any(
    run_layer: RunLayer,
    upstream: dict[str, Any],
    has_egress: bool,  # noqa: FBT001
) -> None:
    upstream["network"]["has_egress"] = has_egress

    notifier = run_layer("compute", NATIVE, upstream).one("Function", "notifier")

    assert (notifier.get("vpcConfig") or {}).get("subnetIds") == (
        upstream["network"]["egress_subnet_ids"] if has_egress else None
    )


def test_logs_are_kept_as_long_as_asked_for_and_encrypted(run_layer: RunLayer, upstream: dict[str, Any]) -> None:
    groups = [item.inputs for item in run_layer("compute", {**NATIVE, "logRetentionDays": 365}).all("LogGroup")]

    assert {(group["retentionInDays"], group["kmsKeyId"]) for group in groups} == {(365, upstream["data"]["key_arn"])}


def test_without_settings_the_alias_follows_the_newest_version(run_layer: RunLayer) -> None:
    alias = run_layer("compute", NATIVE).one("Alias", "validator-live")

    assert (alias["functionVersion"], alias.get("routingConfig")) == ("9", None)


def test_a_stable_version_keeps_what_the_canary_does_not_get(run_layer: RunLayer) -> None:
    program = run_layer("compute", STABLE | {"canaryPercent": 10})

    validator = program.one("Alias", "validator-live")
    assert validator["functionVersion"] == "7"
    assert validator["routingConfig"] == {"additionalVersionWeights": {"9": 0.1}}
    notifier = program.one("Alias", "notifier-live")
    assert (notifier["functionVersion"], notifier.get("routingConfig")) == ("9", None)


def test_a_stable_version_alone_gets_everything(run_layer: RunLayer) -> None:
    alias = run_layer("compute", STABLE).one("Alias", "validator-live")

    assert (alias["functionVersion"], alias.get("routingConfig")) == ("7", None)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"canaryPercent": 10}, "setting canaryPercent is 10 and no function has a stable version"),
        ({"canaryPercent": 101}, "setting canaryPercent is 101: it must be from 0 to 100"),
        ({"canaryPercent": -1}, "setting canaryPercent is -1: it must be from 0 to 100"),
        ({"notifierStableVersion": "$LATEST"}, "setting notifierStableVersion is '\\$LATEST': it must be the number"),
        ({"canaryPercent": 5, "fraudDetectorStableVersion": "9"}, "is '9': that is the newest version of the fraud-"),
        (
            {"validatorStableVersion": "10"},
            "setting validatorStableVersion is '10': the newest version of the validator",
        ),
    ],
)
def test_a_canary_that_cannot_be_is_refused(run_layer: RunLayer, config: dict[str, Any], message: str) -> None:
    with pytest.raises(Exception, match=message):
        run_layer("compute", NATIVE | config)


NEVER_IN_PRODUCTION = ["webhookAllowPrivateTargets", "testTokens"]


@pytest.mark.parametrize("setting", NEVER_IN_PRODUCTION)
@pytest.mark.parametrize("suffix", ["prod", "live", "euprod", "dev", "local"])
@pytest.mark.parametrize("said", [{}, {"production": True}])
def test_what_must_never_be_on_in_production_is_refused_whatever_the_environments_name(
    run_layer: RunLayer, setting: str, suffix: str, said: dict[str, Any]
) -> None:
    with pytest.raises(
        Exception,
        match=f"setting {setting} is true in environment '{suffix}', which is production: .*"
        f"pulumi config rm {setting}; or, .*: pulumi config set production false",
    ):
        run_layer("compute", {**NATIVE, setting: True, "environmentSuffix": suffix, **said})


def test_where_no_real_transaction_goes_through_it_may_be_on(run_layer: RunLayer) -> None:
    program = run_layer("compute", {**NATIVE, **dict.fromkeys(NEVER_IN_PRODUCTION, True), "production": False})

    assert forcing_and_private(program) == ("true", "true")


def test_both_are_off_where_nobody_says_anything(run_layer: RunLayer) -> None:
    assert forcing_and_private(run_layer("compute", NATIVE)) == ("false", "false")


def forcing_and_private(program: Any) -> tuple[str, str]:
    """Give what the functions are told of the two settings."""
    detector, notifier = (
        program.one("Function", name)["environment"]["variables"] for name in ("fraud-detector", "notifier")
    )
    return detector["TEST_TOKENS"], notifier["WEBHOOK_ALLOW_PRIVATE_TARGETS"]


def test_every_setting_that_says_never_in_production_is_held_to_it() -> None:
    # The words come from a setting's description; the rule from its declaration: neither without the other.
    for project in PROJECTS:
        module = runpy.run_path(f"{CHECKOUT / 'projects' / project / 'settings.py'}")
        (settings,) = (kind for kind in module.values() if isinstance(kind, type) and kind.__module__ == "<run_path>")
        for field in dataclasses.fields(settings):
            says_so = "never in production" in field.metadata["description"]
            assert bool(field.metadata["never_in_production"]) == says_so, f"{project}: {field.name}"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"contract_version": 2}, "layer 'data' exports contract version 2, and this layer reads version 1"),
        ({"environment_suffix": "qa"}, "layer 'data' is the environment 'qa'"),
        ({}, "layer 'data' does not export key_arn"),
    ],
)
def test_an_upstream_that_does_not_fit_is_refused_by_name(
    run_layer: RunLayer, upstream: dict[str, Any], change: dict[str, Any], message: str
) -> None:
    upstream["data"] |= change
    if not change:
        del upstream["data"]["key_arn"]

    with pytest.raises(Exception, match=message):
        run_layer("compute", NATIVE, upstream)


def test_an_upstream_that_is_not_there_is_named_with_the_command(run_layer: RunLayer) -> None:
    with pytest.raises(Exception, match=r"layer 'network' is not up: .*cd projects/network && pulumi up --stack dev"):
        run_layer("compute", NATIVE, {})


def test_a_reservation_that_the_account_has_no_room_for_is_refused_before_anything_is_made(run_layer: RunLayer) -> None:
    reserved = {"validatorConcurrency": 200, "notifierConcurrency": 101}

    with pytest.raises(ProgramError) as refused:
        run_layer("compute", {**NATIVE, **reserved})

    told = str(refused.value)
    assert "reserve 301 concurrent executions (validatorConcurrency 200, notifierConcurrency 101)" in told
    assert "the account has 400 in all" in told
    assert "request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value 401" in told
    assert "pulumi config rm validatorConcurrency" in told


def test_a_reservation_that_leaves_a_hundred_is_made(run_layer: RunLayer) -> None:
    program = run_layer("compute", {**NATIVE, "validatorConcurrency": 200, "notifierConcurrency": 100})

    found = {item.inputs["name"]: item.inputs["reservedConcurrentExecutions"] for item in program.all("Function")}
    assert found == {"tapstack-dev-validator": 200, "tapstack-dev-fraud-detector": -1, "tapstack-dev-notifier": 100}


def test_production_as_it_is_shipped_reserves_nothing() -> None:
    shipped = yaml.safe_load((CHECKOUT / "projects/compute/Pulumi.prod.yaml").read_text(encoding="utf-8"))["config"]

    assert [key for key in shipped if key.endswith("Concurrency")] == []


@pytest.mark.parametrize("level", ["DEBUG", "INFO", "WARNING", "ERROR"])
def test_lambda_keeps_what_the_level_asks_for_and_every_metric(run_layer: RunLayer, level: str) -> None:
    program = run_layer("compute", {**NATIVE, "logLevel": level})

    for function in (item.inputs for item in program.all("Function")):
        # A line whose level is missing or unknown, such as a metric, is INFO to Lambda:
        # https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
        kept = function["loggingConfig"]["applicationLogLevel"]
        assert kept == ("DEBUG" if level == "DEBUG" else "INFO")
        assert function["environment"]["variables"]["LOG_LEVEL"] == level
