"""What `drift` tells of a lane that others have changed everywhere at once, and what it leaves alone."""

import contextlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.drift.changes import CHANGES, KEY, ROLE, TABLE, UNHELD, Change, Others
from tapstack.account_names import project_name
from tapstack.checkout import CHECKOUT
from tapstack.cli import environments
from tapstack.cli.actions import lane_merchants
from tapstack.cli.main import main
from tapstack.cli.statuses import FOUND
from tapstack.console.hints import LANE
from tapstack.engine.environment import BackendEnvironment
from tapstack.lane.environment import LaneEnvironment
from tapstack.lane.lane import Lane
from tapstack.lane.workspace import scratch_lane
from tapstack.layers import LAYERS
from tapstack.operate.account import Account
from tapstack.operate.merchants import key_rotation, secret_rotation
from tapstack.providers import SETTINGS, state_only_types


@dataclass(frozen=True)
class Told:
    """One run of `drift`.

    Attributes:
        status: its exit status.
        lines: what it printed: layer and what drifted.
        made: what the changes made.
        types: the resource types of the states.
        before: the state backend's files before the run, with their content.
        after: and after it.
    """

    status: int
    lines: list[tuple[str, str]]
    made: dict[str, str]
    types: set[str]
    before: dict[str, bytes]
    after: dict[str, bytes]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """All layers are up, and operators and others have been at work; another update holds every stack's lock."""
    with scratch_lane(tmp_path_factory.mktemp("drifted")) as lane, pytest.MonkeyPatch.context() as patch:
        for layer in LAYERS:
            lane.stack(layer).up()
        states = {layer: lane.stack(layer).deployment()["resources"] for layer in LAYERS}
        others = Others(lane.require_running().url, states)
        operate(lane, others)
        for change in CHANGES:
            change.do(others)
        hold_locks(lane)
        before = files(lane)
        # As in a shell logged in to a backend and to AWS: a lane would clear the locks of engines that are gone.
        account = {"AWS_ENDPOINT_URL": others.endpoint, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
        for name, value in {**lane.environment(), **account}.items():
            patch.setenv(name, value)
        root = lane.projects.parent
        patch.setattr(environments, "environment_named", lambda name: BackendEnvironment(name, root))
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            status = main(["--stack", LANE, "drift"])
        lines = [(line[:14].rstrip(), line[14:]) for line in out.getvalue().splitlines()]
        types = {resource["type"] for resources in states.values() for resource in resources}
        yield Told(status, lines, others.made, types, before, files(lane))


def operate(lane: Lane, others: Others) -> None:
    """Do what operators do by design, and what services do by themselves."""
    account = Account(LaneEnvironment(lane))
    lane_merchants.set_up(account, "https://receiver.example")
    key_rotation.rotate_key(account.desk, "globex", None, 1_000, None, lambda _, __: None)
    key_rotation.set_tier(account.desk, "initech", "premium")
    secret_rotation.rotate_secret(account.desk, "initech", lambda _, __: None)
    others.client("dynamodb").put_item(TableName=others.id(TABLE, "transactions"), Item={"id": {"S": "one"}})
    for grantee in (others.arn(ROLE, "notifier"), "dynamodb.eu-central-1.amazonaws.com"):
        others.client("kms").create_grant(KeyId=others.id(KEY, "key"), GranteePrincipal=grantee, Operations=["Decrypt"])


def hold_locks(lane: Lane) -> None:
    for layer in LAYERS:
        folder = lane.folder / "state" / ".pulumi" / "locks" / "organization" / project_name(layer) / LANE
        folder.mkdir(parents=True, exist_ok=True)
        holder = {"pid": 4711, "username": "ada", "hostname": "elsewhere", "timestamp": "2026-01-02T03:04:05Z"}
        (folder / "of-it.json").write_text(json.dumps(holder), encoding="utf-8")


def files(lane: Lane) -> dict[str, bytes]:
    root = lane.folder / "state"
    return {f"{path.relative_to(root)}": path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.what)
def test_what_others_did_is_told_in_one_line(told: Told, change: Change) -> None:
    assert told.lines.count((change.layer, f"cloud      {change.told.format_map(told.made)}")) == 1


def test_nothing_else_is_told_and_what_is_done_by_design_is_not(told: Told) -> None:
    expected = [(change.layer, f"cloud      {change.told.format_map(told.made)}") for change in CHANGES]
    assert sorted(told.lines) == sorted(expected)
    assert told.status == FOUND
    assert len(CHANGES) >= 40


def test_states_are_neither_written_nor_locked(told: Told) -> None:
    assert len([name for name in told.before if "/locks/" in f"/{name}"]) == len(LAYERS)
    assert told.after == told.before


def test_what_the_emulator_cannot_hold_is_listed(told: Told) -> None:
    kept = state_only_types(Path(CHECKOUT) / SETTINGS)
    assert UNHELD.keys() == kept.keys() & told.types
