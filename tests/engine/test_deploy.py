"""Plans, deployments, drift and destroys on the real engine and a lane of their own."""

import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from support.clients import emulator_client
from support.environments import write_settings
from tapstack.cli import environments
from tapstack.cli.main import main
from tapstack.cli.statuses import FOUND
from tapstack.contracts.data import DataContract
from tapstack.deploy.data_loss import losses_of
from tapstack.engine.environment import BackendEnvironment
from tapstack.engine.stack import is_made
from tapstack.lane.environment import LaneEnvironment
from tapstack.lane.lane import Lane
from tapstack.lane.workspace import scratch_lane
from tapstack.layers import LAYERS

Captured = pytest.CaptureFixture[str]
Command = Callable[..., int]


@pytest.fixture
def on_lane(lane: Lane, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run one of the teams' commands on a lane with nothing in it."""
    monkeypatch.setattr(environments, "environment_named", lambda _: LaneEnvironment(lane))
    return lambda *arguments: main(arguments)


def edit(lane: Lane, file: str, old: str, new: str) -> None:
    path = lane.projects / file
    source = path.read_text(encoding="utf-8")
    assert old in source
    path.write_text(source.replace(old, new), encoding="utf-8")


def test_layers_go_up_in_order_stop_at_a_failure_and_go_on(lane: Lane, on_lane: Command, capsys: Captured) -> None:
    edit(lane, "compute/notifier_function.py", "make_function(", "make_nothing(")

    assert on_lane("up", "network", "data", "compute", "--yes") == 1
    refused = capsys.readouterr().err
    assert "name 'make_nothing' is not defined" in refused
    assert "Nothing was changed" in refused
    assert [lane.stack(layer).resources() for layer in LAYERS[:3]] == [[], [], []]

    edit(lane, "compute/notifier_function.py", "make_nothing(", "make_function(")
    fails = "import pulumi\n\nif not pulumi.runtime.is_dry_run():\n    raise SystemExit('no')\nnames = open_layer("
    edit(lane, "compute/__main__.py", "names = open_layer(", fails)
    assert on_lane("up", "network", "data", "compute", "--yes") == 1
    first = capsys.readouterr().err
    assert re.search(r"^compute +2 +\d+ .* with network, data as planned$", first, re.MULTILINE)
    assert re.search(r"Up: \w+, \w+; failed: compute. Fix it and go on: .venv/bin/tapstack up compute\n", first)
    assert [bool(lane.stack(layer).resources()) for layer in LAYERS[:2]] == [True, True]
    functions = emulator_client(lane.require_running().url, "lambda").list_functions()["Functions"]
    assert functions == []

    edit(lane, "compute/__main__.py", fails, "names = open_layer(")
    assert on_lane("up", "network", "data", "compute", "--yes") == 0
    second = capsys.readouterr().err
    assert re.findall(r"^(\w+) +unchanged$", second, re.MULTILINE) == ["network", "data"]
    assert re.search(r"^compute +create \d+", second, re.MULTILINE)


def test_a_table_renamed_is_planned_refused_followed_and_taken_down(
    lane: Lane, on_lane: Command, capsys: Captured
) -> None:
    assert on_lane("up", "network", "data", "compute", "--yes") == 0
    capsys.readouterr()
    edit(lane, "data/tables.py", "name=names(name)", 'name=names(f"{name}-2")')
    assert on_lane("plan", "data", "--json") == 0
    (planned,) = json.loads(capsys.readouterr().out)["layers"]
    assert planned["changes"] == {"create": 0, "update": 0, "replace": 4, "delete": 0}
    assert {(loss["kind"], loss["name"]) for loss in planned["losses"]} == {
        ("replace", "deliveries"),
        ("replace", "merchants"),
        ("replace", "transactions"),
        ("replace", "velocity"),
    }
    assert planned["outputs"]["transactions_stream_arn"] == ["compute"]
    edit(lane, "data/tables.py", 'name=names(f"{name}-2")', "name=names(name)")
    edit(lane, "data/tables.py", 'table("velocity"', 'table("speeds"')

    assert on_lane("plan", "data", "--json") == 0
    (planned,) = json.loads(capsys.readouterr().out)["layers"]
    assert planned["changes"] == {"create": 1, "update": 0, "replace": 0, "delete": 1}
    assert [loss["name"] for loss in planned["losses"]] == ["velocity"]
    assert planned["outputs"] == {"velocity_table_name": ["compute"], "velocity_table_arn": ["compute"]}

    assert on_lane("up", "data", "--yes") == 1
    assert "DELETE 'velocity' (aws:dynamodb/table:Table): ITS ITEMS WILL BE LOST" in capsys.readouterr().err
    tables = emulator_client(lane.require_running().url, "dynamodb")
    assert "tapstack-local-velocity" in tables.list_tables()["TableNames"]

    assert on_lane("up", "data", "--accept-data-loss", "data.velocity", "--yes") == 0
    assert "next: .venv/bin/tapstack up compute, then .venv/bin/tapstack up data deletes it" in capsys.readouterr().out
    assert {"tapstack-local-speeds", "tapstack-local-velocity"} <= {*tables.list_tables()["TableNames"]}
    assert on_lane("drift", "compute") == FOUND
    told = capsys.readouterr().out
    assert "stale      data.velocity_table_name has changed since this layer was deployed" in told
    assert "program    update 'fraud-detector' (aws:lambda/function:Function)" in told

    assert on_lane("up", "compute", "--yes") == 0
    assert on_lane("up", "data", "--accept-data-loss", "data.velocity", "--yes") == 0
    assert on_lane("drift") == 0

    queue = lane.stack("data").outputs()["notifications_queue_url"]
    sqs = emulator_client(lane.require_running().url, "sqs")
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"MessageRetentionPeriod": "7200"})
    before = lane.stack("data").deployment()
    capsys.readouterr()
    assert on_lane("drift", "data") == FOUND
    assert "cloud      update 'notifications' (aws:sqs/queue:Queue): messageRetentionSeconds" in capsys.readouterr().out
    assert lane.stack("data").deployment() == before
    attributes = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["MessageRetentionPeriod"])["Attributes"]
    assert attributes == {"MessageRetentionPeriod": "7200"}

    assert on_lane("destroy", "data") == 1
    read = len(DataContract.read_by("compute"))
    assert f"data is still read by compute@local ({read} outputs); nothing was destroyed" in capsys.readouterr().err
    assert on_lane("destroy", "--yes") == 1
    told = capsys.readouterr().err
    assert "data: DELETE 'velocity'" not in told
    assert "data: DELETE 'speeds' (aws:dynamodb/table:Table): ITS ITEMS WILL BE LOST" in told
    assert "Nothing was destroyed. Where that is meant: .venv/bin/tapstack destroy network data compute --acc" in told
    assert lane.stack("data").resources()
    assert on_lane("destroy", "--yes", "--accept-data-loss", "network,data,compute") == 0
    assert [lane.stack(layer).resources() for layer in LAYERS] == [[], [], [], []]


