"""Bring everything up: engine, emulator, four `pulumi up` in order, a smoke run of transactions, a summary."""

import argparse
import json
import shlex
import time
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console

from tapstack.cli.lane.outputs import outputs_of
from tapstack.cli.lane.send import send
from tapstack.console.errors import UserError
from tapstack.console.progress import say, step
from tapstack.engine.events import Report
from tapstack.lane import deployment, merchants, stack_config, summary
from tapstack.lane.lane import Lane
from tapstack.lane.sending import Outcome
from tapstack.lane.smoke import check_smoke, smoke_jobs
from tapstack.lane.transactions_file import Line
from tapstack.layers import LAYERS
from tapstack.providers import state_only_types


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("--port", type=_port, help="the emulator's port (default: a free one)")
    parser.add_argument("--suffix", help="environmentSuffix of the four layers (default: local)")
    parser.add_argument(
        "--real-provider", action="store_true", help="deploy through the genuine AWS plugin, not the stand-in"
    )


def run(options: argparse.Namespace) -> int:
    """Bring the lane up and leave it up."""
    started = time.monotonic()
    lane = Lane()
    with lane.locked("local"):
        running = lane.start(port=options.port, real_provider=options.real_provider)
        _choose_suffix(lane, options.suffix)
        reports = {layer: deployment.up(lane, layer) for layer in LAYERS}
        outputs = outputs_of(lane, show_secrets=True)
        with step("merchants", "writing settings") as current:
            receiver = lane.receiver.start(running.url, outputs["data"]["webhook_secret_prefix"])
            merchants.write_settings(running.url, outputs["data"]["merchants_table_name"], receiver.url)
            current.result = f"{', '.join(stack_config.MERCHANTS)}; webhooks to {receiver.url}"
        outcomes = _smoke(lane)
    _summarise(reports, outputs, outcomes, time.monotonic() - started)
    return 1 if summary.failures(outcomes) else 0


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; give a number from 1 to 65535")
    return int(text)


def _choose_suffix(lane: Lane, wanted: str | None) -> None:
    current = {stack_config.suffix(lane.projects, layer) for layer in LAYERS if lane.stack(layer).resources()}
    if wanted and current - {wanted}:
        raise UserError(
            f"the lane is up as environment {', '.join(sorted(current))!r}; run `nox -s down` before {wanted!r}"
        )
    if wanted or not current:
        stack_config.set_suffix(lane.projects, wanted or stack_config.SUFFIX)


def _smoke(lane: Lane) -> list[Outcome]:
    jobs = smoke_jobs()
    with step("smoke run", f"sending {len(jobs)} transactions") as current:
        outcomes = send(lane, jobs)
        good = len(jobs) - len(summary.failures(outcomes))
        current.result = f"{good} of {len(jobs)} decided and notified"
    try:
        check_smoke(outcomes)
    except UserError:
        summary.print_table(outcomes, Console(stderr=True))
        raise
    return outcomes


def _summarise(
    reports: Mapping[str, Report], outputs: Mapping[str, Any], outcomes: Sequence[Outcome], seconds: float
) -> None:
    edge = outputs["api-edge"]
    console = Console(highlight=False, soft_wrap=True)
    print()
    summary.print_table(outcomes, console)
    print("\nOutputs (nox -s outputs prints all)")
    for name in ("api_url", "rest_api_id", "stage_name", "web_acl_arn", "dashboard_url"):
        print(f"  {name:<16}{edge[name]}")
    print("\nKept in the state alone, for the emulator cannot hold it")
    used = {operation.type for report in reports.values() for operation in report.finished}
    for kind, reason in sorted(state_only_types().items()):
        if kind in used:
            print(f"  {kind}: {reason}")
    times = ", ".join(f"{layer} {report.seconds:.0f} s" for layer, report in reports.items())
    print(f"\nUp after {seconds:.0f} s: {times}")
    print("\nTry it")
    print(f"  {_curl(edge, *smoke_jobs()[0])}")
    print("  .venv/bin/nox -s send -- transactions.jsonl    more of them, one JSON object a line")
    print('  eval "$(.venv/bin/nox -s env)"                 for `pulumi` by hand in a project folder')
    say("the lane stays up; .venv/bin/nox -s down ends it")


def _curl(edge: Mapping[str, Any], merchant: str, line: Line) -> str:
    headers = {
        "x-api-key": edge["api_keys"][merchant],
        "idempotency-key": str(uuid.uuid4()),
        "content-type": "application/json",
    }
    flags = " ".join(f"-H {shlex.quote(f'{name}: {value}')}" for name, value in headers.items())
    body = json.dumps(line.body, separators=(",", ":"))
    return f"curl -i {shlex.quote(edge['transactions_url'])} {flags} -d {shlex.quote(body)}"
