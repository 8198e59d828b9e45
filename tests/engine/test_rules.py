"""Every rule of AWS, broken by a program on a real engine, and the same program as AWS takes it.

What is there beforehand is one stack, what breaks the rules another. Of four runs of the engine the first makes what is
there, the second previews one thing that is wrong, the third makes all that is, and the last deletes what is in use.
"""

import json
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from support.clients import emulator_client
from support.rules import BROKEN
from support.rules.case import Broken, Held
from support.rules.given import AFTER, GIVEN, Inputs
from tapstack.engine.failures import EngineError
from tapstack.engine.stack import LayerStack
from tapstack.lane.lane import Lane
from tapstack.lane.workspace import scratch_lane
from tapstack.providers.rules import RULES, Moment, Rule, StateRule

PROGRAM = Path(__file__).parents[1] / "support" / "rules" / "program.py"
REFERENCE = re.compile(r"@\{([\w-]+)\.(\w+)\}|^@([\w-]+)\.(\w+)$")
BY_NAME = {rule.name: rule for rule in RULES}
CONTINUE = "--continue-on-error"

State = Mapping[str, Mapping[str, Any]]
Entries = Mapping[str, tuple[str, Inputs]]


@dataclass(frozen=True)
class Seen:
    """What the runs said: errors by the resource's name, and what was made and what is left."""

    previewed: Mapping[str, str]
    made: Mapping[str, str]
    deleted: Mapping[str, str]
    there: State
    left: State


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    with scratch_lane(tmp_path_factory.mktemp("rules")) as lane:
        given, breaking = lane.stack("network"), lane.stack("data")
        assert errors_of(given, GIVEN, "up") == {}
        take_away(lane, exported(given))
        there = exported(given)
        broken = resolved(programs(), there)
        previewed = errors_of(breaking, {"queue-name": broken["queue-name"]}, "preview")
        made = errors_of(breaking, broken, "up", CONTINUE)
        deleted = errors_of(given, GIVEN, "destroy", CONTINUE)
        yield Seen(previewed, made, deleted, exported(breaking), exported(given))


def programs() -> Entries:
    """List what breaks a rule, with what does not, and the users of what is held."""
    entries: dict[str, tuple[str, Inputs]] = {}
    for rule, broken in BROKEN.items():
        entries |= broken.by if isinstance(broken, Held) else both(rule, broken)
    return entries


def both(rule: str, broken: Broken) -> Entries:
    right = {key: value for key, value in {**broken.inputs, **broken.right}.items() if value is not None}
    kept = {} if broken.given else {f"{rule}--right": (broken.token, right)}
    return {rule: (broken.token, broken.inputs), **kept}