def test_plans_side_by_side_tell_each_all_that_is_lost(lane: Lane) -> None:
    data = lane.stack("data")
    data.up()
    edit(lane, "data/tables.py", "name=names(name)", 'name=names(f"{name}-2")')

    with ThreadPoolExecutor() as pool:
        plans = [future.result() for future in [pool.submit(data.preview) for _ in range(3)]]

    assert [len(losses_of(report)) for report in plans] == [4, 4, 4]
    assert plans[0].counts["replace"] == 4
    assert [report.counts for report in plans[1:]] == [plans[0].counts] * 2


def test_since_a_revision_only_the_layers_named_are_planned_and_deployed(
    lane: Lane, on_lane: Command, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert on_lane("up", "network", "data", "--yes") == 0
    for layer in ("network", "data"):
        edit(lane, f"{layer}/__main__.py", "names = open_layer(", OTHER_TAGS)
    files = ("projects/data/__main__.py", "projects/network/__main__.py")
    monkeypatch.setattr("tapstack.deploy.planning.changed_since", lambda _: files)
    before = lane.stack("network").deployment()
    capsys.readouterr()

    assert on_lane("plan", "data", "--since", "HEAD", "--json") == 0
    (planned,) = json.loads(capsys.readouterr().out)["layers"]
    assert planned["layer"] == "data"
    assert planned["changes"]["update"] > 0

    assert on_lane("up", "data", "--since", "HEAD", "--yes") == 0
    shown = capsys.readouterr().err
    assert re.search(rf"^data .*\bupdate {planned['changes']['update']}\b", shown, re.MULTILINE)
    assert not re.search("^(network|compute|api-edge)", shown, re.MULTILINE)
    assert lane.stack("network").deployment() == before
    assert [lane.stack(layer).resources() for layer in ("compute", "api-edge")] == [[], []]


OTHER_TAGS = """import pulumi

def tagged(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult:
    if "tags" in args.props:
        return pulumi.ResourceTransformResult({**args.props, "tags": {**args.props["tags"], "Tried": "yes"}}, args.opts)
    return pulumi.ResourceTransformResult(args.props, args.opts)


pulumi.runtime.register_resource_transform(tagged)
names = open_layer("""


def test_a_state_rewritten_by_hand_is_read_like_any_other(
    lane: Lane, on_lane: Command, capsys: Captured, tmp_path: Path
) -> None:
    assert on_lane("up", "network", "data", "compute", "--yes") == 0
    for layer in ("network", "data", "compute"):
        stack = lane.stack(layer)
        exported = tmp_path / "state.json"
        exported.write_text(stack.command("stack", "export"), encoding="utf-8")
        stack.command("stack", "import", "--file", str(exported))
    lane.stack("compute").command("state", "unprotect", "--all", "--yes")
    capsys.readouterr()

    assert on_lane("destroy", "data") == 1
    assert "data is still read by compute@local" in capsys.readouterr().err
    assert lane.stack("data").resources() == resources_by_the_engine(lane, "data")
    assert on_lane("drift") == 0
    capsys.readouterr()
    assert on_lane("plan", "--json", "data", "compute") == 0
    planned = json.loads(capsys.readouterr().out)["layers"]
    assert [sum(layer["changes"].values()) for layer in planned] == [0, 0]


def resources_by_the_engine(lane: Lane, layer: str) -> list[str]:
    exported = json.loads(lane.stack(layer).command("stack", "export"))["deployment"]["resources"]
    return [item["urn"] for item in exported if is_made(item)]


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lane]:
    """A lane's emulator and state backend, for stacks of another name than the lane's."""
    with scratch_lane(tmp_path_factory.mktemp("backend")) as lane:
        write_settings(lane, "blue")
        yield lane


