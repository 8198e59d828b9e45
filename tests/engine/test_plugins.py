"""The stand-in providers under the real engine: kept for all runs, missed, and told to keep a type in the state."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tapstack.engine.failures import EngineError
from tapstack.lane.background import BackgroundProcess
from tapstack.lane.lane import Lane
from tapstack.lane.workspace import scratch_lane
from tapstack.providers import SETTINGS

EMAIL = "aws:ses/emailIdentity:EmailIdentity"
MAIL = """
import pulumi
import pulumi_aws as aws

identity = aws.ses.EmailIdentity("mail", email="a@example.org")
pulumi.export("arn", identity.arn)
"""
QUEUE = """
import pulumi
import pulumi_aws as aws

queue = aws.sqs.Queue("jobs", name="{name}")
pulumi.export("url", queue.url)
"""


@pytest.fixture(scope="module")
def lane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lane]:
    with scratch_lane(tmp_path_factory.mktemp("plugins")) as lane:
        yield lane


@pytest.fixture
def settings(lane: Lane) -> Iterator[Path]:
    file = lane.projects.parent / SETTINGS
    yield file
    file.unlink(missing_ok=True)


def program(lane: Lane, layer: str, text: str) -> None:
    (lane.projects / layer / "__main__.py").write_text(text, encoding="utf-8")


def server(lane: Lane) -> BackgroundProcess:
    return BackgroundProcess(lane.folder, "providers")


def test_a_type_without_a_row_is_refused_with_what_to_do(lane: Lane) -> None:
    program(lane, "network", MAIL)
    with pytest.raises(EngineError) as caught:
        lane.stack("network").up()
    words = f"{caught.value}"
    assert f"{EMAIL}: the stand-in provider does not know this resource type" in words
    assert "shared/tapstack/providers/tables/ses.py" in words
    assert f'"{EMAIL}" = "why" below [state_only] in projects/lane.toml' in words
    lane.stack("network").destroy()


def test_a_type_that_the_settings_name_lives_in_the_state_alone(lane: Lane, settings: Path) -> None:
    settings.write_text(f'[state_only]\n"{EMAIL}" = "nothing here sends mail"\n', encoding="utf-8")
    program(lane, "network", MAIL)
    lane.start()
    stack = lane.stack("network")
    assert stack.up().counts["create"] == 2
    assert stack.outputs()["arn"] == "arn:aws:ses:::mail"
    assert not stack.up().changes
    assert not stack.refresh().changes
    program(lane, "network", MAIL.replace("email=", "emial="))
    with pytest.raises(EngineError, match="emial"):
        stack.preview()
    assert stack.destroy().counts["delete"] == 2


def test_two_engines_at_once_are_served_by_one_process_and_do_not_meet(lane: Lane) -> None:
    """They run at the same time in two layers; each makes its own queue, and both go to the server."""
    lane.start()
    before = server(lane).running()
    layers = ("network", "data")
    for layer in layers:
        program(lane, layer, QUEUE.format(name=f"of-{layer}"))
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda layer: lane.stack(layer).up(), layers))
    assert [lane.stack(layer).outputs()["url"].rpartition("/")[2] for layer in layers] == ["of-network", "of-data"]
    assert server(lane).running() == before
    for layer in layers:
        lane.stack(layer).destroy()


def test_without_the_server_an_engine_works_all_the_same_and_the_next_start_has_it_again(lane: Lane) -> None:
    program(lane, "network", QUEUE.format(name="alone"))
    running = server(lane).running()
    assert running
    os.kill(running.pid, signal.SIGKILL)
    os.waitpid(running.pid, 0)
    assert lane.stack("network").up().counts["create"] == 2
    lane.start()
    assert server(lane).running()
    assert not lane.stack("network").up().changes
    lane.stack("network").destroy()
