"""Secrets of every kind, planted, and searched for in all that commands, engine and providers write."""

import base64
import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from support.clients import emulator_client
from support.environments import write_settings
from tapstack.cli import environments
from tapstack.cli.main import main
from tapstack.engine.environment import BackendEnvironment
from tapstack.engine.failures import EngineError
from tapstack.lane.lane import Lane

PLANTED = "pl4ntedsecr"
OF_SETTING = "0fs3tting-planted"
OF_VARIABLE = "0fvar1able-planted"
OF_CONTRACT = "0fc0ntract-planted-as-a-key"
OF_INPUT = "0f1nput-planted"
OF_PASSPHRASE = "0fp4ssphrase-planted"

PROGRAM = f"""
import os
from pulumi import Config, Output
import pulumi
import pulumi_aws as aws
import pulumi_random as random
from tapstack.contracts.contract import Contract, output
from tapstack.contracts.types import ApiKey, Arn

setting = Config("planted").require_secret("setting")
variable = Output.secret(os.environ["PLANTED_VARIABLE"])
print(Config("planted").require("setting"))
pulumi.log.warn(f"they are {{Config('planted').require('setting')}}")
topic = aws.sns.Topic("planted", display_name=setting)
secret = aws.secretsmanager.Secret("planted", name="planted", description=variable)
aws.secretsmanager.SecretVersion("planted", secret_id=secret.id, secret_string="{OF_INPUT}")
generated = random.RandomBytes("planted", length=24)
key = aws.apigateway.ApiKey("planted", value=generated.base64)


class PlantedContract(Contract, layer="network", version=1):
    topic_arn: Output[Arn] = output()
    given: Output[ApiKey] = output(secret=True)
    generated: Output[ApiKey] = output(secret=True)


PlantedContract(
    topic_arn=Arn.of(topic.arn), given=ApiKey.of("{OF_CONTRACT}"), generated=ApiKey.of(key.value)
).export("blue")
"""


def test_secrets_of_every_kind_are_written_nowhere_in_the_clear(
    lane: Lane, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    root = lane.projects.parent
    temporary = root / "temporary"
    temporary.mkdir()
    write_settings(lane, "blue")
    for name, value in lane.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("PULUMI_STACK")
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", OF_PASSPHRASE)
    monkeypatch.setenv("PLANTED_VARIABLE", OF_VARIABLE)
    monkeypatch.setenv("TMPDIR", str(temporary))
    environment = BackendEnvironment("blue", root)
    monkeypatch.setattr(environments, "environment_named", lambda _: environment)
    stack = environment.stack("network")
    stack.command("stack", "init", "blue")
    stack.command("config", "set", "--secret", "planted:setting", OF_SETTING)
    (lane.projects / "network" / "__main__.py").write_text(PROGRAM, encoding="utf-8")

    told = ""
    for command in (
        ["plan", "network", "--json"],
        ["up", "network", "--yes"],
        ["plan", "network", "--markdown"],
        ["drift", "network", "--json"],
        ["outputs", "network"],
        ["contracts", "--json"],
        ["graph", "--output", str(root / "pictures")],
    ):
        main([*command, "--stack", "blue"])
        printed = capfd.readouterr()
        told += printed.out + printed.err
    shown = stack.outputs(show_secrets=True)
    generated = shown["generated"]
    planted = [OF_SETTING, OF_VARIABLE, OF_CONTRACT, OF_INPUT, OF_PASSPHRASE, generated]
    kept = stack.command("stack", "export", "--show-secrets")

    assert [secret for secret in planted if secret not in kept] == [OF_PASSPHRASE]
    assert "layers.svg" in told
    assert shown["given"] == OF_CONTRACT
    assert [secret for secret in planted for form in forms(secret) if form.decode() in told] == []
    searched = [folder for folder in {root, lane.folder} if folder.is_dir()]
    found = {secret: holding(searched, secret) for secret in planted}
    program = lane.projects / "network" / "__main__.py"
    assert {secret: [file for file in files if file != program] for secret, files in found.items()} == {
        secret: [] for secret in planted
    }
    emulator = emulator_client(lane.require_running().url, "secretsmanager")
    assert emulator.get_secret_value(SecretId="planted")["SecretString"] == OF_INPUT
    for log in [file for folder in searched for file in folder.rglob("*.log")]:
        assert log.stat().st_mode & 0o777 == 0o600, log


def test_addresses_kept_as_a_secret_stay_one_from_the_setting_to_the_subscription(lane: Lane) -> None:
    stack = lane.stack("data")
    stack.init()
    for number, name in enumerate(("ada", "grace")):
        address = f"{name}-{PLANTED}@example.com"
        stack.command("config", "set", "--secret", "--path", f"alertEmails[{number}]", address)

    stack.preview()
    stack.up()
    stack.compare()

    state = json.loads(stack.command("stack", "export", "--show-secrets"))["deployment"]["resources"]
    subscribed = [item for item in state if item["type"] == "aws:sns/topicSubscription:TopicSubscription"]
    # The engine writes them in the order in which they were made, side by side.
    assert sorted(item["urn"].rpartition("::")[2] for item in subscribed) == ["alerts-1", "alerts-2"]
    topics = emulator_client(lane.require_running().url, "sns")
    assert {item["Endpoint"] for item in topics.list_subscriptions()["Subscriptions"]} == {
        f"ada-{PLANTED}@example.com",
        f"grace-{PLANTED}@example.com",
    }
    assert holding([lane.folder, lane.projects.parent], PLANTED) == []
    logs = [path for path in stack.logs.rglob("*") if path.is_file()]
    assert len(logs) == 6
    assert {path.stat().st_mode & 0o777 for path in logs} == {0o600}


@pytest.mark.parametrize(
    ("layer", "setting", "told"),
    [
        pytest.param(
            "network",
            ["environmentSuffix", PLANTED],
            "network: setting environmentSuffix is kept as a secret, and cannot stay one: resources show it in the "
            "clear. Set it with: pulumi config set --plaintext environmentSuffix <value>",
            id="one that names resources",
        ),
        pytest.param(
            "data",
            ["--path", "alertEmails[0]", PLANTED],
            "data: setting alertEmails, a secret, holds an item that is not as it must be: E-mail addresses that are "
            "told of alarms; AWS asks each one to confirm. May be secret. See them with: pulumi config get alertEmails",
            id="one that its check refuses, which is not told",
        ),
    ],
)
def test_a_secret_that_a_setting_cannot_be_is_refused(lane: Lane, layer: str, setting: list[str], told: str) -> None:
    stack = lane.stack(layer)
    stack.init()
    stack.command("config", "set", "--secret", *setting)

    with pytest.raises(EngineError) as caught:
        stack.up()

    assert f"{caught.value}" == told
    assert stack.resources() == []
    assert holding([lane.folder, lane.projects.parent], PLANTED) == []


def forms(secret: str) -> set[bytes]:
    """Write a secret as files may hold it."""
    return {secret.encode(), base64.b64encode(secret.encode()), secret.encode().hex().encode()}


def holding(folders: Iterable[Path], secret: str) -> list[Path]:
    """List the files that have a secret in them, in whatever form."""
    files = {path for folder in folders for path in folder.rglob("*") if path.is_file() and not path.is_symlink()}
    return sorted(path for path in files if any(form in path.read_bytes() for form in forms(secret)))