@pytest.fixture
def on_backend(backend: Lane, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run one of the teams' commands on the stacks that it names, as in a shell that is logged in to the backend."""
    for name, value in backend.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("PULUMI_STACK")
    root = backend.projects.parent
    monkeypatch.setattr(environments, "environment_named", lambda name: BackendEnvironment(name, root))
    return lambda command, stack, *arguments: main([command, "--stack", stack, *arguments])


def state_of(backend: Lane) -> dict[str, bytes]:
    folder = backend.folder / "state" / ".pulumi" / "stacks"
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*.json")}


@pytest.fixture
def blue(backend: Lane) -> Iterator[Path]:
    """A stack `blue` of the network layer, empty; its state file."""
    stack = backend.stack("network")
    stack.command("stack", "init", "blue")
    yield backend.folder / "state" / ".pulumi" / "stacks" / "tapstack-network" / "blue.json"
    stack.command("stack", "rm", "blue", "--yes", "--force", "--preserve-config")


@pytest.mark.parametrize("command", ["plan", "up", "destroy", "drift"])
def test_a_stack_that_is_not_there_is_one_line(
    backend: Lane, on_backend: Command, capsys: Captured, command: str
) -> None:
    before = state_of(backend)

    assert on_backend(command, "nowhere", *(["--yes"] if command in {"up", "destroy"} else [])) == 1

    (line,) = errors(capsys)
    assert line.startswith("error: there is no stack 'nowhere' of any layer on this backend; correct the name, or make")
    assert "(cd projects/network && pulumi stack init nowhere), and so in each layer's folder" in line
    assert state_of(backend) == before


def test_a_layer_without_its_stack_is_named(blue: Path, on_backend: Command, capsys: Captured) -> None:
    assert on_backend("up", "blue", "data", "--yes") == 1

    told = "there is no stack 'blue'; correct the name, or make it: (cd projects/data && pulumi stack init blue)"
    assert errors(capsys) == [f"error: data: {told}"]


@pytest.mark.parametrize("command", ["plan", "up", "destroy", "drift"])
def test_a_backend_that_cannot_be_reached_is_one_line(
    on_backend: Command, capsys: Captured, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("PULUMI_BACKEND_URL", "file:///nowhere/at/all")

    assert on_backend(command, "blue", *(["--yes"] if command in {"up", "destroy"} else [])) == 1

    (line,) = errors(capsys)
    assert "the state backend of stack 'blue' cannot be read: unable to open bucket file:///nowhere/at/all" in line
    assert "set PULUMI_BACKEND_URL, or run `pulumi login <url>`" in line


def test_a_lock_that_another_update_holds_is_told_with_its_holder(
    backend: Lane, blue: Path, on_backend: Command, capsys: Captured
) -> None:
    before = blue.read_bytes()
    lock = backend.folder / "state" / ".pulumi" / "locks" / "organization" / "tapstack-network" / "blue" / "of-it.json"
    lock.parent.mkdir(parents=True, exist_ok=True)
    holder = {"pid": 4711, "username": "ada", "hostname": "elsewhere", "timestamp": "2026-01-02T03:04:05Z"}
    lock.write_text(json.dumps(holder), encoding="utf-8")

    try:
        assert on_backend("up", "blue", "network", "--yes") == 1
    finally:
        lock.unlink()

    line = errors(capsys)[-1]
    assert "another update holds the lock of stack 'blue', taken by ada@elsewhere (pid 4711)" in line
    assert "(cd projects/network && pulumi cancel --stack blue)" in line
    assert blue.read_bytes() == before


@pytest.mark.parametrize("command", ["plan", "up", "destroy", "drift"])
def test_pending_operations_are_told_before_anything_is_done(
    blue: Path, on_backend: Command, capsys: Captured, command: str
) -> None:
    state = json.loads(blue.read_text(encoding="utf-8"))
    urn = "urn:pulumi:blue::tapstack-network::random:index/randomId:RandomId::main"
    resource = {"urn": urn, "custom": True, "type": "random:index/randomId:RandomId", "id": "x"}
    pending = [{"type": "creating", "resource": {**resource, "urn": f"{urn}-2", "id": ""}}]
    state["checkpoint"]["latest"] = {"manifest": {}, "resources": [resource], "pending_operations": pending}
    blue.write_text(json.dumps(state), encoding="utf-8")
    before = blue.read_bytes()

    assert on_backend(command, "blue", "network") == 1

    told = capsys.readouterr().err
    if command in {"up", "destroy"}:
        assert "network: was creating 'main-2' (random:index/randomId:RandomId): nothing of it is outside the" in told
        assert "nobody is there to ask; agree with --yes. Nothing was changed\n" in told
    else:
        assert "error: network: a run on stack 'blue' was cut short, and the state does not know what became of" in told
        assert "'main-2'; have it looked up, and go on: .venv/bin/tapstack --stack blue up network\n" in told
    assert blue.read_bytes() == before


def test_a_stack_of_another_backend_goes_up_and_down(blue: Path, on_backend: Command, capsys: Captured) -> None:
    assert on_backend("up", "blue", "network", "--yes") == 0
    assert on_backend("plan", "blue", "network", "--json") == 0
    told: Any = json.loads(capsys.readouterr().out)
    assert told["layers"][0]["changes"] == {"create": 0, "update": 0, "replace": 0, "delete": 0}

    assert on_backend("destroy", "blue", "network", "--yes", "--accept-data-loss", "network") == 0
    assert on_backend("drift", "blue", "network") == 0


def errors(capsys: Captured) -> list[str]:
    return [line for line in capsys.readouterr().err.splitlines() if line.startswith("error: ")]