def references(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        for whole in REFERENCE.finditer(value):
            yield whole[1] or whole[3], whole[2] or whole[4]
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def resolved(entries: Entries, there: State) -> Entries:
    """Write what is there in place of the references to it."""
    return {name: (token, literal(inputs, there)) for name, (token, inputs) in entries.items()}


def literal(value: Any, there: State) -> Any:
    if isinstance(value, str):
        return REFERENCE.sub(lambda whole: output(whole, there), value)
    if isinstance(value, Mapping):
        return {key: literal(item, there) for key, item in value.items()}
    return [literal(item, there) for item in value] if isinstance(value, list) else value


def output(whole: re.Match[str], there: State) -> str:
    name, key = whole[1] or whole[3], whole[2] or whole[4]
    if name not in there:
        return whole[0]
    return str(there[name]["id"] if key == "id" else there[name]["outputs"][key])


def write(folder: Path, entries: Entries) -> None:
    wanted = {name: set[str]() for name in entries}
    for _, inputs in entries.values():
        for name, key in references(inputs):
            wanted[name].add(key)
    listed = [
        {
            "name": name,
            "token": token,
            "inputs": inputs,
            "outputs": sorted(wanted[name] - {"id"} - inputs.keys()),
            "after": AFTER.get(name, []),
        }
        for name, (token, inputs) in in_order(entries)
    ]
    shutil.copy(PROGRAM, folder / "__main__.py")
    (folder / "resources.json").write_text(json.dumps(listed), encoding="utf-8")


def in_order(entries: Entries) -> Iterator[tuple[str, tuple[str, Inputs]]]:
    """List what others refer to before them."""
    waiting, listed = dict(entries), set[str]()
    while waiting:
        for name, entry in list(waiting.items()):
            if {other for other, _ in references(entry[1])} | set(AFTER.get(name, [])) <= listed:
                yield name, waiting.pop(name)
                listed.add(name)


def errors_of(stack: LayerStack, entries: Entries, action: str, *options: str) -> Mapping[str, str]:
    """Run the engine on a program; return its errors by the resource they are of."""
    write(stack.folder, entries)
    try:
        getattr(stack, action)(*options)
    except EngineError as error:
        return by_resource(error.report.errors, entries)
    return {}


def by_resource(errors: Iterable[str], entries: Entries) -> dict[str, str]:
    found: dict[str, str] = {}
    for error in errors:
        where, _, said = error.partition(": ")
        name = where.rpartition(" ")[2].strip("'")
        found[name if name in entries else error] = found.get(name, "") + said
    return found


def exported(stack: LayerStack) -> State:
    state = json.loads(stack.command("stack", "export", "--show-secrets", "--stack", stack.name))
    return {item["urn"].rpartition("::")[2]: item for item in state["deployment"].get("resources") or []}


def take_away(lane: Lane, there: State) -> None:
    """Do what no program does: schedule deletions, fill a bucket, and leave API Gateway without a role for logs."""
    url = lane.require_running().url
    emulator_client(url, "kms").schedule_key_deletion(KeyId=there["key-going"]["id"])
    emulator_client(url, "secretsmanager").delete_secret(SecretId="going", RecoveryWindowInDays=30)
    emulator_client(url, "s3").put_object(Bucket="full-bucket", Key="kept", Body=b"kept")
    patch = [{"op": "replace", "path": "/cloudwatchRoleArn", "value": ""}]
    emulator_client(url, "apigateway").update_account(patchOperations=patch)


def words(rule: Rule) -> re.Pattern[str]:
    """Match the code and the message, whatever fills its blanks."""
    return re.compile(re.sub(r"\\\{\w+\\\}", ".+", re.escape(f"{rule.code}: {rule.message}")), re.DOTALL)


def is_of_deletion(rule: Rule) -> bool:
    return isinstance(rule, StateRule) and Moment.DELETE in rule.moment


def test_every_rule_has_a_program_that_breaks_it() -> None:
    assert BROKEN.keys() == BY_NAME.keys()


def test_a_preview_refuses_what_breaks_a_rule_by_its_inputs(seen: Seen) -> None:
    assert words(BY_NAME["queue-name"]).search(seen.previewed["queue-name"])


@pytest.mark.parametrize("rule", [rule for rule in RULES if not is_of_deletion(rule)], ids=lambda rule: rule.name)
def test_what_breaks_a_rule_is_not_made_and_what_keeps_it_is(seen: Seen, rule: Rule) -> None:
    broken = BROKEN[rule.name]
    assert isinstance(broken, Broken)
    assert words(rule).search(seen.made[rule.name])
    assert rule.name not in seen.there
    assert broken.given in GIVEN or f"{rule.name}--right" in seen.there


@pytest.mark.parametrize("rule", [rule for rule in RULES if is_of_deletion(rule)], ids=lambda rule: rule.name)
def test_what_is_in_use_is_not_deleted(seen: Seen, rule: Rule) -> None:
    held = BROKEN[rule.name]
    assert isinstance(held, Held)
    assert words(rule).search(seen.deleted[held.name])
    token = GIVEN[held.name][0]
    assert [name for name, entry in GIVEN.items() if entry[0] == token and name not in seen.left]
