"""Approved plans on the real engine: what differs from one is refused by name, and what does not, deployed."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from support.clients import emulator_client
from tapstack.cli import environments
from tapstack.cli.main import main
from tapstack.deploy.approved import facts
from tapstack.engine.environment import AwsEndpoint
from tapstack.lane import stack_config
from tapstack.lane.environment import LaneEnvironment
from tapstack.lane.lane import Lane
from tapstack.lane.workspace import scratch_lane

Captured = pytest.CaptureFixture[str]

UPSTREAM = """
import os
import pulumi
import pulumi_random as random

random.RandomId("id", byte_length=4, keepers={"of": "it"})
pulumi.export("contract_version", 1)
pulumi.export("environment_suffix", "local")
pulumi.export("contract_reads", {})
pulumi.export("transactions_table_name", os.environ.get("UPSTREAM", "one"))
pulumi.export("key_arn", pulumi.Output.secret(os.environ.get("UPSTREAM_SECRET", "hidden")))
"""
# What a variable of the shell decides is in no file and no setting: only a preview tells.
PROGRAM = """
import os
import pulumi
import pulumi_aws as aws
import pulumi_random as random
from tapstack.program.upstream import require

def policy(statement):
    return {"Version": "2012-10-17", "Statement": [statement]}


edition = os.environ.get("EDITION", "")
settings = pulumi.Config()
require("data", {1}, ["transactions_table_name", "key_arn"], "local")
first = aws.sqs.Queue(
    "first",
    name="renamed" if edition == "replaced" else "first",
    delay_seconds=1 if settings.get_int("made") is None else 2,
)
second = aws.sqs.Queue(
    "second",
    name="second",
    message_retention_seconds={"input": 7200}.get(edition, 3600),
    opts=pulumi.ResourceOptions(
        protect=edition == "protected",
        depends_on=[first] if edition == "order" else [],
        ignore_changes=["tags"] if edition == "ignoring" else [],
    ),
)
secret = aws.secretsmanager.Secret("secret", name="secret")
aws.secretsmanager.SecretVersion(
    "version",
    secret_id=secret.id,
    secret_string=pulumi.Output.secret("other" if edition == "secret" else "kept"),
)
third = aws.sqs.Queue("third", name="third", tags={"made": "known" if edition == "known" else "third"})
if edition == "added":
    aws.sqs.Queue("fourth", name="fourth")
if edition != "removed":
    aws.sqs.Queue("fifth", name="fifth")
if edition == "provider":
    aws.sqs.Queue("sixth", name="sixth", opts=pulumi.ResourceOptions(version="7.0.1"))
