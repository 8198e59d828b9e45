"""Layers of a few lines on the real engine: producer and consumer in one `up`, secrets, ways out of broken states."""

import dataclasses
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tapstack.cli import environments
from tapstack.cli.main import main
from tapstack.engine.environment import BackendEnvironment
from tapstack.engine.failures import EngineError
from tapstack.lane.environment import LaneEnvironment
from tapstack.lane.lane import Lane
from tapstack.lane.stack_config import config_file
from tapstack.lane.workspace import scratch_lane
from tapstack.program import previewed

Captured = pytest.CaptureFixture[str]
Command = Callable[..., int]

PRODUCER = """
import pulumi
import pulumi_random as random

random.RandomId("id", byte_length=4, keepers={{"of": "it"}})
pulumi.export("contract_version", 1)
pulumi.export("environment_suffix", "local")
pulumi.export("contract_reads", {{}})
pulumi.export("key_arn", {value})
"""
CONSUMER = """
import pulumi
import pulumi_random as random
from tapstack.program.upstream import require

seen = require("data", [1], ["key_arn"], "local").value("key_arn")
if seen not in {takes}:
    raise pulumi.RunError(f"key_arn is {{seen!r}}")
random.RandomId("id", byte_length=4, keepers={{"of": seen}})
pulumi.export("contract_reads", {{"data": {{"version": 1, "fields": {{"key_arn": "Arn"}}}}}})
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lane]:
    with scratch_lane(tmp_path_factory.mktemp("small")) as lane:
        # The network is up and never changes; compute reads it.
        write(lane, "network", PRODUCER.format(value="'one'"))
        lane.stack("network").up()
        yield lane


@pytest.fixture
def on_lane(small: Lane, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setattr(environments, "environment_named", lambda _: LaneEnvironment(small))
    return lambda *arguments: main(arguments)


def write(lane: Lane, layer: str, program: str) -> None:
    (lane.projects / layer / "__main__.py").write_text(program, encoding="utf-8")


def test_a_producer_and_a_consumer_of_its_new_value_go_up_together(
    small: Lane, on_lane: Command, capsys: Captured
) -> None:
    write(small, "data", PRODUCER.format(value="'one'"))
    write(small, "compute", CONSUMER.format(takes=["one"]))
    assert on_lane("up", "data", "compute", "--yes") == 0

    write(small, "data", PRODUCER.format(value="'two'"))
    write(small, "compute", CONSUMER.format(takes=["two"]))
    capsys.readouterr()
    assert on_lane("up", "data", "compute", "--yes") == 1
    told = capsys.readouterr().err
    assert re.search(r"^compute +2 .* with data as planned$", told, re.MULTILINE)
    assert "compute: REPLACE 'id' (random:index/randomId:RandomId)" in told
    assert "Nothing was changed. Where that is meant: .venv/bin/tapstack up data compute --acc" in told
    assert small.stack("data").outputs()["key_arn"] == "one"

    assert on_lane("up", "data", "compute", "--yes", "--accept-data-loss", "compute.id") == 0
    assert capsys.readouterr().err.count("Plan of local") == 1  # what was shown at first is all that was done
    assert small.stack("compute").outputs()["contract_reads"]


def test_a_secret_that_changes_is_planned_and_brought_to_its_reader(
    small: Lane, on_lane: Command, capsys: Captured
) -> None:
    program = CONSUMER.format(takes=[]).replace("value(", "output(")
    takes_all = re.sub(r"^if .*\n.*\n", "", program, flags=re.MULTILINE).replace('keepers={"of": seen}', "keepers={}")
    write(small, "data", PRODUCER.format(value="pulumi.Output.secret('s1')"))
    write(small, "compute", takes_all)
    accepted = ("--accept-data-loss", "compute.id")
    assert on_lane("up", "data", "compute", "--yes", *accepted) == 0

    write(small, "data", PRODUCER.format(value="pulumi.Output.secret('s2')"))
    capsys.readouterr()
    assert on_lane("plan", "data") == 0
    told = capsys.readouterr().out
    assert "data: output key_arn changes; read by compute, to deploy after it" in told
    assert "s1" not in told
    assert "s2" not in told

    assert on_lane("up", "data", "compute", "--yes", *accepted) == 0
    seen = json.loads(small.stack("compute").command("stack", "export", "--show-secrets"))["deployment"]["resources"]
    (reference,) = (item for item in seen if item["type"] == "pulumi:pulumi:StackReference")
    assert "s2" in json.dumps(reference["outputs"]["outputs"]["key_arn"])


def test_a_deployment_takes_nothing_that_was_previewed(small: Lane, tmp_path: Path) -> None:
    write(small, "data", PRODUCER.format(value="'one'"))
    write(small, "compute", CONSUMER.format(takes=["one", "planned"]))
    small.stack("data").up()
    handed_on = tmp_path / "previewed.json"
    plain = {"contract_version": 1, "environment_suffix": "local", "key_arn": "planned"}
    previewed.write(handed_on, {"data": previewed.Previewed(known=plain)})
    stack = small.stack("compute")
    told = dataclasses.replace(stack, environment={**stack.environment, previewed.VARIABLE: f"{handed_on}"})
    before = stack.made()

    with pytest.raises(EngineError, match=f"a deployment reads what is deployed: unset {previewed.VARIABLE}"):
        told.up()
    assert stack.made() == before
    handed_on.write_text("{", encoding="utf-8")
    with pytest.raises(EngineError, match=f"names {handed_on}, which holds no outputs of previews"):
        told.preview()


def test_a_secret_that_would_change_is_an_unknown_secret_to_its_reader(
    small: Lane, on_lane: Command, capsys: Captured
) -> None:
    consumer = re.sub(r"^if .*\n.*\n", "", CONSUMER.format(takes=[]).replace("value(", "output("), flags=re.MULTILINE)
    write(small, "data", PRODUCER.format(value="pulumi.Output.secret('s3')"))
    write(small, "compute", consumer)
    assert on_lane("up", "data", "compute", "--yes", "--accept-data-loss", "compute.id") == 0
    before = small.stack("compute").deployment()

    write(small, "data", PRODUCER.format(value="pulumi.Output.secret('sesame-4')"))
    capsys.readouterr()
    assert on_lane("plan", "data", "compute", "--json") == 0
    told = capsys.readouterr().out
    planned = {layer["layer"]: layer for layer in json.loads(told)["layers"]}
    assert planned["compute"]["previewed_on"] == ["data"]
    assert [(change["kind"], change["name"]) for change in planned["compute"]["resources"]] == [("replace", "id")]
    assert "sesame-4" not in told
    assert small.stack("compute").deployment() == before
    logs = [
        file.read_text(encoding="utf-8") for file in small.folder.glob("logs/compute-preview/*/*") if file.is_file()
    ]
    assert logs
    assert not any("sesame-4" in log for log in logs)


def test_a_layer_that_lost_what_it_reads_can_be_looked_at_and_destroyed(
    small: Lane, on_lane: Command, capsys: Captured
) -> None:
    write(small, "data", PRODUCER.format(value="'one'"))
    write(small, "compute", CONSUMER.format(takes=["one", "two", "s2"]))
    assert on_lane("up", "data", "compute", "--yes", "--accept-data-loss", "compute.id") == 0
    small.stack("data").destroy()
    small.stack("compute").refresh()
    capsys.readouterr()

    assert on_lane("plan", "compute") == 2
    assert "compute: data is not up, and not in this plan" in capsys.readouterr().out
    for command in (("drift", "compute"), ("graph",)):
        assert on_lane(*command) == 1
        (line,) = (line for line in capsys.readouterr().err.splitlines() if line.startswith("error: "))
        assert "data" in line
    assert on_lane("destroy", "compute", "--yes", "--accept-data-loss", "compute") == 0
    assert small.stack("compute").resources() == []


@pytest.fixture
def elsewhere(small: Lane, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Log this shell in to a backend outside the checkout, with the network up as `dev`; its state's file."""
    (tmp_path / "states").mkdir()
    for name, value in {**small.environment(), "PULUMI_BACKEND_URL": f"file://{tmp_path / 'states'}"}.items():
        monkeypatch.setenv(name, value)
    settings = config_file(small.projects, "network")
    settings.with_name("Pulumi.dev.yaml").write_text(settings.read_text(encoding="utf-8"), encoding="utf-8")
    environment = BackendEnvironment("dev", small.projects.parent)
    environment.stack("network").command("stack", "init", "dev")
    environment.stack("network").up()
    monkeypatch.setattr(environments, "environment_named", lambda _: environment)
    (state,) = tmp_path.glob("states/.pulumi/stacks/tapstack-network/dev.json")
    return state


