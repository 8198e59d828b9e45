"""`tapstack smoke` on the deployed lane: its steps, its failures, and several runs at once."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tapstack.lane.environment import LaneEnvironment
from tapstack.operate.account import Account
from tapstack.operate.smoke.run import SmokeRun

STEPS = ["secret", "submit", "replay", "conflict", "decide", "decline", "webhook", "log", "clean"]


def sink(deployed: Any) -> list[str]:
    """List what is in the sink."""
    table = deployed.outputs["data"]["deliveries_table_name"]
    pages = deployed.client("dynamodb").get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    ids = [item["id"]["S"] for page in pages for item in page["Items"]]
    return [name for name in ids if name.startswith("sink#")]


@pytest.fixture
def before(deployed: Any) -> set[str]:
    """What runs that did not come to their end have left in the sink, for an hour."""
    return set(sink(deployed))


def test_the_probe_s_transactions_go_through_and_leave_nothing_in_the_sink(
    deployed: Any, operate: Any, before: set[str]
) -> None:
    status, out, err = operate("smoke", "--json")

    document = json.loads(out)
    assert (status, document["ok"], document["failed"]) == (0, True, None), err
    assert [step["step"] for step in document["steps"]] == STEPS
    assert all(step["seconds"] >= 0 for step in document["steps"])
    assert len(document["transactions"]) == 2
    assert set(sink(deployed)) <= before


def run_of(deployed: Any, seconds: float = 20) -> SmokeRun:
    account = Account(LaneEnvironment(deployed.lane))
    return account.smoke_run(seconds=seconds, certificate=None, told=lambda _: None)


def test_several_runs_at_once_do_not_disturb_each_other(deployed: Any, before: set[str]) -> None:
    runs = [run_of(deployed, 60) for _ in range(4)]

    with ThreadPoolExecutor(len(runs)) as pool:
        done = list(pool.map(SmokeRun.run, runs))

    assert [[step.step for step in steps] for steps in done] == [STEPS] * len(runs)
    assert len({run.approved for run in runs} | {run.declined for run in runs}) == 2 * len(runs)
    assert set(sink(deployed)) <= before


def test_the_probe_s_webhooks_are_signed_with_a_secret_that_no_state_holds(deployed: Any) -> None:
    run = run_of(deployed)
    run.run()

    secret = run.secret()
    assert secret.startswith("whsec_")
    table = deployed.outputs["data"]["merchants_table_name"]
    item = deployed.client("dynamodb").get_item(TableName=table, Key={"id": {"S": "secret#probe"}})["Item"]
    assert secret.encode() not in item["current"]["B"]
    for layer in ("data", "compute", "api-edge"):
        assert secret not in deployed.lane.stack(layer).command("stack", "export", "--show-secrets")


def test_the_probe_s_transactions_are_counted_apart_and_marked(deployed: Any, operate: Any, wait: Any) -> None:
    run = run_of(deployed)
    run.run()

    def counted() -> set[tuple[str, str]]:
        _, out, _ = operate("logs", "--json", "--since", "1m")
        found = set()
        for line in out.splitlines():
            message = json.loads(line)["message"]
            record = message if isinstance(message, dict) else {}
            directives = record.get("_aws", {}).get("CloudWatchMetrics", [])
            found |= {(one["Namespace"], name["Name"]) for one in directives for name in one["Metrics"]}
        return found

    wanted = {("tapstack-probe", name) for name in ("Answered2xx", "DecidedApproved", "WebhooksDelivered")}
    wait(lambda: wanted <= counted())
    _, out, _ = operate("explain", run.approved)
    assert "of probe, the environment's own" in out


def test_no_operator_s_command_takes_the_probe_for_a_merchant(operate: Any, write: Any) -> None:
    document = {"id": "probe", "country": "DE", "currencies": {}, "card_velocity": {"window_seconds": 1, "count": 1}}
    for arguments in (
        ("add", write(document)),
        ("set", write(document)),
        *((action, "probe") for action in ("show", "suspend", "resume", "rotate-key", "rotate-secret", "remove")),
    ):
        status, _, err = operate("merchant", *arguments)
        assert (status, "probe is the environment's own" in err) == (1, True), (arguments, err)


def test_reconciling_merchants_leaves_the_probe_alone(deployed: Any, operate: Any) -> None:
    run_of(deployed).run()

    _, out, err = operate("merchant", "reconcile", "--json")

    assert "probe" not in out, err
    _, out, _ = operate("merchant", "list", "--json")
    assert "probe" not in [row["merchant"] for row in json.loads(out)]