allowed = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
role = aws.iam.Role("role", name="role", assume_role_policy=pulumi.Output.json_dumps(policy(allowed)))
writes = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}
aws.iam.RolePolicy("named-by-the-provider", role=role.name, policy=pulumi.Output.json_dumps(policy(writes)))
pulumi.export("contract_version", 1)
pulumi.export("contract_reads", {"data": {"version": 1, "fields": {"key_arn": "Arn"}}})
pulumi.export("told", edition == "export")
pulumi.export("hidden", pulumi.Output.secret("1" if edition == "secret export" else "0"))
"""


@dataclass(frozen=True)
class Desk:
    """Where plans are saved and approved: a lane whose `compute` is a small program that reads a smaller `data`."""

    lane: Lane
    plan: Path

    @property
    def program(self) -> Path:
        return self.lane.projects / "compute" / "__main__.py"

    def setting(self, layer: str, *words: str) -> None:
        self.lane.stack(layer).command("config", *words)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    root = tmp_path_factory.mktemp("approved")
    with scratch_lane(root) as lane, pytest.MonkeyPatch.context() as patch:
        patch.setattr(environments, "environment_named", lambda _: LaneEnvironment(lane))
        for layer, text in (("network", UPSTREAM), ("data", UPSTREAM), ("compute", PROGRAM)):
            (lane.projects / layer / "__main__.py").write_text(text, encoding="utf-8")
        lane.stack("network").up()
        lane.stack("data").up()
        settings = lane.stack("compute")
        settings.init()
        settings.command("config", "set", "--secret", "guarded", "one")
        assert main(["up", "compute", "--yes"]) == 0
        settings.command("config", "set", "made", "1")
        desk = Desk(lane, root / "compute.plan")
        assert main(["plan", "compute", "--save", f"{desk.plan}"]) == 0
        yield desk


def refusal(captured: Captured, desk: Desk, *more: str) -> str:
    captured.readouterr()
    before = desk.lane.stack("compute").deployment()
    assert main(["up", "--plan", f"{desk.plan}", *more]) == 1
    told = [line for line in captured.readouterr().err.splitlines() if line.startswith("error: ")]
    assert len(told) == 1, told
    assert desk.lane.stack("compute").deployment() == before
    return told[0]


def edited(file: Path, old: str, new: str) -> Callable[[], object]:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    return lambda: file.write_text(text, encoding="utf-8")


def of_program(desk: Desk, _: pytest.MonkeyPatch) -> Callable[[], object]:
    return edited(desk.program, "import os\n", "import os  # another line\n")


def new_file(desk: Desk, _: pytest.MonkeyPatch) -> Callable[[], object]:
    file = desk.program.with_name("more.json")
    file.write_text("{}", encoding="utf-8")
    return file.unlink


def file_taken(desk: Desk, _: pytest.MonkeyPatch) -> Callable[[], object]:
    file = desk.program.with_name("settings.py")
    text = file.read_bytes()
    file.unlink()
    return lambda: file.write_bytes(text)


def setting_changed(desk: Desk, _: pytest.MonkeyPatch) -> Callable[[], object]:
    desk.setting("compute", "set", "made", "2")
    return lambda: desk.setting("compute", "set", "made", "1")


def setting_added(desk: Desk, _: pytest.MonkeyPatch) -> Callable[[], object]:
    desk.setting("compute", "set", "more", "1")
    return lambda: desk.setting("compute", "rm", "more")


def secret_setting(desk: Desk, _: pytest.MonkeyPatch) -> Callable[[], object]:
    desk.setting("compute", "set", "--secret", "guarded", "two")
    return lambda: desk.setting("compute", "set", "--secret", "guarded", "one")


def region(_: Desk, patch: pytest.MonkeyPatch) -> Callable[[], object]:
    # A lane writes its own settings anew each time.
    patch.setattr(stack_config, "REGION", "eu-west-1")
    return lambda: None


def engine(desk: Desk, patch: pytest.MonkeyPatch) -> Callable[[], object]:
    folder = desk.plan.with_name("another-engine")
    folder.mkdir()
    shim = folder / "pulumi"
    real = desk.lane.engine.folders[0] / "pulumi"
    shim.write_text(f'#!/bin/sh\n[ "$1" = version ] && echo v3.999.0 || exec {real} "$@"\n', encoding="utf-8")
    shim.chmod(0o755)
    patch.setattr(Lane, "path", lambda self, of=Lane.path: [f"{folder}", *of(self)])
    return lambda: None


def sdk(_: Desk, patch: pytest.MonkeyPatch) -> Callable[[], object]:
    patch.setattr(facts, "version", lambda package: "7.0.0" if package == "pulumi-aws" else "1")
    return lambda: None


def account(_: Desk, patch: pytest.MonkeyPatch) -> Callable[[], object]:
    class Other(AwsEndpoint):
        def client(self, service: str) -> Any:
            return type("Sts", (), {"get_caller_identity": lambda _: {"Account": "222222222222"}})()

    other = Other(url="http://127.0.0.1:9", region="eu-central-1", access_key="x", secret_key="y")
    patch.setattr(LaneEnvironment, "aws_endpoint", lambda _: other)
    return lambda: None


def backend(desk: Desk, patch: pytest.MonkeyPatch) -> Callable[[], object]:
    # The same folder by another address is another backend, as far as anybody can tell.
    url = f"file://{desk.lane.folder}/./state"
    patch.setattr(Lane, "settings", lambda self, of=Lane.settings: {**of(self), "PULUMI_BACKEND_URL": url})
    return lambda: None


def upstream(variable: str) -> Callable[[Desk, pytest.MonkeyPatch], Callable[[], object]]:
    def change(desk: Desk, patch: pytest.MonkeyPatch) -> Callable[[], object]:
        patch.setenv(variable, "two")
        desk.lane.stack("data").up()
        patch.delenv(variable)
        return lambda: desk.lane.stack("data").up()

    return change


def by_hand(desk: Desk, _: pytest.MonkeyPatch) -> Callable[[], object]:
    file = desk.lane.folder / "state" / ".pulumi" / "stacks" / "tapstack-compute" / "local.json"
    before = file.read_bytes()
    state = json.loads(before)
    for item in state["checkpoint"]["latest"]["resources"]:
        if item["urn"].endswith("::second"):
            item["protect"] = True
    file.write_text(json.dumps(state), encoding="utf-8")
    return lambda: file.write_bytes(before)


def edition(name: str) -> Callable[[Desk, pytest.MonkeyPatch], Callable[[], object]]:
    def change(_: Desk, patch: pytest.MonkeyPatch) -> Callable[[], object]:
        patch.setenv("EDITION", name)
        return lambda: None

    return change


def drifted(desk: Desk, _: pytest.MonkeyPatch) -> Callable[[], object]:
    sqs = emulator_client(desk.lane.require_running().url, "sqs")
    url = sqs.get_queue_url(QueueName="second")["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "77"})
    return lambda: sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "30"})


def role_gone(desk: Desk, _: pytest.MonkeyPatch) -> Callable[[], object]:
    sqs = emulator_client(desk.lane.require_running().url, "sqs")
    url = sqs.get_queue_url(QueueName="fifth")["QueueUrl"]
    attributes = {"MessageRetentionPeriod": "345600"}
    sqs.delete_queue(QueueUrl=url)
    return lambda: sqs.create_queue(QueueName="fifth", Attributes=attributes)


DIFFERENCES: dict[str, tuple[Callable[[Desk, pytest.MonkeyPatch], Callable[[], object]], str]] = {
    "a line of the program": (of_program, "projects/compute/__main__.py has changed"),
    "a new file": (new_file, "projects/compute/more.json has changed"),
    "a file that is gone": (file_taken, "projects/compute/settings.py has changed"),
    "a setting": (setting_changed, "setting tapstack-compute:made (text) is another"),
    "a new setting": (setting_added, "setting tapstack-compute:more (nothing before, now text) is another"),
    "a secret setting": (secret_setting, "setting tapstack-compute:guarded (a secret) is another"),
    "another region": (region, "setting aws:region (text) is another"),
    "another engine": (engine, "the version of engine is another (v3.999.0 now, v3.200.0 approved)"),
    "another SDK": (sdk, "the version of pulumi is another"),
    "another account": (account, "the environment's account is another (text)"),
    "another backend": (backend, "the environment's backend is another (text)"),
    "an upstream output": (upstream("UPSTREAM"), "output data.transactions_table_name (text) is another"),
    "a secret upstream output": (upstream("UPSTREAM_SECRET"), "output data.key_arn (text) is another"),
    "a state rewritten by hand": (by_hand, "it is older than the state: somebody has rewritten that since, by hand"),
    "an added resource": (
        edition("added"),
        "'fourth' (aws:sqs/queue:Queue): create now, nothing approved",
    ),
    "a removed resource": (edition("removed"), "'fifth' (aws:sqs/queue:Queue): delete now, same approved"),
    "a changed input": (
        edition("input"),
        "messageRetentionSeconds of 'second' (aws:sqs/queue:Queue) (a number) is another",
    ),
    "a changed secret input": (
        edition("secret"),
        "secretString of 'version' (aws:secretsmanager/secretVersion:SecretVersion) (text before, now a secret)",
    ),
    "a replacement": (edition("replaced"), "'first' (aws:sqs/queue:Queue): create-replacement"),
    "a protection": (edition("protected"), "option protect of 'second' (aws:sqs/queue:Queue) (nothing before, now"),
    "another order": (edition("order"), "option dependencies of 'second' (aws:sqs/queue:Queue)"),
    "an ignored property": (edition("ignoring"), "option ignoreChanges of 'second' (aws:sqs/queue:Queue)"),
    "a known value": (edition("known"), "tags of 'third' (aws:sqs/queue:Queue) (an object) is another"),
    "an export": (edition("export"), "its output told changes (nothing before, now true or false)"),
    "a secret export": (edition("secret export"), "its output hidden changes (nothing before, now a secret)"),
    "another provider": (edition("provider"), "provider pulumi:providers:aws default_7_0_1: in use now"),
    "drift": (drifted, "'second' (aws:sqs/queue:Queue) has drifted: update visibilityTimeoutSeconds now"),
    "a resource that is gone": (role_gone, "'fifth' (aws:sqs/queue:Queue) has drifted: delete"),
}


@pytest.mark.parametrize("difference", DIFFERENCES)
def test_what_differs_from_the_approved_plan_is_refused_by_name(
    desk: Desk, capsys: Captured, monkeypatch: pytest.MonkeyPatch, difference: str
) -> None:
    change, told = DIFFERENCES[difference]
    restore = change(desk, monkeypatch)
    try:
        line = refusal(capsys, desk)
    finally:
        monkeypatch.undo()
        restore()

    assert told in line
    anew = f"plan anew, and have that approved: .venv/bin/tapstack plan compute --save {desk.plan}"
    assert anew in line
    assert "kept" not in line
    assert "other" not in line.replace("another", "")


def test_the_file_tells_no_value(desk: Desk) -> None:
    text = desk.plan.read_text(encoding="utf-8")

    assert not {word for word in ("kept", "hidden-value", "3600", '"one"') if word in text}
    assert oct(desk.plan.stat().st_mode & 0o777) == "0o600"


BAD: dict[str, tuple[Callable[[str], str], str]] = {
    "of another stack": (lambda text: text.replace('"stack": "local"', '"stack": "dev"'), "is a plan of stack 'dev'"),
    "cut short": (lambda text: text[: len(text) // 2], "is no saved plan, or is cut short: it is no JSON"),
    "empty": (lambda _: "", "is no saved plan, or is cut short: it is no JSON"),
    "something else": (lambda _: "[1, 2]", "is no saved plan, or was edited"),
    "of a newer format": (lambda text: text.replace('"format": 1', '"format": 2'), "is of format 2, and this checkout"),
    "edited by hand": (
        lambda text: text.replace('": "same"', '": "delete"', 1),
        "is not as it was saved: it was edited since",
    ),
    "of other layers": (lambda text: text.replace('"compute": {', '"data": {'), "is no saved plan, or was edited"),
    "with a fact that is none": (lambda text: text.replace('": "same"', '": 1', 1), "is no saved plan, or was edited"),
    "of another key": (
        lambda text: text.replace('"key": "v1:', '"key": "v1:AAAA', 1),
        "was made with the secrets of another stack, or was edited",
    ),
}


@pytest.mark.parametrize("what", BAD)
def test_a_file_that_is_no_plan_of_this_stack_is_one_line(desk: Desk, capsys: Captured, what: str) -> None:
    change, told = BAD[what]
    text = desk.plan.read_text(encoding="utf-8")
    desk.plan.write_text(change(text), encoding="utf-8")
    try:
        line = refusal(capsys, desk)
    finally:
        desk.plan.write_text(text, encoding="utf-8")

    assert told in line
    assert f"--save {desk.plan}" in line


@pytest.mark.parametrize("name", ["nowhere.plan", "."])
def test_a_file_that_cannot_be_read_or_written_is_one_line(desk: Desk, capsys: Captured, name: str) -> None:
    file = desk.plan.parent / name / ("" if name == "." else "x")

    assert main(["up", "--plan", f"{file}"]) == 1
    assert f"the plan {file} cannot be read: " in capsys.readouterr().err
    assert main(["plan", "compute", "--save", f"{file}"]) == 1
    assert f"the plan cannot be written to {file}: " in capsys.readouterr().err


def test_a_plan_names_its_layers_itself(desk: Desk, capsys: Captured) -> None:
    assert main(["up", "compute", "--plan", f"{desk.plan}"]) == 64
    assert "--plan names its layers itself; leave LAYER, --since and --at out" in capsys.readouterr().err


def test_what_was_approved_is_deployed_without_asking_and_once(desk: Desk, capsys: Captured) -> None:
    assert main(["up", "--plan", f"{desk.plan}"]) == 0
    assert "update 1" in capsys.readouterr().err
    sqs = emulator_client(desk.lane.require_running().url, "sqs")
    url = sqs.get_queue_url(QueueName="first")["QueueUrl"]
    delay = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["DelaySeconds"])["Attributes"]["DelaySeconds"]
    assert delay == "2"

    line = refusal(capsys, desk)
    assert "it is older than the state: this was deployed already, or something else was, at 20" in line


def test_layers_that_follow_each_other_are_held_to_the_plan_one_after_the_other(
    desk: Desk, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UPSTREAM", "three")
    both = desk.plan.with_name("both.plan")
    assert main(["plan", "data", "compute", "--save", f"{both}"]) == 0
    assert f"compute: not in {both}: it is known once those before it are up, and planned then" in (
        capsys.readouterr().err
    )
    alone = desk.plan.with_name("alone.plan")
    assert main(["plan", "compute", "--save", f"{alone}"]) == 0

    assert main(["up", "--plan", f"{both}"]) == 0
    assert desk.lane.stack("data").outputs()["transactions_table_name"] == "three"
    capsys.readouterr()
    assert main(["up", "--plan", f"{alone}"]) == 1
    assert "output data.transactions_table_name (text) is another" in capsys.readouterr().err
    assert os.environ["UPSTREAM"] == "three"
