"""What a plan says against what `up` then does: each kind of change at once, on the lane and on another backend.

The judge is the engine's own state, exported before and after the deployment: whatever of a resource differs in it was
written, and has to have been named.
"""

import contextlib
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from support.clients import emulator_client
from tapstack.cli import environments
from tapstack.cli.main import main
from tapstack.engine.environment import BackendEnvironment, Environment
from tapstack.engine.stack import LayerStack
from tapstack.lane.environment import LaneEnvironment
from tapstack.lane.lane import Lane
from tapstack.lane.stack_config import config_file
from tapstack.lane.workspace import scratch_lane

PROGRAM = Path(__file__).parent / "changes" / "program.py"
# What is no option: what a provider answers with, when it ran, and where a line of the program stands.
MADE_BY_THE_ENGINE = {"created", "id", "modified", "outputs", "sourcePosition", "stackTrace", "type"}
OPTION_OF = {
    "additionalSecretOutputs": "additional_secret_outputs",
    "customTimeouts": "custom_timeouts",
    "deletedWith": "deleted_with",
    "dependencies": "depends_on",
    "ignoreChanges": "ignore_changes",
    "propertyDependencies": "depends_on",
    "replaceOnChanges": "replace_on_changes",
    "retainOnDelete": "retain_on_delete",
    "urn": "aliases",
}

EXPECTED = {
    "protect-on": {"protect"},
    "protect-and-retain": {"protect", "retain_on_delete"},
    "ignores-no-more": {"ignore_changes"},
    "delete-before-replace": set(),
    "never-so-called": set(),
    "old-name": set(),
    "new-name": {"aliases"},
    "old-name-2": {"delete"},
    "new-name-2": {"create"},
    "new-name-3": {"aliases", "update"},
    "moved-in": {"aliases", "parent"},
    "moved-without-a-word": {"create", "delete"},
    "tag-changed": {"update"},
    "updated-and-protected": {"protect", "update"},
    "other-key": {"replace"},
    "forgotten": {"delete"},
    "imported": {"import"},
    "ignored": set(),
    "ignored-from-now": {"ignore_changes"},
    "no-more-ignored": {"ignore_changes", "update"},
    "mine": {"input maxRetries"},
    "becomes-mine": {"provider"},
    "of-mine": set(),
}
"""Of some changes, what Pulumi's documentation of resource options says that they are."""

LOSSES = {
    *(("replace", name, "") for name in ("other-queue", "other-key", "other-log", "longer", "kept", "value")),
    *(("replace", name, "") for name in ("deleted-first", "replaced-by-option")),
    *(
        ("delete", name, "")
        for name in ("deleted", "deleted-table", "deleted-id", "old-name-2", "moved-without-a-word")
    ),
    ("update", "retention-cut", "messageRetentionSeconds"),
    ("update", "ttl-on", "ttl.enabled"),
    ("update", "recovery-off", "pointInTimeRecovery.enabled"),
    ("update", "protection-off", "deletionProtectionEnabled"),
    ("update", "log-cut", "retentionInDays"),
    ("update", "key-disabled", "isEnabled"),
    ("update", "rotation-off", "enableKeyRotation"),
    ("update", "window-cut", "recoveryWindowInDays"),
    ("options", "protect-off", "protect"),
    ("options", "retain-off", "retain_on_delete"),
}

State = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Told:
    """What a plan said, and the states before and after its deployment."""

    plan: Mapping[str, Any]
    again: Mapping[str, Any]
    before: State
    after: State
    outputs: tuple[Mapping[str, Any], Mapping[str, Any]]
    up: str


@pytest.fixture(scope="module")
def emulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lane]:
    with scratch_lane(tmp_path_factory.mktemp("changes")) as lane:
        yield lane


@pytest.fixture(scope="module", params=["the lane", "a backend in S3"])
def told(request: pytest.FixtureRequest, emulated: Lane) -> Iterator[Told]:
    with pytest.MonkeyPatch.context() as patch:
        environment = on_lane(emulated) if request.param == "the lane" else on_s3(emulated, patch)
        patch.setattr(environments, "environment_named", lambda _: environment)
        yield tell(emulated, environment)


def on_lane(lane: Lane) -> Environment:
    return LaneEnvironment(lane)


def on_s3(lane: Lane, patch: pytest.MonkeyPatch) -> Environment:
    """Log this shell in to a bucket of the emulator, and make the stack `dev` there."""
    url = lane.require_running().url
    emulator_client(url, "s3").create_bucket(
        Bucket="states", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    backend = f"s3://states?endpoint={url}&s3ForcePathStyle=true&region=eu-central-1"
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "eu-central-1"}
    for name, value in {**lane.environment(), "PULUMI_BACKEND_URL": backend, **keys}.items():
        patch.setenv(name, value)
    settings = config_file(lane.projects, "data")
    settings.with_name("Pulumi.dev.yaml").write_text(settings.read_text(encoding="utf-8"), encoding="utf-8")
    environment = BackendEnvironment("dev", lane.projects.parent)
    environment.stack("data").command("stack", "init", "dev")
    return environment


def tell(lane: Lane, environment: Environment) -> Told:
    stack, name = environment.stack("data"), environment.name
    imported = make_what_is_imported(lane, name)
    write_program(lane, "before", imported)
    assert main(["up", "data", "--yes"]) == 0
    before = exported(stack)
    outputs = stack.outputs(show_secrets=True)
    write_program(lane, "after", imported)
    stack.command("config", "set", "aws:maxRetries", "7", "--stack", name)
    plan = planned()
    losses = ",".join(f"data.{loss['name']}" for loss in plan["losses"])
    with contextlib.redirect_stderr(io.StringIO()) as err:
        assert main(["up", "data", "--yes", "--accept-data-loss", losses]) == 0
    after = exported(stack)
    return Told(
        plan,
        planned(),
        before,
        after,
        (outputs, stack.outputs(show_secrets=True)),
        next(line for line in err.getvalue().splitlines() if re.match("data +[a-z]+ [0-9]+,", line)),
    )


