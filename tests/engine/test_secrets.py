"""Secrets planted in a stack's settings, searched for in all that the engine and the lane write."""

from pathlib import Path

import pytest

from tapstack.engine.stack import EngineError
from tapstack.lane.lane import Lane

PLANTED = "pl4ntedsecr"
PROGRAM = """
import pulumi
import pulumi_aws
planted = pulumi.Config().get("planted")
print(planted)
pulumi.log.warn(f"it is {planted}")
pulumi_aws.sns.Topic("planted", display_name=pulumi.Config().require_secret("planted"))
"""


def test_a_secret_setting_that_a_resource_takes_is_written_nowhere_in_the_clear(lane: Lane) -> None:
    stack = lane.stack("network")
    stack.init()
    stack.command("config", "set", "--secret", "planted", PLANTED)
    with (lane.projects / "network" / "__main__.py").open("a", encoding="utf-8") as program:
        program.write(PROGRAM)

    stack.preview()
    stack.up()
    stack.compare()

    assert PLANTED in stack.command("stack", "export", "--show-secrets")
    assert holding_it(lane) == []
    logs = [path for path in stack.logs.rglob("*") if path.is_file()]
    assert len(logs) == 6
    assert {path.stat().st_mode & 0o777 for path in logs} == {0o600}


def test_a_setting_that_resources_show_in_the_clear_is_refused_as_a_secret(lane: Lane) -> None:
    stack = lane.stack("network")
    stack.init()
    stack.command("config", "set", "--secret", "environmentSuffix", PLANTED)

    with pytest.raises(EngineError) as caught:
        stack.up()

    assert str(caught.value) == (
        "network: setting environmentSuffix is kept as a secret, and no setting stays one: resources show it in the "
        "clear. Set it with: pulumi config set --plaintext environmentSuffix <value>"
    )
    assert stack.resources() == []
    assert holding_it(lane) == []


def holding_it(lane: Lane) -> list[Path]:
    """List the files of a lane and its copy of the checkout that have the planted secret in them."""
    folders = {lane.folder, lane.projects.parent}
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return [path for path in files if PLANTED.encode() in path.read_bytes()]
