"""The engine's commands on one stack, with a script in the engine's place."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from tapstack.console.errors import UserError
from tapstack.engine.failures import EngineError
from tapstack.engine.locks import is_held
from tapstack.lane.stack import LaneStack
from tapstack.program import expansion

Script = Callable[[Path, str], Path]
ANSWERS = '[ "$1" = stack ] && exit 0'
EVENTS = 'while [ "$1" != --event-log ]; do shift; done; log=$2'
# A preview prints its digest, and saves its plan where it is told to.
PLANS = 'echo {}; while [ "$1" != --save-plan ]; do shift; done; echo {} > $2'


@pytest.fixture
def stack(tmp_path: Path) -> LaneStack:
    (tmp_path / "projects" / "data").mkdir(parents=True)
    state = tmp_path / "state" / ".pulumi" / "stacks" / "tapstack-data"
    state.mkdir(parents=True)
    (state / "local.json").write_text('{"checkpoint": {"latest": {}}}', encoding="utf-8")
    return LaneStack(
        layer="data",
        name="local",
        folder=tmp_path / "projects" / "data",
        state=tmp_path / "state",
        logs=tmp_path / "logs",
        environment={"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"},
    )


def test_a_run_reports_what_the_event_log_says(stack: LaneStack, tmp_path: Path, script: Script) -> None:
    event = json.dumps({"summaryEvent": {"resourceChanges": {"create": 4}}})
    script(tmp_path / "bin" / "pulumi", f"{EVENTS}; printf '%s\\n' '{event}' > $log")

    assert stack.up().changes == {"create": 4}


ENDED = json.dumps({"diagnosticEvent": {"severity": "error", "message": expansion.ENDING, "urn": ""}})


@pytest.mark.parametrize(
    ("more", "error"),
    [("", ""), ("DependencyViolation", "data: DependencyViolation"), ("no such thing", "data: no such thing")],
)
def test_an_expansion_ends_well_by_its_own_error_and_by_no_other(
    stack: LaneStack, tmp_path: Path, script: Script, more: str, error: str
) -> None:
    summary = json.dumps({"summaryEvent": {"resourceChanges": {"replace": 2}}})
    failed = json.dumps({"diagnosticEvent": {"severity": "error", "message": more, "urn": ""}})
    asked = f'[ "${expansion.VARIABLE}" ] || exit 9'
    events = " ".join(f"'{event}'" for event in (failed, ENDED, summary))
    script(tmp_path / "bin" / "pulumi", f"{ANSWERS}; {asked}; {EVENTS}; printf '%s\\n' {events} > $log; exit 255")

    if error:
        with pytest.raises(EngineError, match=f"^{error}$"):
            stack.expand()
    else:
        assert stack.expand().changes == {"replace": 2}
    with pytest.raises(EngineError):
        stack.up()


def test_runs_side_by_side_report_each_its_own(stack: LaneStack, tmp_path: Path, script: Script) -> None:
    """The second begins while the first is at work, and ends before it."""
    go_on = tmp_path / "go-on"
    summary = json.dumps({"summaryEvent": {"resourceChanges": {"delete": 3}}})
    none = json.dumps({"summaryEvent": {"resourceChanges": {"same": 4}}})
    first = f"while ! [ -e {go_on} ]; do sleep 0.02; done; printf '%s\\n' '{summary}' >> $log"
    script(tmp_path / "bin" / "pulumi", f"{EVENTS}; printf '%s\\n' '{BEGUN}' > $log; {first}; {PLANS}")
    begun = threading.Event()
    with ThreadPoolExecutor() as pool:
        slow = pool.submit(lambda: stack.preview(listener=lambda *_: begun.set()))
        try:
            assert begun.wait(10)
            script(tmp_path / "bin" / "pulumi", f"{EVENTS}; printf '%s\\n' '{none}' > $log; {PLANS}")
            assert stack.preview().changes == {}
        finally:
            go_on.touch()

        assert slow.result().changes == {"delete": 3}


def test_an_event_log_without_its_summary_is_no_answer(stack: LaneStack, tmp_path: Path, script: Script) -> None:
    script(tmp_path / "bin" / "pulumi", f"{EVENTS}; printf '%s\\n' '{BEGUN}' > $log")

    with pytest.raises(EngineError) as caught:
        stack.preview()
    (log,) = (tmp_path / "logs" / "data-preview").glob("*/events.jsonl")
    told = "the engine ended well, but its event log has no summary, and does not tell all it did"
    assert str(caught.value) == f"data: {told}; see {log}"


@pytest.mark.parametrize("told", ["", '{"steps": ['])
def test_a_preview_without_its_whole_digest_is_no_answer(
    stack: LaneStack, tmp_path: Path, script: Script, told: str
) -> None:
    summary = json.dumps({"summaryEvent": {"resourceChanges": {"same": 4}}})
    script(tmp_path / "bin" / "pulumi", f"{EVENTS}; printf '%s\\n' '{summary}' > $log; echo '{told}'")

    with pytest.raises(
        EngineError, match="data: the engine ended well, but its digest is not whole, and does not tell"
    ):
        stack.preview()


def test_an_engine_that_writes_no_event_log_is_no_answer(stack: LaneStack, tmp_path: Path, script: Script) -> None:
    script(tmp_path / "bin" / "pulumi", "exit 0")

    with pytest.raises(EngineError, match="has no summary"):
        stack.preview()


def test_a_log_folder_that_cannot_be_written_is_one_line(stack: LaneStack, tmp_path: Path, script: Script) -> None:
    script(tmp_path / "bin" / "pulumi", f"touch {tmp_path / 'ran'}")
    (tmp_path / "logs").write_text("in the way", encoding="utf-8")

    with pytest.raises(UserError) as caught:
        stack.preview()
    folder = tmp_path / "logs" / "data-preview"
    assert str(caught.value) == (
        f"the engine's log cannot be written to {folder}: File exists; make the folder writable"
    )
    assert not (tmp_path / "ran").exists()


def test_the_programs_own_error_is_the_message(stack: LaneStack, tmp_path: Path, script: Script) -> None:
    event = json.dumps({"diagnosticEvent": {"severity": "error", "message": "the setting is bad\n"}})
    script(tmp_path / "bin" / "pulumi", f"{ANSWERS}; {EVENTS}; printf '%s\\n' '{event}' > $log; exit 255")

    with pytest.raises(EngineError) as caught:
        stack.up()
    assert str(caught.value) == "data: the setting is bad"


def test_further_errors_are_counted_and_found_in_the_log(stack: LaneStack, tmp_path: Path, script: Script) -> None:
    script(tmp_path / "bin" / "pulumi", f"{ANSWERS}; echo 'error: no Pulumi.yaml'; echo 'error: two'; exit 255")

    with pytest.raises(EngineError) as caught:
        stack.up()
    (log,) = (tmp_path / "logs" / "data-up").glob("*/output.log")
    assert str(caught.value) == f"data: no Pulumi.yaml (and 1 more in {log})"


def test_an_engine_that_dies_without_a_word_has_its_status_told(
    stack: LaneStack, tmp_path: Path, script: Script
) -> None:
    script(tmp_path / "bin" / "pulumi", "kill -9 $$")

    with pytest.raises(EngineError, match="ended with status 137 and gave no reason"):
        stack.up()


@pytest.mark.parametrize("key", ["latest", "Latest"])
def test_what_a_run_left_in_the_state_is_seen(stack: LaneStack, key: str) -> None:
    resource = {
        "urn": "urn:pulumi:local::tapstack-data::aws:kms/key:Key::key",
        "custom": True,
        "type": "aws:kms/key:Key",
    }
    provider = {"urn": "urn:p", "custom": True, "type": "pulumi:providers:aws"}
    latest = {"resources": [provider, resource], "pending_operations": [{"type": "creating", "resource": resource}]}
    file = stack.state / ".pulumi" / "stacks" / "tapstack-data" / "local.json"
    file.write_text(json.dumps({"checkpoint": {key: latest}}), encoding="utf-8")
    lock = stack.state / ".pulumi" / "locks" / "organization" / "tapstack-data" / "local"
    lock.mkdir(parents=True)
    assert not stack.is_locked()
    (lock / "1234.json").touch()

    assert stack.resources() == stack.pending() == [resource["urn"]]
    assert stack.is_locked()


@pytest.mark.parametrize("text", ["", '{"checkpoint": {"latest": {"reso', "{}", "[]", '{"checkpoint": null}', "\0"])
def test_a_file_that_holds_no_state_is_not_taken_for_an_empty_layer(stack: LaneStack, text: str) -> None:
    file = stack.state / ".pulumi" / "stacks" / "tapstack-data" / "local.json"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(UserError) as caught:
        stack.resources()
    assert str(caught.value) == (
        f"data: {file} holds no state that can be read; put the last one back from {file}.bak, "
        "or drop the lane: .venv/bin/tapstack down --force"
    )


BEGUN = json.dumps({"resourcePreEvent": {"metadata": {"op": "create", "type": "aws:kms/key:Key", "urn": "urn:of:it"}}})
WAITS = "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do sleep 0.5; done"


def test_a_ctrl_c_lets_the_engine_end_in_good_order(stack: LaneStack, tmp_path: Path, script: Script) -> None:
    ended = tmp_path / "ended"
    waits = f"trap 'sleep 0.5; touch {ended}; exit 0' INT; printf '%s\\n' '{BEGUN}' > $log; {WAITS}"
    script(tmp_path / "bin" / "pulumi", f"{EVENTS}; {waits}")
    with command(stack) as process:
        process.send_signal(signal.SIGINT)

        assert process.wait() != 0
    assert ended.exists()


def test_what_a_killed_engine_has_started_ends_with_it(stack: LaneStack, tmp_path: Path, script: Script) -> None:
    pid = tmp_path / "plugin.pid"
    script(tmp_path / "bin" / "pulumi", f"sleep 60 & echo $! > {pid}; kill -9 $$")

    with pytest.raises(EngineError, match="status 137"):
        stack.up()

    plugin = Path("/proc") / pid.read_text(encoding="utf-8").strip()
    wait_until(lambda: not plugin.exists() or "State:\tZ" in (plugin / "status").read_text(encoding="utf-8"))


def test_the_lane_stays_locked_as_long_as_its_engine_runs(stack: LaneStack, tmp_path: Path, script: Script) -> None:
    """Its command is killed; what the engine has started itself does not count."""
    end, lock = tmp_path / "end", tmp_path / "lane.lock"
    waits = f"exec 3<&0; sleep 10 & printf '%s\\n' '{BEGUN}' > $log; while ! [ -e {end} ]; do sleep 0.05; done"
    script(tmp_path / "bin" / "pulumi", f"{EVENTS}; {waits}")
    with command(stack, lock=lock) as process:
        process.kill()
        process.wait()
        try:
            assert is_held(lock)
        finally:
            end.touch()
    wait_until(lambda: not is_held(lock))


@contextmanager
def command(stack: LaneStack, *, lock: Path | None = None) -> Iterator["subprocess.Popen[str]"]:
    """A process that deploys the stack, once the engine has begun."""
    code = f"""
import signal
from pathlib import Path
from tapstack.engine.locks import acquire
from tapstack.lane.stack import LaneStack
# A shell that runs the tests in the background lets what it starts ignore a Ctrl-C.
signal.signal(signal.SIGINT, signal.default_int_handler)
lock = {f"acquire(Path({str(lock)!r}), blocking=False)" if lock else "None"}
stack = LaneStack(layer={stack.layer!r}, name={stack.name!r}, folder=Path({str(stack.folder)!r}),
    state=Path({str(stack.state)!r}), logs=Path({str(stack.logs)!r}),
    environment={dict(stack.environment)!r}, lock=lock)
stack.up(listener=lambda *_: print("begun", flush=True))
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "begun\n"
        yield process


def wait_until(happened: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.02)
