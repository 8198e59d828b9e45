"""New versions of the functions: through compute alone, without a failed request, and to a few callers first."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from support.client_traffic import traffic
from support.clients import emulator_client
from support.environments import lane_with_merchants
from support.polling import eventually
from tapstack.cli.actions import lane_merchants
from tapstack.engine.failures import EngineError
from tapstack.lane.environment import LaneEnvironment
from tapstack.lane.lane import Lane
from tapstack.operate.account import Account

FUNCTION = "tapstack-local-validator"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lane]:
    """A lane with everything deployed and merchants set up, whose functions get new versions."""
    with lane_with_merchants(tmp_path_factory.mktemp("versions")) as lane:
        yield lane


def test_a_new_version_takes_over_under_traffic_without_a_failed_request_and_leaves_the_edge_alone(
    running: Lane,
) -> None:
    compute, edge = running.stack("compute"), running.stack("api-edge")
    outputs, before = edge.outputs(), compute.outputs()
    keys = lane_merchants.api_keys(Account(LaneEnvironment(running)))
    old = live_version(running)
    compute.command("config", "set", "logLevel", "DEBUG")

    with traffic(outputs["transactions_url"], list(keys.values())) as clients:
        eventually(lambda: len(clients.answers) > 20)
        report = compute.up()
        answered = len(clients.answers)
        eventually(lambda: len(clients.answers) > answered + 20)
        preview = edge.preview()

    assert {operation.type for operation in report.finished if operation.op == "update"} == {
        "aws:lambda/function:Function",
        "aws:lambda/alias:Alias",
    }
    new = live_version(running)
    assert int(new) == int(old) + 1
    assert executed_versions(running, 1) == Counter({new: 1})
    assert clients.failures == []
    assert set(answering(running)) == {old, new}
    assert compute.outputs() == before
    assert preview.changes == {}
    assert edge.up().changes == {}


def test_a_canary_gets_its_share_beside_the_stable_version_and_can_be_rolled_back_or_promoted(running: Lane) -> None:
    compute, edge = running.stack("compute"), running.stack("api-edge")
    stable = live_version(running)
    compute.command("config", "set", "validatorStableVersion", stable)
    compute.command("config", "set", "canaryPercent", "10")
    with pytest.raises(EngineError, match=f"setting validatorStableVersion is '{stable}': that is the newest version"):
        compute.up()
    compute.command("config", "set", "logLevel", "WARNING")

    compute.up()

    canary = f"{int(stable) + 1}"
    assert alias(running) == {"FunctionVersion": stable, "RoutingConfig": {"AdditionalVersionWeights": {canary: 0.1}}}
    assert alias(running, "tapstack-local-notifier") == {"FunctionVersion": canary}
    assert compute.up().changes == {}
    assert compute.refresh("--expect-no-changes").changes == {}
    # The emulator keeps the weights and sends everything to the stable version; how AWS shares is not seen here.

    compute.command("config", "set", "canaryPercent", "0")
    compute.up()

    assert alias(running) == {"FunctionVersion": stable}
    assert executed_versions(running, 5) == Counter({stable: 5})

    compute.command("config", "rm", "canaryPercent")
    compute.command("config", "rm", "validatorStableVersion")
    compute.up()

    assert alias(running) == {"FunctionVersion": canary}
    assert executed_versions(running, 5) == Counter({canary: 5})
    assert edge.up().changes == {}


def alias(lane: Lane, function: str = FUNCTION) -> dict[str, Any]:
    """Read which versions the alias of a function leads to."""
    answer = emulator_client(lane.require_running().url, "lambda").get_alias(FunctionName=function, Name="live")
    return {member: answer[member] for member in ("FunctionVersion", "RoutingConfig") if member in answer}


def live_version(lane: Lane) -> str:
    version: str = alias(lane)["FunctionVersion"]
    return version


def executed_versions(lane: Lane, calls: int) -> Counter[str]:
    """Count which versions answer calls of the alias."""
    client = emulator_client(lane.require_running().url, "lambda")
    answers = [
        client.invoke(FunctionName=FUNCTION, Qualifier="live", Payload=json.dumps({"httpMethod": "GET"}))
        for _ in range(calls)
    ]
    return Counter(answer["ExecutedVersion"] for answer in answers)


def answering(lane: Lane) -> Counter[str]:
    """Count the requests by the version that answered them, as the function's log has it."""
    client = emulator_client(lane.require_running().url, "logs")
    pages = client.get_paginator("filter_log_events").paginate(logGroupName=f"/aws/lambda/{FUNCTION}")
    messages = [event["message"] for page in pages for event in page["events"]]
    return Counter(found[1] for message in messages if (found := re.match(r"START .*Version: (\S+)", message)))
