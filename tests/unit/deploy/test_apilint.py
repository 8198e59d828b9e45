"""The API's description is clean to two public linters, and what is wrong with one is said."""

import json
from pathlib import Path
from typing import Any

import pytest

from tapstack.console.errors import UserError
from tapstack.deploy.apilint import check
from tapstack.generate.openapi import FILE


def test_the_description_is_clean_and_one_that_is_not_is_told(tmp_path: Path) -> None:
    document: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    answer = document["paths"]["/v1/transactions"]["post"]["responses"]["202"]["content"]["application/json"]
    answer["examples"]["pending"]["value"]["status"] = "decided"
    wrong = tmp_path / "openapi.json"
    wrong.write_text(json.dumps(document), encoding="utf-8")

    assert check(FILE) == []
    told = "\n".join(check(wrong))
    assert "spectral: " in told
    assert "redocly: " in told
    assert "no-invalid-media-type-examples" in told


def test_without_npm_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tapstack.deploy.apilint.cache_folder", lambda: tmp_path)
    monkeypatch.setenv("PATH", "")

    with pytest.raises(UserError, match=r"npm is not on PATH; install Node\.js 20 or newer"):
        check(FILE)
