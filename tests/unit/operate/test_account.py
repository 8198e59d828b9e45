"""What a layer exports, before a command relies on it, and whose account a command works on."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tapstack.console.errors import UserError
from tapstack.contracts.compute import ComputeContract
from tapstack.contracts.contract import OPERATORS, Contract
from tapstack.contracts.data import DataContract
from tapstack.engine.environment import BackendEnvironment
from tapstack.engine.stack import LayerStack
from tapstack.operate.account import Account
from tapstack.operate.exports import Exports

CONTRACTS: list[type[Contract]] = [DataContract, ComputeContract]


def exported(contract: type[Contract]) -> dict[str, Any]:
    return {"contract_version": contract.VERSION, "more": "", **dict.fromkeys(contract.read_by(OPERATORS), "x")}


@pytest.mark.parametrize("contract", CONTRACTS)
def test_every_value_is_one_the_layer_promises(contract: type[Contract], promised: Callable[[str], set[str]]) -> None:
    names = contract.read_by(OPERATORS)
    exports = Exports(contract, exported(contract), "deploy it")

    assert set(names) <= promised(contract.LAYER)
    assert {getattr(exports, name) for name in names} == {"x"}


@pytest.mark.parametrize("contract", CONTRACTS)
def test_a_layer_that_is_not_up_is_named_with_the_command(contract: type[Contract]) -> None:
    with pytest.raises(UserError, match=rf"layer '{contract.LAYER}' is not up: .*; run: deploy it"):
        Exports(contract, {}, "deploy it")


def test_another_version_of_the_contract_is_refused() -> None:
    with pytest.raises(UserError, match="exports contract version 99, and these commands read version 1"):
        Exports(DataContract, exported(DataContract) | {"contract_version": 99}, "deploy it")


def test_an_output_that_is_missing_is_named() -> None:
    outputs = exported(DataContract)
    del outputs["key_arn"]

    with pytest.raises(UserError, match="layer 'data' does not export key_arn; run: deploy it"):
        Exports(DataContract, outputs, "deploy it")


@pytest.mark.parametrize("field", ["transactions_stream_arn", "more", "unheard_of"])
def test_a_field_that_operators_are_not_declared_to_read_is_not_there(field: str) -> None:
    outputs = exported(DataContract) | {"transactions_stream_arn": "arn"}
    exports = Exports(DataContract, outputs, "deploy it")

    with pytest.raises(AttributeError, match=f"operators read '{field}', and are not .* in shared/tapstack/contracts/"):
        getattr(exports, field)


def test_the_hint_of_a_layer_that_is_not_up_names_its_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BackendEnvironment, "outputs", lambda *_, **__: {})

    with pytest.raises(UserError, match=r"run: \.venv/bin/tapstack --stack dev up data$"):
        _ = Account(BackendEnvironment("dev")).data


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A shell with no AWS settings, before an environment in an account."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, "/nowhere")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    outputs = exported(DataContract) | {"key_arn": "arn:aws:kms:eu-central-1:111122223333:key/1"}
    monkeypatch.setattr(BackendEnvironment, "_variables", {})
    monkeypatch.setattr(LayerStack, "outputs", lambda *_, **__: outputs)
    return monkeypatch


@pytest.mark.usefixtures("shell")
def test_a_shell_without_credentials_is_told_so() -> None:
    with pytest.raises(UserError, match="stack 'dev' is in account 111122223333, and this shell has no AWS cred"):
        _ = Account(BackendEnvironment("dev")).sqs


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ("", r"The config profile \(mine\) could not be found; correct AWS_PROFILE or ~/.aws/config$"),
        ("[profile", r"Unable to parse config file: .*config; correct AWS_PROFILE or ~/.aws/config$"),
    ],
)
def test_aws_settings_that_cannot_be_used_are_one_line(
    shell: pytest.MonkeyPatch, tmp_path: Path, settings: str, told: str
) -> None:
    (tmp_path / "config").write_text(settings, encoding="utf-8")
    shell.setenv("AWS_CONFIG_FILE", f"{tmp_path / 'config'}")
    shell.setenv("AWS_PROFILE", "mine")

    with pytest.raises(UserError, match=told):
        _ = Account(BackendEnvironment("dev")).sqs


def test_an_aws_that_cannot_be_reached_is_one_line(shell: pytest.MonkeyPatch) -> None:
    for name, text in (("ACCESS_KEY_ID", "test"), ("SECRET_ACCESS_KEY", "test"), ("MAX_ATTEMPTS", "1")):
        shell.setenv(f"AWS_{name}", text)
    shell.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")

    with pytest.raises(UserError, match=r"AWS does not say who this shell is: Could not connect .*; log in again$"):
        _ = Account(BackendEnvironment("dev")).sqs
