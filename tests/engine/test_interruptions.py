"""Runs that are cut at a call to the cloud, on the real engine: the same command ends where an undisturbed one does."""

import re
import time
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from interruptions.moments import Moment, pending_of, seen, state_of, tried
from interruptions.running import Shell, shell_on
from tapstack.lane.workspace import scratch_lane

UP = ("up", "network", "--yes")
DESTROY = ("destroy", "network", "--yes", "--accept-data-loss", "network")


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    with scratch_lane(tmp_path_factory.mktemp("cut")) as lane, shell_on(lane) as shell:
        yield shell


@pytest.fixture(scope="module")
def whole(shell: Shell) -> Mapping[str, Mapping[str, Any]]:
    """What there is after an undisturbed `up`, and after an undisturbed `destroy`."""
    ends = {}
    for words in (UP, DESTROY):
        ended = shell.run(*words)
        assert ended.status == 0, ended.err
        ends[words[0]] = seen(shell, "network")
    return ends


def test_a_layer_that_is_half_made_is_deployed_before_its_readers(shell: Shell, whole: Mapping[str, Any]) -> None:
    failed, cut = shell.cut("failing call", 5, *UP)
    assert failed.status == 1
    assert cut.what
    assert failed.err.count("error: ") == 1

    together = shell.run("plan", "network", "data", "compute")
    assert together.status == 0
    assert "with network, data as planned" in together.out
    alone = shell.run("plan", "compute")
    assert alone.status == 2
    assert "compute: network, data are not up, and not in this plan; deploy all: " in alone.out

    ended = shell.run(*UP)
    assert ended.status == 0
    assert seen(shell, "network") == whole["up"]


@pytest.mark.parametrize("how", ["Ctrl-C", "Ctrl-C three times"])
def test_a_ctrl_c_ends_in_good_order_without_a_traceback_and_the_same_command_goes_on(
    shell: Shell, whole: Mapping[str, Any], how: str
) -> None:
    assert shell.run(*UP).status == 0
    cut_short, cut = shell.cut(how, 6, *DESTROY, applied=True)
    assert cut.what
    assert cut_short.status == 130
    assert "Traceback" not in cut_short.err
    assert cut_short.err.endswith("interrupted; run the same command again to go on\n")
    assert pending_of(state_of(shell, "network")) == []

    ended = shell.run(*DESTROY)
    assert ended.status == 0, ended.err
    assert seen(shell, "network") == whole["destroy"]


def test_what_a_killed_engine_has_left_is_settled_only_with_consent(shell: Shell, whole: Mapping[str, Any]) -> None:
    assert shell.run(*DESTROY).status == 0
    killed, cut = shell.cut("kill of the engine", 9, *UP, applied=True)
    assert cut.what
    assert killed.status == 1
    before = shell.state("network").read_bytes()
    assert pending_of(state_of(shell, "network"))

    asked = shell.run("up", "network")
    assert asked.status == 1
    assert re.search(
        r"^network: the lock of \S+ \(pid \d+\) since \S+, whose engine was killed: is tak", asked.err, re.MULTILINE
    )
    assert re.search(r"^network: was creating '[\w-]+' \(aws:[^)]+\): ", asked.err, re.MULTILINE)
    assert "nobody is there to ask; agree with --yes. Nothing was changed" in asked.err
    assert shell.state("network").read_bytes() == before

    ended = shell.run(*UP)
    assert ended.status == 0, ended.err
    assert seen(shell, "network") == whole["up"]


def test_an_engine_that_goes_on_alone_is_told_as_one_at_work(shell: Shell, whole: Mapping[str, Any]) -> None:
    process = shell.start(*DESTROY)
    locks = shell.lane.folder / "state" / ".pulumi" / "locks" / "organization" / "tapstack-network"
    while not list(locks.rglob("*.json")):
        assert process.poll() is None
        time.sleep(0.05)
    process.kill()
    shell.ended(process)

    second = shell.run(*DESTROY)
    shell.wait_for_engines()
    if second.status:
        assert "network: another update holds the lock of stack 'dev', taken by " in second.err
        assert shell.run(*DESTROY).status == 0
    assert seen(shell, "network") == whole["destroy"]


@pytest.mark.parametrize(
    "moment",
    [
        Moment("up", "network", "kill of the engine", 16, applied=False),
        Moment("plan", "network", "kill of the engine", 2.5),
        Moment("drift", "network", "Ctrl-C", 3),
        Moment("destroy", "network", "kill of the engine", 7, applied=True),
        # Nothing in the state says yet whose account it is.
        Moment("up", "network", "kill of the engine", 2, applied=True),
    ],
    ids=lambda moment: f"{moment.command} {moment.at}, {moment.how}",
)
def test_the_same_command_ends_where_an_undisturbed_one_does(
    shell: Shell, whole: Mapping[str, Any], moment: Moment
) -> None:
    row = tried(shell, moment, whole["destroy" if moment.command == "destroy" else "up"])

    assert not row.wrong, row
    assert row.runs == 1, row
