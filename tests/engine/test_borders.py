"""What readers hold is replaced on the real engine: under traffic, a team at a time, half-way back, and cut short."""

import json
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from support.client_traffic import traffic
from support.clients import emulator_client
from support.environments import lane_with_merchants
from support.polling import eventually
from tapstack.cli import environments
from tapstack.cli.actions import lane_merchants
from tapstack.cli.main import main
from tapstack.cli.statuses import DONE, ERROR, FOUND, INTERRUPTED
from tapstack.console.errors import UserError
from tapstack.console.progress import Step
from tapstack.deploy import deployment
from tapstack.engine.events import Operation, Report
from tapstack.engine.stack import Listener, is_made
from tapstack.lane.environment import LaneEnvironment
from tapstack.lane.lane import Lane
from tapstack.layers import LAYERS
from tapstack.operate.account import Account

Captured = pytest.CaptureFixture[str]
Command = Callable[..., int]
REPLACED = 22
"""How many of the network's resources another block replaces."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lane]:
    """A lane with everything deployed and merchants set up, whose network is replaced again and again."""
    with lane_with_merchants(tmp_path_factory.mktemp("borders")) as lane:
        yield lane


@pytest.fixture
def environment(running: Lane, monkeypatch: pytest.MonkeyPatch) -> LaneEnvironment:
    environment = LaneEnvironment(running)
    monkeypatch.setattr(environments, "environment_named", lambda _: environment)
    return environment


@pytest.fixture
def on_lane(environment: LaneEnvironment) -> Command:
    def run(*arguments: str) -> int:
        # Whoever stopped the command before this one has not stopped this one.
        environment.stop.clear()
        return main(arguments)

    return run


def give(lane: Lane, block: str) -> None:
    """Give the network another block."""
    lane.stack("network").command("config", "set", "vpcCidr", block)


def ec2(lane: Lane) -> Any:
    return emulator_client(lane.require_running().url, "ec2")


def left_over(lane: Lane) -> list[str]:
    """Name what the states have that is on its way out."""
    resources = [item for layer in LAYERS for item in lane.stack(layer).deployment()["resources"]]
    return [item["urn"] for item in resources if item.get("delete")]


def require_one_generation(lane: Lane, block: str) -> None:
    """Hold states and emulator to one network, in the block, with the functions and all their versions in it."""
    assert left_over(lane) == []
    assert [lane.stack(layer).pending() for layer in LAYERS] == [[]] * len(LAYERS)
    own = {item["id"] for item in lane.stack("network").deployment()["resources"] if is_made(item)}
    (vpc,) = (item for item in ec2(lane).describe_vpcs()["Vpcs"] if not item.get("IsDefault"))
    assert vpc["CidrBlock"] == block
    inside = [{"Name": "vpc-id", "Values": [vpc["VpcId"]]}]
    found = {item["SubnetId"] for item in ec2(lane).describe_subnets(Filters=inside)["Subnets"]}
    found |= {item["GroupId"] for item in ec2(lane).describe_security_groups(Filters=inside)["SecurityGroups"]}
    assert found <= own
    every = [item["VpcId"] for item in ec2(lane).describe_subnets()["Subnets"] if not item.get("DefaultForAz")]
    assert set(every) == {vpc["VpcId"]}
    functions = emulator_client(lane.require_running().url, "lambda")
    for name in ("tapstack-local-validator", "tapstack-local-fraud-detector"):
        versions = functions.list_versions_by_function(FunctionName=name)["Versions"]
        assert {version["VpcConfig"]["VpcId"] for version in versions} == {vpc["VpcId"]}


def test_the_network_is_replaced_while_a_client_keeps_posting_without_a_failed_request(
    running: Lane, on_lane: Command, capsys: Captured
) -> None:
    url = running.stack("api-edge").outputs()["transactions_url"]
    keys = lane_merchants.api_keys(Account(LaneEnvironment(running)))
    give(running, "10.60.0.0/16")

    assert on_lane("plan") == DONE
    told = " ".join(capsys.readouterr().out.split())
    assert re.search(
        r"network: compute holds '\S+' \(\S+\), '\S+' \(\S+\), '\S+' \(\S+\) and 1 more, so the old stays", told
    )
    assert "step 1, expand: network makes the new beside the old, and exports it network: step 2, move: compute" in told
    with traffic(url, list(keys.values())) as clients:
        eventually(lambda: len(clients.answers) > 5)
        assert on_lane("up", "--yes") == DONE
        answered = len(clients.answers)
        eventually(lambda: len(clients.answers) > answered + 5)

    assert clients.failures == []
    line = r"^(\w+) +(?:read 1, )?((?:replace|delete|unchanged) \d.*?)  "
    shown = re.findall(line, capsys.readouterr().err, re.MULTILINE)
    assert shown == [
        ("network", f"replace {REPLACED}, unchanged 4"),
        ("compute", "unchanged 20, update 4"),
        ("network", f"unchanged 26, delete {REPLACED}"),
    ]
    require_one_generation(running, "10.60.0.0/16")
    assert on_lane("up", "--yes") == DONE
    assert "nothing to do" in capsys.readouterr().err


def test_a_team_alone_is_told_whose_turn_it_is_and_each_step_can_be_repeated(
    running: Lane, on_lane: Command, capsys: Captured, tmp_path: Path
) -> None:
    give(running, "10.61.0.0/16")
    assert on_lane("drift", "network") == FOUND
    program = re.findall(r"^network +program +(\w+) ('.*?' \(.*?\))", capsys.readouterr().out, re.MULTILINE)
    assert Counter(kind for kind, _ in program) == {"replace": REPLACED}
    assert len(set(program)) == REPLACED

    move = "next: .venv/bin/tapstack up compute, then .venv/bin/tapstack up network deletes it"
    approved = f"{tmp_path / 'approved.plan'}"
    assert on_lane("plan", "network", "--save", approved) == DONE
    for words in (("--plan", approved), ("network", "--yes")):
        capsys.readouterr()
        assert on_lane("up", *words) == DONE
        captured = capsys.readouterr()
        assert captured.out.startswith("network: the old is kept, as compute holds ")
        assert move in captured.out
        assert len(left_over(running)) == REPLACED
    assert "nothing to do: network as this checkout has it" in captured.err
    assert on_lane("plan", "network", "--json") == DONE
    (planned,) = json.loads(capsys.readouterr().out)["layers"]
    assert planned["changes"] == {"create": 0, "update": 0, "replace": 0, "delete": REPLACED}
    assert {tuple(hold["readers"]) for hold in planned["holds"]} == {("compute",)}
    assert on_lane("drift", "network") == FOUND
    program = re.findall(r"^network +program +(\w+) ('.*?' \(.*?\))", capsys.readouterr().out, re.MULTILINE)
    assert Counter(kind for kind, _ in program) == {"delete": REPLACED}

    prune = ".venv/bin/tapstack prune-versions compute"
    assert on_lane("up", "compute", "--yes") == DONE
    assert f"{prune}, then .venv/bin/tapstack up network" in capsys.readouterr().out
    assert on_lane("up", "network", "--yes") == ERROR
    refused = capsys.readouterr().err
    assert re.search(
        rf"validator:\d; next: {re.escape(prune)}, then \.venv/bin/tapstack up network\. Up: none;", refused
    )
    assert len(left_over(running)) == REPLACED

    assert on_lane("prune-versions", "compute") == DONE
    assert on_lane("up", "network", "--yes") == DONE
    require_one_generation(running, "10.61.0.0/16")
    assert on_lane("drift") == DONE


def test_going_back_half_way_ends_with_one_network(running: Lane, on_lane: Command) -> None:
    give(running, "10.62.0.0/16")
    assert on_lane("up", "network", "--yes") == DONE
    give(running, "10.61.0.0/16")

    assert on_lane("up", "network", "--yes") == DONE
    assert len(left_over(running)) == 2 * REPLACED

    assert on_lane("up", "--yes") == DONE
    require_one_generation(running, "10.61.0.0/16")


CUTS = (
    ("network", "create-replacement", 1),
    ("network", "create-replacement", 2),
    ("compute", "update", 1),
    ("network", "delete-replaced", 1),
    ("network", "delete-replaced", 2),
)
"""Where commands are interrupted, one after the other: the layer, the engine's operation, and which of these."""


