"""Brings everything up: engine, emulator, the layers wave by wave, a smoke run of transactions, a summary."""

import json
import shlex
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from tapstack.cli.actions import lane_merchants
from tapstack.cli.actions.outputs import outputs_of
from tapstack.cli.actions.send import as_data, send, to_explain
from tapstack.cli.statuses import DONE, ERROR
from tapstack.console.errors import UserError
from tapstack.console.hints import command
from tapstack.console.progress import say, step
from tapstack.console.words import counted
from tapstack.deploy.deployment import deploy_all
from tapstack.deploy.interruptions.settling import settle
from tapstack.engine.events import Report
from tapstack.lane import stack_config, summary
from tapstack.lane.environment import LaneEnvironment
from tapstack.lane.lane import Lane
from tapstack.lane.samples import TIERS
from tapstack.lane.sending import Outcome
from tapstack.lane.smoke import check_smoke, smoke_jobs
from tapstack.lane.transactions_file import Line
from tapstack.layers import LAYERS
from tapstack.new_names import new_name
from tapstack.operate.account import Account

_SHOWN: Final = ("api_url", "rest_api_id", "stage_name", "web_acl_arn", "dashboard_url")


def local(*, port: int | None, suffix: str | None, real_provider: bool, as_json: bool) -> int:
    """Bring the lane up and leave it up; the status is 1 when a transaction of the smoke run failed."""
    started = time.monotonic()
    lane = Lane()
    environment = LaneEnvironment(lane)
    with lane.locked("local"):
        running = lane.start(port=port, real_provider=real_provider)
        _choose_suffix(lane, suffix)
        # What is in a lane was made by its commands, and can be made again: nobody is asked.
        settle(environment, LAYERS, yes=True, go_on=["local"])
        reports = deploy_all(environment)
        outputs = outputs_of(environment, show_secrets=False)
        with step("merchants", "adding them") as current:
            receiver = lane.receiver.start(running.url, outputs["data"]["merchants_table_name"])
            lane_merchants.set_up(Account(environment), receiver.url)
            current.result = f"{', '.join(TIERS)}; webhooks to {receiver.url}"
        outcomes = _smoke(lane)
        keys = lane_merchants.api_keys(Account(environment))
    seconds = time.monotonic() - started
    kept = _kept_in_state(lane, reports)
    if as_json:
        print(json.dumps(_document(reports, outputs, kept, outcomes, seconds), indent=2))
    else:
        _summarise(reports, outputs, keys, kept, outcomes, seconds)
    return ERROR if summary.failures(outcomes) else DONE


def _choose_suffix(lane: Lane, wanted: str | None) -> None:
    current = {stack_config.suffix(lane.projects, layer) for layer in LAYERS if lane.stack(layer).resources()}
    if wanted and current - {wanted}:
        raise UserError(
            f"the lane is up as environment {', '.join(sorted(current))!r}; before {wanted!r} run: {command('down')}"
        )
    if wanted or not current:
        stack_config.set_suffix(lane.projects, wanted or stack_config.SUFFIX)


def _smoke(lane: Lane) -> list[Outcome]:
    jobs = smoke_jobs()
    with step("smoke run", f"sending {counted(len(jobs), 'transaction')}") as current:
        outcomes = send(lane, jobs)
        good = len(jobs) - len(summary.failures(outcomes))
        current.result = f"{good} of {len(jobs)} decided and notified"
    try:
        check_smoke(outcomes)
    except UserError:
        summary.print_table(outcomes, stderr=True)
        _print_failures(outcomes, stderr=True)
        raise
    return outcomes


def _print_failures(outcomes: Sequence[Outcome], *, stderr: bool = False) -> None:
    if failed := summary.failures(outcomes):
        summary.print_transactions(failed, stderr=stderr)


def _summarise(
    reports: Mapping[str, Report],
    outputs: Mapping[str, Any],
    keys: Mapping[str, str],
    kept: Mapping[str, str],
    outcomes: Sequence[Outcome],
    seconds: float,
) -> None:
    edge = outputs["api-edge"]
    print()
    summary.print_table(outcomes)
    _print_failures(outcomes)
    print(f"\nOutputs ({command('outputs')} prints all)")
    for name in _SHOWN:
        print(f"  {name:<16}{edge[name]}")
    print("\nKept in the state alone, for the emulator cannot hold it")
    for kind, reason in kept.items():
        print(f"  {kind}: {reason}")
    exempt = [f"{layer}: {line}" for layer, report in reports.items() for line in report.exemptions]
    if exempt:
        print("\nExempt from controls on purpose (policies/exemptions.toml)")
        for line in exempt:
            print(f"  {line}")
    times = ", ".join(f"{layer} {report.seconds:.0f} s" for layer, report in reports.items())
    print(f"\nUp after {seconds:.0f} s: {times}")
    print("\nTry it")
    print(f"  {_curl(edge, keys, *smoke_jobs()[0])}")
    decided = to_explain(outcomes)
    for line, meaning in (
        (command("send", "transactions.jsonl"), "more of them, one JSON object a line"),
        (command("explain", decided.transaction_id if decided else "ID"), "why one was decided as it was"),
        (command("logs", "--follow"), "what the functions log"),
        (f'eval "$({command("env")})"', "for `pulumi` by hand in a project folder"),
    ):
        print(f"  {line:<64}  {meaning}")
    say(f"the lane stays up; to end it: {command('down')}")


def _document(
    reports: Mapping[str, Report],
    outputs: Mapping[str, Any],
    kept: Mapping[str, str],
    outcomes: Sequence[Outcome],
    seconds: float,
) -> dict[str, Any]:
    edge = outputs["api-edge"]
    return {
        "seconds": round(seconds, 1),
        "layers": {
            layer: {"changes": dict(report.changes), "seconds": round(report.seconds, 1)}
            for layer, report in reports.items()
        },
        "outputs": {name: edge[name] for name in _SHOWN},
        "state_only": dict(kept),
        "exemptions": {layer: report.exemptions for layer, report in reports.items()},
        "transactions": [as_data(outcome) for outcome in outcomes],
    }


def _kept_in_state(lane: Lane, reports: Mapping[str, Report]) -> dict[str, str]:
    """Find the types of resources that the emulator does not hold, each with the reason."""
    used = {operation.type for report in reports.values() for operation in report.finished}
    return {kind: reason for kind, reason in sorted(lane.plugins.state_only_types().items()) if kind in used}


def _curl(edge: Mapping[str, Any], keys: Mapping[str, str], merchant: str, line: Line) -> str:
    headers = {
        "x-api-key": keys[merchant],
        "idempotency-key": new_name(),
        "content-type": "application/json",
    }
    flags = " ".join(f"-H {shlex.quote(f'{name}: {value}')}" for name, value in headers.items())
    body = json.dumps(line.body, separators=(",", ":"))
    return f"curl -i {shlex.quote(edge['transactions_url'])} {flags} -d {shlex.quote(body)}"
