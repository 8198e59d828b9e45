"""What a layer exports, before a command relies on it."""

import dataclasses
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tapstack.console.errors import UserError
from tapstack.operate.target import Compute, Data, Exports, StackTarget

CONTRACTS: list[type[Exports]] = [Data, Compute]


def exported(kind: type[Exports]) -> dict[str, Any]:
    names = [item.name for item in dataclasses.fields(kind)]
    return {"contract_version": kind.CONTRACT.VERSION, "more": "", **dict.fromkeys(names, "x")}


@pytest.mark.parametrize("kind", CONTRACTS)
def test_every_value_is_one_the_layer_promises(kind: type[Exports], promised: Callable[[str], set[str]]) -> None:
    assert {item.name for item in dataclasses.fields(kind)} <= promised(kind.CONTRACT.LAYER)
    assert kind.of(exported(kind), "deploy it")


@pytest.mark.parametrize("kind", CONTRACTS)
def test_a_layer_that_is_not_up_is_named_with_the_command(kind: type[Exports]) -> None:
    with pytest.raises(UserError, match=rf"layer '{kind.CONTRACT.LAYER}' is not up: .*; run: deploy it"):
        kind.of({}, "deploy it")


def test_another_version_of_the_contract_is_refused() -> None:
    with pytest.raises(UserError, match="exports contract version 99, and these commands read version 1"):
        Data.of(exported(Data) | {"contract_version": 99}, "deploy it")


def test_an_output_that_is_missing_is_named() -> None:
    outputs = exported(Data)
    del outputs["key_arn"]

    with pytest.raises(UserError, match="layer 'data' does not export key_arn; run: deploy it"):
        Data.of(outputs, "deploy it")


def test_without_an_engine_a_stack_cannot_be_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(UserError, match=r"--stack dev needs `pulumi` on PATH"):
        _ = StackTarget("dev", tmp_path).data


def test_a_shell_without_credentials_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, "/nowhere")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    outputs = exported(Data) | {"key_arn": "arn:aws:kms:eu-central-1:111122223333:key/1"}
    monkeypatch.setattr(StackTarget, "_outputs", lambda *_: outputs)

    with pytest.raises(UserError, match="stack 'dev' is in account 111122223333, and this shell has no AWS cred"):
        _ = StackTarget("dev").sqs
