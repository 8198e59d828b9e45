"""The policy pack on the real engine: in plans, in deployments, by setting, and by hand."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.clients import emulator_client
from tapstack.cli import environments
from tapstack.cli.main import main
from tapstack.cli.statuses import FOUND
from tapstack.engine.failures import EngineError
from tapstack.lane.environment import LaneEnvironment
from tapstack.lane.lane import Lane
from tapstack.lane.workspace import scratch_lane

Captured = pytest.CaptureFixture[str]
Command = Callable[..., int]

BROKEN = r"data: aws:kms/key:Key 'key': policy KMS\.4: AWS KMS key rotation should be enabled \(medium\): .*renewed"
NEXT = r"Next: set enable_key_rotation to true, .*kms-controls\.html#kms-4"


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lane]:
    """A lane with the pack, and nothing deployed."""
    with scratch_lane(tmp_path_factory.mktemp("judged"), policies=True) as lane:
        yield lane


@pytest.fixture
def on_lane(judged: Lane, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setattr(environments, "environment_named", lambda _: LaneEnvironment(judged))
    return lambda *arguments: main(arguments)


@pytest.fixture
def unrotated(judged: Lane) -> Iterator[None]:
    """The data layer's key is never renewed."""
    file = judged.projects / "data" / "key.py"
    source = file.read_text(encoding="utf-8")
    assert "enable_key_rotation=True" in source
    file.write_text(source.replace("enable_key_rotation=True", "enable_key_rotation=False"), encoding="utf-8")
    yield
    file.write_text(source, encoding="utf-8")


def keys(lane: Lane) -> int:
    return len(emulator_client(lane.require_running().url, "kms").list_keys()["Keys"])


def test_a_plan_tells_what_is_exempt_and_finds_nothing_else(on_lane: Command, capsys: Captured) -> None:
    assert on_lane("plan", "data") == 0

    told = capsys.readouterr().out
    line = "exempt from controls: data 1; each with its reason and owner in policies/exemptions.toml and --json"
    assert told.splitlines().count(line) == 1
    assert on_lane("plan", "data", "--json") == 0
    (planned,) = json.loads(capsys.readouterr().out)["layers"]
    exempt = r"^DynamoDB\.6 for deliveries, merchants, transactions, velocity: .*@tapstack/data\)$"
    assert [bool(re.search(exempt, row)) for row in planned["exemptions"]] == [True]
    assert "policy KMS" not in told


@pytest.mark.usefixtures("unrotated")
def test_a_broken_control_is_an_obstacle_of_the_plan_and_nothing_is_deployed(
    judged: Lane, on_lane: Command, capsys: Captured
) -> None:
    before = keys(judged)

    assert on_lane("plan", "data") == FOUND
    told = capsys.readouterr().out
    assert re.search(f"^{BROKEN}. {NEXT}$", told, re.MULTILINE)
    assert "data: 1 violation of mandatory policies (KMS.4); each has its next step" in told

    assert on_lane("up", "data", "--yes") == 1
    assert "Nothing was changed" in capsys.readouterr().err
    assert keys(judged) == before


@pytest.mark.usefixtures("unrotated")
def test_a_deployment_stops_before_the_resource_that_breaks_a_control(judged: Lane) -> None:
    before = keys(judged)

    with pytest.raises(EngineError, match=r"policy KMS\.4: "):
        judged.stack("data").up()

    assert keys(judged) == before


@pytest.mark.usefixtures("unrotated")
def test_the_setting_makes_policies_advisory(judged: Lane, on_lane: Command, capsys: Captured) -> None:
    judged.stack("data").command("config", "set", "policyEnforcement", "advisory", "--stack", "local")
    try:
        assert on_lane("plan", "data") == 0
    finally:
        judged.stack("data").command("config", "rm", "policyEnforcement", "--stack", "local")

    assert re.search(BROKEN, capsys.readouterr().out)


@pytest.mark.usefixtures("unrotated")
def test_the_pack_is_one_that_pulumi_takes_by_hand(judged: Lane, tmp_path: Path) -> None:
    done = subprocess.run(
        ["pulumi", "preview", "--stack", "local", "--policy-pack", "../../policies", "--non-interactive"],
        cwd=judged.projects / "data",
        env=judged.environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode != 0
    assert re.search(r"\[mandatory\] +KMS\.4 +\(aws:kms/key:Key: key\)", done.stdout)
    assert "[advisory]  exemptions" in done.stdout
