"""Two commands at once on the stacks of one name, by two people in two checkouts or in one, on the real engine.

Whatever comes second while a layer is being changed is refused, and told by whom; whoever looks while somebody changes
is told so. So each pair ends as one after the other would have, or with one line and nothing changed. Two layers that
no contract joins are worked on side by side.

The first command is held in a layer's program, so that the second always comes in its midst.
"""

import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from support.polling import eventually
from support.small_layers import STACK, SmallLayers
from tapstack.layers import LAYERS

DONE, ERROR = 0, 1
HOLDS = r"stack 'dev' is being worked on by `{command}` \(pid {pid}, \w+@\S+, since \S+\); wait until it has ended"


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SmallLayers, SmallLayers]]:
    """Two people's checkouts on one backend, with all layers up."""
    root = tmp_path_factory.mktemp("people")
    (root / "states").mkdir()
    ada, grace = (SmallLayers.made(root / name, f"file://{root}/states") for name in ("ada", "grace"))
    for layer in LAYERS:
        ada.pulumi(layer, "stack", "init", STACK)
    done = ada.run("up", "--yes")
    assert done.returncode == DONE, done.stderr
    yield ada, grace
    assert not list((root / "states" / ".tapstack" / "locks").rglob("*.json"))


@pytest.fixture
def ada(people: tuple[SmallLayers, SmallLayers]) -> SmallLayers:
    return people[0]


@pytest.fixture
def grace(people: tuple[SmallLayers, SmallLayers]) -> SmallLayers:
    return people[1]


def states(small: SmallLayers) -> dict[str, bytes]:
    folder = Path(small.variables["PULUMI_BACKEND_URL"].removeprefix("file://")) / ".pulumi" / "stacks"
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*.json")}


def locks(small: SmallLayers) -> Iterator[Path]:
    folder = Path(small.variables["PULUMI_BACKEND_URL"].removeprefix("file://")) / ".pulumi" / "locks"
    return folder.rglob("*.json")


def ended(process: "subprocess.Popen[str]") -> tuple[int, str]:
    out, err = process.communicate()
    return process.returncode, out + err


def only_error(done: "subprocess.CompletedProcess[str]") -> str:
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert "Traceback" not in done.stderr
    return line


SECOND = (
    "plan data",
    "plan",
    "up data --yes",
    "up compute --yes",
    "up --yes",
    "destroy api-edge --yes",
    "drift data",
    "outputs data",
    "contracts --quiet",
    "graph",
)


@pytest.mark.parametrize(
    ("person", "commands"),
    [pytest.param(0, SECOND[::3], id="in one checkout"), pytest.param(1, SECOND, id="in two checkouts")],
)
def test_whatever_comes_while_a_layer_is_deployed_is_refused_and_told_by_whom(
    people: tuple[SmallLayers, SmallLayers], person: int, commands: Sequence[str]
) -> None:
    ada, other = people[0], people[person]
    before = states(ada)
    ada.write("data", f"other-{person}")
    with ada.held("data", "up", "data", "--yes") as first:
        for command in commands:
            done = other.run(*command.split())
            assert done.returncode == ERROR, (command, done)
            assert re.match(r"error: data: " + HOLDS.format(command="up", pid=first.pid), only_error(done)), command
        assert states(ada) == before
    status, told = ended(first)

    assert status == DONE, told
    changed = {name for name, state in states(ada).items() if state != before.get(name)}
    assert changed == {"tapstack-data/dev.json"}


@pytest.mark.parametrize("command", ["plan", "drift"])
def test_who_looked_while_a_layer_was_changed_is_told_and_says_nothing_else(
    ada: SmallLayers, grace: SmallLayers, command: str
) -> None:
    name = f"other-{command}"
    with ada.held("data", command, "data") as first:
        grace.write("data", name)
        done = grace.run("up", "data", "--yes")
        assert done.returncode == DONE, done.stderr
    status, told = ended(first)

    assert status == ERROR
    assert "error: data: the state of stack 'dev' was changed while this command looked at it; run it again" in told
    assert "Plan of" not in told
    ada.write("data", name)
    assert ada.run(command, "data").returncode != ERROR


def test_two_who_look_see_the_same(ada: SmallLayers, grace: SmallLayers) -> None:
    alone = {command: grace.run(*command.split()).stdout for command in ("plan network --json", "outputs network")}
    with ada.held("data", "drift", "data") as first:
        for command, told in alone.items():
            assert grace.run(*command.split()).stdout == told, command
    assert ended(first)[0] != ERROR


def test_layers_that_no_contract_joins_are_deployed_side_by_side(ada: SmallLayers, grace: SmallLayers) -> None:
    with ada.held("data", "up", "data", "--yes") as first:
        done = grace.run("up", "network", "--yes")
        assert done.returncode == DONE, done.stderr
    status, told = ended(first)
    assert status == DONE, told


def test_a_command_that_was_killed_holds_nobody_up(ada: SmallLayers, grace: SmallLayers) -> None:
    with ada.held("network", "up", "network", "--yes") as first:
        first.kill()
        first.communicate()
    # The engine goes on, and ends in good order.
    eventually(lambda: not any(locks(ada)))

    done = grace.run("up", "network", "--yes")

    assert done.returncode == DONE, done.stderr