def exported(stack: LayerStack) -> State:
    """Export a state by the engine, by URN, and secrets in the clear: their ciphertext differs each time."""
    state = json.loads(stack.command("stack", "export", "--show-secrets", "--stack", stack.name))
    return {item["urn"]: item for item in state["deployment"]["resources"]}


def make_what_is_imported(lane: Lane, stack: str) -> str:
    url = lane.require_running().url
    sqs = emulator_client(url, "sqs")
    sqs.create_queue(QueueName=f"{stack}-imported-and-protected")
    made: str = sqs.create_queue(QueueName=f"{stack}-imported")["QueueUrl"]
    return made


def write_program(lane: Lane, edition: str, imported: str) -> None:
    url = lane.require_running().url
    provider = {
        "region": "eu-central-1",
        "access_key": "test",
        "secret_key": "test",
        "skip_credentials_validation": True,
        "skip_metadata_api_check": True,
        "endpoints": [{"sqs": url, "sts": url}],
    }
    lines = [f"EDITION = {edition!r}", f"IMPORTED = {imported!r}", f"PROVIDER = {provider!r}"]
    text = "\n".join([*lines, PROGRAM.read_text(encoding="utf-8")])
    (lane.projects / "data" / "__main__.py").write_text(text, encoding="utf-8")


def planned() -> Mapping[str, Any]:
    with contextlib.redirect_stdout(io.StringIO()) as out:
        status = main(["plan", "data", "--json"])
    assert status == 0, out.getvalue()
    (layer,) = json.loads(out.getvalue())["layers"]
    return dict(layer)


def said(plan: Mapping[str, Any]) -> dict[str, set[str]]:
    """What a plan says of each resource: the word for what happens to it, and the options and inputs that change."""
    words: dict[str, set[str]] = {}
    for change in plan["resources"]:
        words.setdefault(change["name"], set()).add(change["kind"])
    for rewrite in plan["rewrites"]:
        words.setdefault(rewrite["name"], set()).update(
            (*rewrite["options"], *(f"input {name}" for name in rewrite["inputs"]))
        )
    return words


def done(told: Told) -> dict[str, set[str]]:
    """What a deployment did to each resource, as the states before and after it tell."""
    words: dict[str, set[str]] = {}
    urns = {urn: urn for urn in told.before.keys() & told.after.keys()}
    births = {(item.get("id"), item["created"]): urn for urn, item in told.before.items() if "created" in item}
    for urn, item in told.after.items():
        # A resource with a new URN, and the id and birth of an old one, was moved.
        if urn not in urns and (old := births.get((item.get("id"), item.get("created")))):
            urns[urn] = old
    for urn in told.before.keys() - set(urns.values()):
        words.setdefault(name_of(urn), set()).add("delete")
    for urn, item in told.after.items():
        if urn not in urns:
            words.setdefault(name_of(urn), set()).add("import" if "importID" in item else "create")
        elif differences := set(written(told.before[urns[urn]], item)):
            words.setdefault(name_of(urn), set()).update(differences)
    return words


def written(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """Name what the engine wrote anew of a resource that stayed."""
    is_touched = plain(old.get("modified")) != plain(new.get("modified"))
    if is_touched:
        yield "update" if old["created"] == new["created"] else "replace"
    for key in (old.keys() | new.keys()) - MADE_BY_THE_ENGINE - {"inputs"}:
        if plain(old.get(key)) != plain(new.get(key)):
            yield OPTION_OF.get(key, key)
    if not is_touched:
        before, after = old.get("inputs", {}), new.get("inputs", {})
        yield from (f"input {name}" for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items() if item} or None
    return (sorted(value) or None) if isinstance(value, list) else value


def name_of(urn: str) -> str:
    return urn.rpartition("::")[2]


def test_whatever_was_written_was_said_and_whatever_was_said_was_written(told: Told) -> None:
    said_of, done_to = said(told.plan), done(told)

    assert said_of == done_to
    assert len(said_of) >= 60


def test_each_change_has_the_word_that_pulumi_has_for_it(told: Told) -> None:
    said_of = said(told.plan)

    assert {name: said_of.get(name, set()) for name in EXPECTED} == EXPECTED


def test_what_a_deployment_says_it_did_is_what_the_plan_counted(told: Told) -> None:
    counted = {word: count for word, count in told.plan["changes"].items() if count and word != "options"}

    did = dict(re.findall(r"([a-z]+) (\d+)", told.up))
    assert {word: int(count) for word, count in did.items() if word != "unchanged"} == counted


def test_what_a_deployment_has_written_the_next_plan_does_not_say_again(told: Told) -> None:
    assert told.again["resources"] == []
    assert told.again["rewrites"] == []
    assert told.again["outputs"] == {}


def test_outputs_that_change_are_named_and_a_secret_one_without_its_value(told: Told) -> None:
    before, after = told.outputs
    differ = {name for name in before if before[name] != after.get(name)}

    assert told.plan["outputs"].keys() == differ | {"becomes-secret"}
    assert set(told.plan["new_outputs"]) == after.keys() - before.keys()
    assert "two" not in json.dumps(told.plan)


def test_each_change_that_loses_data_or_protects_it_less_is_named(told: Told) -> None:
    assert {(loss["kind"], loss["name"], loss["property"]) for loss in told.plan["losses"]} == LOSSES
