"""One person's shell on a lane's emulator, whose commands are cut and then run again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from interruptions.cutting import Cut, Proxy, proxy_before
from support.clients import emulator_client
from support.environments import write_settings
from tapstack.engine.environment import BackendEnvironment
from tapstack.lane.lane import Lane
from tapstack.layers import LAYERS
from tapstack.providers import endpoint_keys

STACK: Final = "dev"
_SEEN_SECONDS: Final = 1
"""How long it may take until a signal is seen."""
_LONGEST_SECONDS: Final = 240
_COMMAND: Final = """
import sys
from pathlib import Path
from tapstack.cli import environments
from tapstack.cli.main import main
from tapstack.engine.environment import BackendEnvironment

root = Path(sys.argv.pop(1))
environments.environment_named = lambda name: BackendEnvironment(name, root)
sys.exit(main(sys.argv[1:]))
"""


@dataclass(frozen=True)
class Ended:
    """A command that has ended."""

    status: int
    out: str
    err: str


@dataclass(frozen=True)
class Shell:
    """A shell that is logged in to a lane's state backend, with the emulator behind a proxy as its AWS.

    Attributes:
        lane: whose emulator and backend.
        proxy: what stands before the emulator.
        variables: the shell's environment.
    """

    lane: Lane
    proxy: Proxy
    variables: Mapping[str, str]

    def start(self, *words: str) -> "subprocess.Popen[str]":
        """Start one of the teams' commands, in a group of processes of its own, as a terminal does."""
        return subprocess.Popen(
            [sys.executable, "-c", _COMMAND, f"{self.lane.projects.parent}", words[0], "--stack", STACK, *words[1:]],
            env={**self.variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *words: str) -> Ended:
        """Run one to its end."""
        return self.ended(self.start(*words))

    def ended(self, process: "subprocess.Popen[str]") -> Ended:
        """Wait for one to end."""
        out, err = process.communicate(timeout=_LONGEST_SECONDS)
        return Ended(process.returncode, out, err)

    def cut(self, how: str, at: int, *words: str, applied: bool = False) -> tuple[Ended, Cut]:
        """Run a command that is cut at a call.

        Args:
            how: `Ctrl-C`, `kill of tapstack`, `kill of the engine` or `failing call`.
            at: the number of the call, of those that change something.
            words: the command.
            applied: whether the call is carried out before.
        """
        process: list[subprocess.Popen[str]] = []
        cut = Cut(at, applied, lambda: ACTS[how](process[0].pid))
        self.proxy.arm(cut)
        process.append(self.start(*words))
        ended = self.ended(process[0])
        self.wait_for_engines()
        self.proxy.arm(None)
        return ended, cut

    def cut_after(self, how: str, seconds: float, *words: str) -> tuple[Ended, str]:
        """Run a command that is cut some time after it began; tell too whether it was still at work then."""
        process = self.start(*words)
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
        met = process.poll() is None
        if met:
            ACTS[how](process.pid)
        ended = self.ended(process)
        self.wait_for_engines()
        return ended, f"{seconds:.1f} s" if met else ""

    def wait_for_engines(self) -> None:
        """Wait until no engine works on this backend: one whose command was killed goes on alone."""
        deadline = time.monotonic() + _LONGEST_SECONDS
        while time.monotonic() < deadline and self._engines():
            time.sleep(0.1)

    def _engines(self) -> list[int]:
        mine = f"PULUMI_BACKEND_URL={self.variables['PULUMI_BACKEND_URL']}".encode()
        return [pid for pid in _named("pulumi") if mine in _environment(pid)]

    @property
    def environment(self) -> BackendEnvironment:
        """The stacks, as this process sees them; its variables have to be those of the shell."""
        return BackendEnvironment(STACK, self.lane.projects.parent)

    def client(self, service: str) -> Any:
        """Make a client of the emulator itself."""
        return emulator_client(self.lane.require_running().url, service)

    def state(self, layer: str) -> Path:
        """Give the file of a layer's state."""
        return self.lane.folder / "state" / ".pulumi" / "stacks" / f"tapstack-{layer}" / f"{STACK}.json"


@contextmanager
def shell_on(lane: Lane) -> Iterator[Shell]:
    """Log a shell in to a lane's state backend, with the stacks made, and a proxy before its emulator."""
    url = lane.require_running().url
    with proxy_before(url) as proxy:
        write_settings(lane, STACK)
        for layer in LAYERS:
            file = lane.projects / layer / f"Pulumi.{STACK}.yaml"
            settings = yaml.safe_load(file.read_text(encoding="utf-8"))
            settings["config"]["aws:endpoints"] = [dict.fromkeys(endpoint_keys(), proxy.url)]
            file.write_text(yaml.safe_dump(settings), encoding="utf-8")
        keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "eu-central-1"}
        variables = {**lane.environment(), "AWS_ENDPOINT_URL": proxy.url, **keys}
        variables.pop("PULUMI_STACK")
        for layer in LAYERS:
            subprocess.run(
                ["pulumi", "stack", "init", STACK, "--non-interactive"],
                cwd=lane.projects / layer,
                env=variables,
                check=True,
                capture_output=True,
            )
        yield Shell(lane, proxy, variables)


