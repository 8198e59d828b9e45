"""The real engine on the state bucket: what it reads and writes there is what a layer's roles are granted."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from policy.authorizations import Authorization
from policy.evaluation import ALLOWED, decide
from policy.state_requests import shape, state_requests
from tapstack.lane.stack_config import STACK
from tapstack.layers import BOOTSTRAP

Engine = Callable[..., list[Authorization]]

SECRETS = "<secrets provider>"
"""Stands for the address of the key, in a command."""


@pytest.fixture(scope="module")
def engine(account: Any) -> Iterator[Engine]:
    """Run a command of the engine on the state bucket, and return what it asked of S3 and KMS.

    The bootstrap has moved its own state there by the commands of docs/aws.md, and no passphrase is left anywhere.
    """
    stack = account.lane.stack(BOOTSTRAP)
    emulator, keys = account.lane.require_running().url, json.loads(stack.command("stack", "export"))
    key_arn = next(
        item["outputs"]["arn"] for item in keys["deployment"]["resources"] if item["type"] == "aws:kms/key:Key"
    )
    with state_requests(emulator, key_arn) as (address, asked):
        environment = account.lane.environment() | {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
        secrets = f"{account.outputs['secrets_provider']}&endpoint={address}"
        backend = f"{account.outputs['backend_url']}&endpoint={address}&s3ForcePathStyle=true"

        def run(project: str, *command: str) -> list[Authorization]:
            asked.clear()
            done = subprocess.run(
                ["pulumi", *(secrets if word == SECRETS else word for word in command), "--non-interactive"],
                cwd=account.lane.projects / project,
                env=environment,
                check=False,
                capture_output=True,
                text=True,
            )
            assert done.returncode == 0, done.stdout + done.stderr
            return list(asked)

        state = os.fspath(account.lane.folder / "bootstrap.json")
        run(BOOTSTRAP, "stack", "change-secrets-provider", SECRETS)
        run(BOOTSTRAP, "stack", "export", "--file", state)
        environment["PULUMI_BACKEND_URL"] = backend
        del environment["PULUMI_CONFIG_PASSPHRASE"]
        run(BOOTSTRAP, "stack", "init", STACK, "--secrets-provider", SECRETS)
        run(BOOTSTRAP, "stack", "import", "--file", state)
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
    asked = engine("network", "stack", "init", STACK, "--secrets-provider", SECRETS)
    # An update of an empty stack: locks, backups and history are written all the same.
    asked += engine("network", "refresh", "--yes", "--skip-preview")

    kinds = {shape(item).partition("/.pulumi/")[2].partition("/")[0] for item in asked if item.action == "s3:PutObject"}
    assert kinds == {"stacks", "history", "backups", "locks"}
    assert {item.action for item in asked} >= {"kms:Encrypt", "kms:Decrypt", "s3:DeleteObject"}
    assert refused(account, "tapstack-local-deploy-network", asked) == set()
    assert refused(account, "tapstack-local-deploy-data", asked)


def test_a_preview_writes_nothing_and_may_do_what_it_does(account: Any, engine: Engine) -> None:
    engine("data", "stack", "init", STACK, "--secrets-provider", SECRETS)

    asked = engine("data", "preview")

    assert {item.action for item in asked} == {"kms:Decrypt", "s3:GetObject", "s3:ListBucket"}
    assert refused(account, "tapstack-local-preview-data", asked) == set()


def test_a_smoke_run_may_read_what_the_edge_exports_secrets_included_and_nothing_of_compute(
    account: Any, engine: Engine
) -> None:
    for layer in ("compute", "api-edge"):
        engine(layer, "stack", "init", STACK, "--secrets-provider", SECRETS)

    assert (
        refused(account, "tapstack-local-smoke", engine("api-edge", "stack", "output", "--json", "--show-secrets"))
        == set()
    )
    assert refused(account, "tapstack-local-smoke", engine("compute", "stack", "output", "--json"))


def test_protection_covers_what_holds_the_state_and_its_secrets(account: Any, engine: Engine) -> None:
    engine(BOOTSTRAP, "up", "--yes", "--skip-preview", "--config", "tapstack-bootstrap:deletionProtection=true")
    state = account.lane.folder / "protected.json"
    engine(BOOTSTRAP, "stack", "export", "--file", os.fspath(state))

    resources = json.loads(state.read_text(encoding="utf-8"))["deployment"]["resources"]
    assert {item["type"] for item in resources if item.get("protect")} == {
        "aws:kms/alias:Alias",
        "aws:kms/key:Key",
        "aws:s3/bucket:Bucket",
    }
