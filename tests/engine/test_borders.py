"""What readers hold is replaced on the real engine: under traffic, a team at a time, half-way back, and cut short."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from support.client_traffic import traffic
from support.clients import emulator_client
from support.polling import eventually
from tapstack.cli import environments
from tapstack.cli.main import main
from tapstack.cli.statuses import DONE, ERROR, FOUND, INTERRUPTED
from tapstack.console.progress import Step
from tapstack.deploy import deployment
from tapstack.engine.events import Operation, Report
from tapstack.engine.stack import Listener, is_made
from tapstack.lane import merchants
from tapstack.lane.environment import LaneEnvironment
from tapstack.lane.lane import Lane
from tapstack.lane.workspace import scratch_lane
from tapstack.layers import LAYERS

Captured = pytest.CaptureFixture[str]
Command = Callable[..., int]
REPLACED = 22
"""How many of the network's resources another block replaces."""
ONE_OF_THE_OTHER_TEAMS = "another-team"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lane]:
    """A lane with everything deployed and merchants set up, whose network is replaced again and again."""
    with scratch_lane(tmp_path_factory.mktemp("borders")) as lane:
        for layer in LAYERS:
            lane.stack(layer).up()
        url = lane.require_running().url
        data = lane.stack("data").outputs()
        # Webhooks that nobody takes would be tried again and again, beside the traffic.
        receiver = lane.receiver.start(url, data["webhook_secret_prefix"])
        merchants.write_settings(url, data["merchants_table_name"], receiver.url)
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
    outputs = running.stack("api-edge").outputs(show_secrets=True)
    give(running, "10.60.0.0/16")

    assert on_lane("plan") == DONE
    told = " ".join(capsys.readouterr().out.split())
    assert re.search(r"network: compute holds '\S+' \(\S+\), '\S+' \(\S+\), '\S+' \(\S+\) and 1 more, so nothing", told)
    assert "step 1, expand: network makes the new beside the old, and exports it network: step 2, move: compute" in told
    with traffic(outputs["transactions_url"], list(outputs["api_keys"].values())) as clients:
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
        ("network", f"delete {REPLACED}, unchanged 26"),
    ]
    require_one_generation(running, "10.60.0.0/16")
    assert on_lane("up", "--yes") == DONE
    assert "nothing to do" in capsys.readouterr().err


def test_a_team_alone_is_told_whose_turn_it_is_and_each_step_can_be_repeated(
    running: Lane, on_lane: Command, capsys: Captured
) -> None:
    give(running, "10.61.0.0/16")
    assert on_lane("drift", "network") == FOUND
    program = re.findall(r"^network +program +(\w+) ('.*?' \(.*?\))", capsys.readouterr().out, re.MULTILINE)
    assert Counter(kind for kind, _ in program) == {"replace": REPLACED}
    assert len(set(program)) == REPLACED

    move = "next: .venv/bin/tapstack up compute, then .venv/bin/tapstack up network deletes it"
    for _ in range(2):
        assert on_lane("up", "network", "--yes") == DONE
        told = capsys.readouterr().err
        assert move in told
        assert len(left_over(running)) == REPLACED
    assert "nothing to do: network as this checkout has it" in told
    assert on_lane("plan", "network", "--json") == DONE
    (planned,) = json.loads(capsys.readouterr().out)["layers"]
    assert planned["changes"] == {"create": 0, "update": 0, "replace": 0, "delete": REPLACED}
    assert {tuple(hold["readers"]) for hold in planned["holds"]} == {("compute",)}
    assert on_lane("drift", "network") == FOUND
    program = re.findall(r"^network +program +(\w+) ('.*?' \(.*?\))", capsys.readouterr().out, re.MULTILINE)
    assert Counter(kind for kind, _ in program) == {"delete": REPLACED}

    prune = ".venv/bin/tapstack prune-versions compute"
    assert on_lane("up", "compute", "--yes") == DONE
    assert f"{prune}, then .venv/bin/tapstack up network" in capsys.readouterr().err
    assert on_lane("up", "network", "--yes") == ERROR
    assert f"validator:3; next: {prune}, then .venv/bin/tapstack up network" in capsys.readouterr().err
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


CUTS = {
    "expand, at its first resource": ("network", "create-replacement", 1),
    "expand, half-way": ("network", "create-replacement", REPLACED // 2),
    "move, at its first function": ("compute", "update", 1),
    "contract, at its first resource": ("network", "delete-replaced", 1),
    "contract, half-way": ("network", "delete-replaced", REPLACED // 2),
    "contract, at its last resource": ("network", "delete-replaced", REPLACED),
}
"""Where a command is interrupted: the layer, the engine's operation, and which of these."""


@pytest.mark.parametrize("cut", CUTS)
def test_interrupted_at_any_step_the_same_command_goes_on_to_the_same_end(
    running: Lane, environment: LaneEnvironment, on_lane: Command, monkeypatch: pytest.MonkeyPatch, cut: str
) -> None:
    block = f"10.{70 + [*CUTS].index(cut)}.0.0/16"
    give(running, block)
    with monkeypatch.context() as interrupting:
        interrupt_at(environment, interrupting, *CUTS[cut])
        assert on_lane("up", "network", "compute", "--yes") == INTERRUPTED

    assert on_lane("up", "network", "compute", "--yes") == DONE

    require_one_generation(running, block)


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
                if operation.op == op and seen[op] == number:
                    environment.stop.set()

        return listen

    monkeypatch.setattr(deployment, "_progress_on", watching)


@pytest.mark.parametrize("held", ["half-way, at a group", "at the last, the VPC"])
def test_a_deletion_that_fails_leaves_the_rest_to_the_same_command(
    running: Lane, on_lane: Command, capsys: Captured, held: str
) -> None:
    """Somebody else's group is in the old VPC, or refers to an old group: AWS deletes neither of them."""
    block = "10.80.0.0/16" if "VPC" in held else "10.81.0.0/16"
    outputs = running.stack("network").outputs()
    theirs = ec2(running).create_security_group(
        GroupName=ONE_OF_THE_OTHER_TEAMS,
        Description="not ours",
        VpcId=outputs["vpc_id"] if "VPC" in held else default_vpc(running),
    )["GroupId"]
    if "VPC" not in held:
        pair = [{"GroupId": outputs["functions_security_group_id"]}]
        rule = [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "UserIdGroupPairs": pair}]
        ec2(running).authorize_security_group_ingress(GroupId=theirs, IpPermissions=rule)
    give(running, block)

    assert on_lane("up", "network", "compute", "--yes") == ERROR
    told = capsys.readouterr().err
    assert "DependencyViolation" in told
    assert "The layers are up, and network has not deleted all that it has replaced." in told
    assert told.endswith("Fix it and go on: .venv/bin/tapstack up network compute\n")
    assert 0 < len(left_over(running)) < REPLACED

    ec2(running).delete_security_group(GroupId=theirs)
    assert on_lane("up", "network", "compute", "--yes") == DONE
    require_one_generation(running, block)


def default_vpc(lane: Lane) -> str:
    (vpc,) = (item["VpcId"] for item in ec2(lane).describe_vpcs()["Vpcs"] if item.get("IsDefault"))
    return f"{vpc}"
