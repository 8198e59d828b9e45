"""The settings the lane writes into the projects."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tapstack.lane import stack_config
from tapstack.layers import PROJECTS
from tapstack.providers import endpoint_keys


@pytest.fixture
def projects(tmp_path: Path) -> Path:
    for layer in PROJECTS:
        (tmp_path / "projects" / layer).mkdir(parents=True)
    return tmp_path / "projects"


def config(projects: Path, layer: str) -> dict[str, Any]:
    text = stack_config.config_file(projects, layer).read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)["config"]
    return found


def test_every_service_leads_to_the_emulator(projects: Path, tmp_path: Path) -> None:
    stack_config.write(projects, "network", tmp_path / "lane", "http://127.0.0.1:4242")

    (endpoints,) = config(projects, "network")["aws:endpoints"]
    assert set(endpoints) == set(endpoint_keys())
    assert set(endpoints.values()) == {"http://127.0.0.1:4242"}


def test_what_a_user_has_set_stays_and_the_emulators_address_does_not(projects: Path, tmp_path: Path) -> None:
    stack_config.write(projects, "compute", tmp_path / "lane", "http://127.0.0.1:1")
    file = stack_config.config_file(projects, "compute")
    text = file.read_text(encoding="utf-8")
    file.write_text(
        f"{text}  tapstack-compute:logLevel: DEBUG\nencryptionsalt: v1:abc\n".replace("native", "elsewhere"), "utf-8"
    )

    stack_config.write(projects, "compute", tmp_path / "lane", "http://127.0.0.1:2")

    written = config(projects, "compute")
    assert written["tapstack-compute:logLevel"] == "DEBUG"
    assert written["tapstack-compute:functionPlatform"] == "elsewhere"
    assert written["aws:endpoints"][0]["sqs"] == "http://127.0.0.1:2"
    assert yaml.safe_load(file.read_text(encoding="utf-8"))["encryptionsalt"] == "v1:abc"


def test_the_suffix_is_set_in_all_layers(projects: Path, tmp_path: Path) -> None:
    for layer in PROJECTS:
        stack_config.write(projects, layer, tmp_path / "lane", "http://127.0.0.1:1")

    stack_config.set_suffix(projects, "mine")

    assert {stack_config.suffix(projects, layer) for layer in PROJECTS} == {"mine"}
    assert stack_config.owner(stack_config.config_file(projects, "data")) == tmp_path / "lane"


def test_the_file_names_the_lane_it_belongs_to(projects: Path, tmp_path: Path) -> None:
    file = stack_config.config_file(projects, "data")
    assert stack_config.owner(file) is None

    stack_config.write(projects, "data", tmp_path / "lane", "http://127.0.0.1:1")
    assert stack_config.owner(file) == tmp_path / "lane"

    file.write_text("config: {}\n", encoding="utf-8")
    assert stack_config.owner(file) is None
