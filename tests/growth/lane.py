"""What is measured of a lane as its merchants become more."""

import io
import json
import math
import os
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any, Final
from unittest import mock

import httpx
from botocore.client import BaseClient

from simulation.model.values import item_size
from tapstack.cli import environments
from tapstack.cli.main import main
from tapstack.lane.environment import LaneEnvironment
from tapstack.lane.lane import Lane
from tapstack.lane.samples import MERCHANTS
from tapstack.lane.workspace import scratch_lane
from tapstack.layers import LAYERS
from tapstack.operate.account import Account
from tapstack.operate.merchants import onboarding
from transactions.settings_document import parse_settings

TRANSACTIONS: Final = 1_000
"""Sent by the merchants in turn, before what the functions need of memory is looked at."""
_OPERATORS: Final = 4


def measured(sizes: Sequence[int]) -> Mapping[int, Mapping[str, str]]:
    """Deploy a lane, let its merchants become more, and give what was measured at each number of them."""
    found = {}
    keys: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder, scratch_lane(Path(folder)) as lane:
        environment = LaneEnvironment(lane)
        with mock.patch.object(environments, "environment_named", return_value=environment):
            _told("up", "--yes")
            for size in sizes:
                account = Account(environment)
                _enrol(account, size, keys)
                found[size] = {**_of_layers(lane), **_of_functions(lane, account, keys), **_of_commands()}
    return found


def _enrol(account: Account, size: int, keys: dict[str, str]) -> None:
    """Add merchants until there are so many; their API keys are put beside their ids."""
    document: dict[str, Any] = json.loads(MERCHANTS.read_text(encoding="utf-8"))[0]
    desk = account.desk

    def add(name: str) -> None:
        settings = parse_settings(document | {"id": name, "webhook_url": None})
        onboarding.add(desk, settings, "standard", lambda values, _: keys.update({name: values.api_key}))

    with ThreadPoolExecutor(_OPERATORS) as operators:
        for done in [operators.submit(add, f"m-{number}") for number in range(len(keys), size)]:
            done.result()


def _of_layers(lane: Lane) -> Mapping[str, str]:
    states = [lane.stack(layer).export() for layer in LAYERS]
    planning, deploying = _seconds("plan"), _seconds("up", "--yes")
    return {
        "`plan` of all layers": f"{planning:.0f} s",
        "`up` of all layers": f"{deploying:.0f} s",
        "resources in the states": f"{sum(len(state['deployment']['resources']) for state in states)}",
        "the states": f"{sum(len(json.dumps(state)) for state in states) / 1024:.0f} KiB",
    }


def _of_functions(lane: Lane, account: Account, keys: Mapping[str, str]) -> Mapping[str, str]:
    url, names = account.api_edge.transactions_url, list(keys)
    answers: Counter[int] = Counter()
    with httpx.Client(timeout=60, trust_env=False) as http:
        for number in range(TRANSACTIONS):
            key = keys[names[number % len(names)]]
            card = {"token": f"tok_card_{number}", "bin": "424242", "country": "DE", "expires": "2099-12"}
            headers = {"x-api-key": key, "idempotency-key": f"{len(names)}-{number}"}
            body = {"amount": 1250, "currency": "EUR", "card": card}
            answers[http.post(url, json=body, headers=headers).status_code] += 1
    memory = _memory_mb(lane)
    return {
        f"{TRANSACTIONS:,} transactions of all in turn: accepted": f"{answers[202]:,}",
        **{f"memory of the {name} afterwards": f"{megabytes:.0f} MB" for name, megabytes in memory.items()},
    }


def _memory_mb(lane: Lane) -> Mapping[str, float]:
    """Give what the emulator's processes of each function hold; the largest, where there are more of one."""
    emulator = lane.require_running().pid
    found: dict[str, float] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            status = dict(line.split(":", 1) for line in (entry / "status").read_text().splitlines() if ":" in line)
            arguments = (entry / "cmdline").read_text()
        except OSError:  # it has ended meanwhile
            continue
        if int(status["PPid"]) != emulator or "VmRSS" not in status:
            continue
        for name in ("validator", "fraud-detector"):
            if f"-{name}-" in arguments:
                found[name] = max(found.get(name, 0), int(status["VmRSS"].split()[0]) / 1024)
    return dict(sorted(found.items()))


def _of_commands() -> Mapping[str, str]:
    found = {}
    for words in (("merchant", "list"), ("merchant", "reconcile")):
        with _counted() as (calls, units):
            seconds = _seconds(*words)
        called = ", ".join(f"{number} {name}" for name, number in sorted(calls.items()))
        told = f"{seconds:.1f} s; {called}; {units[0]:g} read units"
        found[f"`{' '.join(words)}`"] = told
    return found


@contextmanager
def _counted() -> Iterator[tuple[Counter[str], list[float]]]:
    """Count calls of AWS during a `with` block, and the units that reading the table takes."""
    calls, units = Counter[str](), [0.0]
    made = BaseClient.__dict__["_make_api_call"]  # where all calls pass

    def make(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        calls[operation] += 1
        answer = made(client, operation, parameters)
        if operation == "Scan":
            # The emulator charges by the call. A unit is 4 KiB, and half of one where the read may be old.
            size = sum(map(item_size, answer["Items"]))
            units[0] += math.ceil(size / 4096) / (1 if parameters.get("ConsistentRead") else 2)
        return answer

    with mock.patch.object(BaseClient, "_make_api_call", make):
        yield calls, units


def _seconds(*words: str) -> float:
    began = time.monotonic()
    _told(*words)
    return time.monotonic() - began


def _told(*words: str) -> str:
    with redirect_stdout(io.StringIO()) as out:
        status = main(words)
    if status:
        raise SystemExit(f"{' '.join(words)} ended with {status}{os.linesep}{out.getvalue()}")
    return out.getvalue()