def test_cut_at_every_step_the_same_command_ends_where_an_undisturbed_one_does(
    running: Lane, environment: LaneEnvironment, on_lane: Command, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    """Killed, interrupted at each step, and refused by AWS: somebody else's group is in the old VPC."""
    again = ("up", "network", "compute", "--yes")
    old = running.stack("network").outputs()["vpc_id"]
    theirs = ec2(running).create_security_group(GroupName="theirs", Description="not ours", VpcId=old)["GroupId"]
    give(running, "10.63.0.0/16")

    for cut in CUTS:
        if cut[0] == "compute":
            kill_while_it_expands(running, *again)
        with monkeypatch.context() as interrupting:
            interrupt_at(environment, interrupting, *cut)
            assert on_lane(*again) == INTERRUPTED, cut
    assert 0 < len(left_over(running)) < REPLACED
    for _ in range(2):
        assert on_lane(*again) == ERROR
        told = capsys.readouterr().err
        assert f"DependencyViolation: The vpc '{old}' has dependencies and cannot be deleted." in told
        assert [urn.rpartition("::")[2] for urn in left_over(running)] == ["vpc"]
    assert "Fix it and go on: .venv/bin/tapstack up network compute\n" in told

    ec2(running).delete_security_group(GroupId=theirs)
    assert on_lane(*again) == DONE
    require_one_generation(running, "10.63.0.0/16")


def interrupt_at(
    environment: LaneEnvironment, monkeypatch: pytest.MonkeyPatch, layer: str, op: str, number: int
) -> None:
    """Interrupt the engine at an operation on a layer, as a Ctrl-C does."""
    original, seen = deployment._progress_on, Counter[str]()

    def watching(current: Step) -> Listener:
        tell = original(current)

        def listen(operation: Operation, report: Report) -> None:
            tell(operation, report)
            if f"::tapstack-{layer}::" in operation.urn:
                seen[operation.op] += 1
                if seen[op] == number:
                    environment.stop.set()

        return listen

    monkeypatch.setattr(deployment, "_progress_on", watching)


ENDPOINTS = 2
"""How many endpoints a network has."""
_COMMAND = """
import sys
from pathlib import Path
from tapstack.cli import environments
from tapstack.cli.actions import lane_merchants
from tapstack.cli.main import main
from tapstack.lane.environment import LaneEnvironment
from tapstack.lane.lane import Lane

root = Path(sys.argv.pop(1))
environments.environment_named = lambda _: LaneEnvironment(Lane(root / "lane", root))
sys.exit(main(sys.argv[1:]))
"""


def kill_while_it_expands(lane: Lane, *arguments: str) -> None:
    """Kill a command once the new endpoints are there, and wait for its engine, which ends what it has begun."""
    script = [sys.executable, "-c", _COMMAND, str(lane.projects.parent), *arguments]
    with subprocess.Popen(script, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as command:
        eventually(lambda: len(ec2(lane).describe_vpc_endpoints()["VpcEndpoints"]) > ENDPOINTS, seconds=300)
        command.kill()
    with lane_when_free(lane):
        pass


@contextmanager
def lane_when_free(lane: Lane) -> Iterator[None]:
    """Take the lane once nobody works on it."""
    for _ in range(600):
        try:
            with lane.locked("test"):
                yield
                return
        except UserError:
            time.sleep(0.5)
    raise AssertionError("the engine did not end")
