"""The real engine on the state bucket: what it reads and writes there is what a layer's roles are granted."""

import os
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from policy.authorizations import Authorization
from policy.evaluation import ALLOWED, decide
from policy.state_requests import shape, state_requests
from tapstack.layers import BOOTSTRAP

Engine = Callable[..., list[Authorization]]


@pytest.fixture(scope="module")
def engine(account: Any) -> Iterator[Engine]:
    """Run a command of the engine on the state bucket, and return what it asked of S3."""
    bucket = account.outputs["state_bucket"]
    with state_requests(account.lane.require_running().url) as (address, asked):
        environment = account.lane.environment() | {
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "PULUMI_BACKEND_URL": f"{account.outputs['backend_url']}&endpoint={address}&s3ForcePathStyle=true",
        }

        def run(layer: str, *command: str) -> list[Authorization]:
            asked.clear()
            subprocess.run(
                ["pulumi", *command, "--non-interactive"],
                cwd=account.lane.projects / layer,
                env=environment,
                check=True,
                capture_output=True,
            )
            assert asked
            assert all(bucket in item.resource for item in asked)
            return list(asked)

        # The bootstrap moves its own state first, as docs/aws.md says, and with it the layout of the backend.
        state = account.lane.folder / "bootstrap.json"
        state.write_text(account.lane.stack(BOOTSTRAP).command("stack", "export"), encoding="utf-8")
        run(BOOTSTRAP, "stack", "init", "local")
        run(BOOTSTRAP, "stack", "import", "--file", os.fspath(state))
        yield run


def refused(account: Any, role: str, asked: list[Authorization]) -> set[str]:
    return {
        shape(item)
        for item in asked
        if decide(account.policies[role], item.action, item.resource, item.context) != ALLOWED
    }


def test_the_bootstrap_s_state_is_whole_after_its_move(account: Any, engine: Engine) -> None:
    asked = {shape(item) for item in engine(BOOTSTRAP, "preview", "--expect-no-changes")}

    assert not {item for item in asked if item.startswith(("s3:PutObject", "s3:DeleteObject"))}


def test_a_deploy_role_may_do_all_that_an_update_does_with_state(account: Any, engine: Engine) -> None:
    asked = engine("network", "stack", "init", "local")
    # An update of an empty stack: locks, backups and history are written all the same.
    asked += engine("network", "refresh", "--yes", "--skip-preview")

    kinds = {shape(item).partition("/.pulumi/")[2].partition("/")[0] for item in asked if item.action == "s3:PutObject"}
    assert kinds == {"stacks", "history", "backups", "locks"}
    assert refused(account, "tapstack-deploy-network", asked) == set()
    assert refused(account, "tapstack-deploy-data", asked)


def test_a_preview_writes_nothing_and_may_do_what_it_does(account: Any, engine: Engine) -> None:
    engine("data", "stack", "init", "local")

    asked = engine("data", "preview")

    assert {item.action for item in asked} == {"s3:GetObject", "s3:ListBucket"}
    assert refused(account, "tapstack-preview-data", asked) == set()