def error(capsys: Captured) -> str:
    (line,) = (line for line in capsys.readouterr().err.splitlines() if line.startswith("error: "))
    return line


def test_the_printed_way_out_of_a_pending_creation_settles_it(elsewhere: Path, capsys: Captured) -> None:
    content = json.loads(elsewhere.read_text(encoding="utf-8"))
    latest = content["checkpoint"]["latest"]
    urn = "urn:pulumi:dev::tapstack-network::random:index/randomId:RandomId::cut"
    (made,) = (item for item in latest["resources"] if item["type"] == "random:index/randomId:RandomId")
    latest["pending_operations"] = [{"type": "creating", "resource": {**made, "urn": urn, "id": ""}}]
    elsewhere.write_text(json.dumps(content), encoding="utf-8")

    assert main(["plan", "network"]) == 1
    _, _, printed = error(capsys).partition("have it looked up, and go on: ")
    assert printed == ".venv/bin/tapstack --stack dev up network"

    assert main([*printed.split()[3:], "--yes"]) == 0
    assert "network: was creating 'cut' (random:index/randomId:RandomId): nothing of it is" in capsys.readouterr().err
    assert main(["plan", "network"]) == 0


def test_a_shell_that_skips_the_engines_confirmations_looks_at_a_destroy_first_all_the_same(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setenv("PULUMI_SKIP_CONFIRMATIONS", "true")
    state = request.getfixturevalue("elsewhere")

    assert main(["destroy", "network", "--yes", "--accept-data-loss", "network"]) == 0
    assert not json.loads(state.read_text(encoding="utf-8"))["checkpoint"]["latest"].get("resources")


@pytest.mark.parametrize("cut", ["", '{"version": 3, "checkpoint": {"stack": "org'])
def test_a_state_cut_short_is_told_as_what_it_is(elsewhere: Path, capsys: Captured, cut: str) -> None:
    elsewhere.write_text(cut, encoding="utf-8")

    for command in (("plan", "network"), ("up", "network", "--yes"), ("destroy", "network", "--yes")):
        assert main(command) == 1
        assert error(capsys).startswith("error: network: the state of stack 'dev' is cut short or damaged: failed to")
    assert elsewhere.read_text(encoding="utf-8") == cut


@pytest.mark.parametrize("cut", ["", '{"user.cache_control":"","us'])
def test_attributes_cut_short_beside_a_state_keep_nobody_from_going_on(
    elsewhere: Path, capsys: Captured, cut: str
) -> None:
    attributes = elsewhere.with_name("dev.json.attrs")
    assert json.loads(attributes.read_text(encoding="utf-8"))
    attributes.write_text(cut, encoding="utf-8")

    assert main(["plan", "network"]) == 1
    told, _, printed = error(capsys).partition("go on: ")
    assert told.startswith("error: network: the attributes beside the state of stack 'dev' were cut short by a kill")
    assert attributes.read_text(encoding="utf-8") == cut
    assert main([*printed.split()[1:], "--yes"]) == 0
    assert "network: the attributes beside its state, cut short by a kill, were taken away" in capsys.readouterr().err

    attributes.write_text(cut, encoding="utf-8")
    assert main(["destroy", "network", "--yes", "--accept-data-loss", "network"]) == 0