def inventory(shell: Shell) -> dict[str, int]:
    """Count what the emulator has, by kind: whatever the layers make there, in a state or not."""
    counted = {}
    for service, operation, key in _LISTED:
        client = shell.client(service)
        parameters = _ASKED.get(operation, {})
        if client.can_paginate(operation):
            answer = client.get_paginator(operation).paginate(**parameters).build_full_result()
        else:
            answer = getattr(client, operation)(**parameters)
        items = [item for item in answer.get(key) or () if not _is_on_its_way_out(client, item)]
        counted[f"{service} {operation}"] = len(items)
    return counted


_LISTED: Final = (
    ("ec2", "describe_vpcs", "Vpcs"),
    ("ec2", "describe_subnets", "Subnets"),
    ("ec2", "describe_route_tables", "RouteTables"),
    ("ec2", "describe_security_groups", "SecurityGroups"),
    ("ec2", "describe_security_group_rules", "SecurityGroupRules"),
    ("ec2", "describe_vpc_endpoints", "VpcEndpoints"),
    ("ec2", "describe_flow_logs", "FlowLogs"),
    ("iam", "list_roles", "Roles"),
    ("logs", "describe_log_groups", "logGroups"),
    ("dynamodb", "list_tables", "TableNames"),
    ("sqs", "list_queues", "QueueUrls"),
    ("sns", "list_topics", "Topics"),
    ("kms", "list_keys", "Keys"),
    ("kms", "list_aliases", "Aliases"),
    ("lambda", "list_functions", "Functions"),
    ("lambda", "list_event_source_mappings", "EventSourceMappings"),
    ("apigateway", "get_rest_apis", "items"),
    ("apigateway", "get_api_keys", "items"),
    ("apigateway", "get_usage_plans", "items"),
    ("wafv2", "list_web_acls", "WebACLs"),
    ("cloudwatch", "describe_alarms", "MetricAlarms"),
    ("cloudwatch", "list_dashboards", "DashboardEntries"),
)
_ASKED: Final = {"list_web_acls": {"Scope": "REGIONAL"}}


def _is_on_its_way_out(client: Any, item: Any) -> bool:
    """Tell whether it is a key that waits for its deletion, which nothing takes back."""
    if not isinstance(item, Mapping) or "KeyArn" not in item:
        return False
    return bool(client.describe_key(KeyId=item["KeyId"])["KeyMetadata"]["KeyState"] == "PendingDeletion")


def _interrupt(pid: int, times: int = 1) -> None:
    for _ in range(times):
        os.killpg(pid, signal.SIGINT)
        time.sleep(0.2)
    # The call is answered after this. On a busy machine the rest would be done before anybody has seen the signal.
    time.sleep(_SEEN_SECONDS)


def _interrupt_often(pid: int) -> None:
    _interrupt(pid, times=3)


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _kill_engines(pid: int) -> None:
    for engine in _named("pulumi"):
        with suppress(OSError):
            if _parent(_parent(engine)) == pid:
                os.kill(engine, signal.SIGKILL)


def _nothing(_: int) -> None:
    pass


ACTS: Final[Mapping[str, Callable[[int], None]]] = {
    "Ctrl-C": _interrupt,
    "Ctrl-C three times": _interrupt_often,
    "kill of tapstack": _kill,
    "kill of the engine": _kill_engines,
    "failing call": _nothing,
}


def _named(name: str) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (entry / "comm").read_text().strip() == name:
                found.append(int(entry.name))
    return found


def _environment(pid: int) -> bytes:
    with suppress(OSError):
        return Path(f"/proc/{pid}/environ").read_bytes()
    return b""


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
