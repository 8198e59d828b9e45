"""A project the engine cannot even start: no program, the wrong place, no environment, no schema."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tapstack.checkout import CHECKOUT
from tapstack.generate.writing import generate
from tapstack.lane.lane import Lane
from tapstack.layers import PROJECTS

Break = Callable[[str, str, str], Path]
Fails = Callable[[str], str]


def drifted(root: Path) -> list[str]:
    """Name the projects whose `Pulumi.yaml` a check finds."""
    return [told.split("/")[1] for told in generate(["manifests"], check=True, root=root)]


def nothing_was_made(lane: Lane, layer: str) -> bool:
    return not [urn for urn in lane.stack(layer).resources() if "::aws:" in urn]


def test_a_project_without_its_program_fails(lane: Lane, fails: Fails) -> None:
    (lane.projects / "network" / "__main__.py").unlink()

    assert "__main__" in fails("network")
    assert nothing_was_made(lane, "network")


def test_a_wrong_main_fails_and_is_named_as_drift(lane: Lane, fails: Fails, replace: Break) -> None:
    replace("network/Pulumi.yaml", "main: .", "main: src")

    assert "src" in fails("network")
    assert nothing_was_made(lane, "network")
    assert drifted(lane.projects.parent) == ["network"]


def test_a_missing_virtual_environment_fails_and_is_named_as_drift(lane: Lane, fails: Fails, replace: Break) -> None:
    replace("network/Pulumi.yaml", "../../.venv", "venv")

    told = fails("network")

    [output] = (lane.folder / "logs" / "network-up").glob("*/output.log")
    log = output.read_text(encoding="utf-8")
    assert f"{output}" in told
    assert "It looks like the Pulumi SDK has not been installed" in log
    assert nothing_was_made(lane, "network")
    assert drifted(lane.projects.parent) == ["network"]


def test_a_setting_of_the_wrong_type_is_refused_by_the_schema(lane: Lane, fails: Fails) -> None:
    stack = lane.stack("network")
    stack.init()
    stack.command("config", "set", "natGateways", "many")

    assert "natGateways" in fails("network")
    assert nothing_was_made(lane, "network")


def test_a_setting_without_a_schema_is_named_as_drift(lane: Lane) -> None:
    path = lane.projects / "data" / "Pulumi.yaml"
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    del document["config"]["environmentSuffix"]
    path.write_text(yaml.safe_dump(document), encoding="utf-8")

    assert drifted(lane.projects.parent) == ["data"]


def test_a_default_that_changed_in_the_settings_alone_is_refused(lane: Lane, fails: Fails, replace: Break) -> None:
    replace("network/settings.py", "default=14", "default=90")

    told = fails("network")

    assert "projects/network/Pulumi.yaml has flowLogRetentionDays with the default 14, and settings.py with 90" in told
    assert "tapstack generate manifests" in told
    assert nothing_was_made(lane, "network")

    list(generate(["manifests"], root=lane.projects.parent))
    lane.stack("network").up()


@pytest.mark.parametrize("project", PROJECTS)
def test_every_project_has_its_program_and_a_manifest_that_finds_it(project: str) -> None:
    folder = CHECKOUT / "projects" / project
    document = yaml.safe_load((folder / "Pulumi.yaml").read_text(encoding="utf-8"))

    assert (folder / document["main"] / "__main__.py").is_file()
    assert document["runtime"]["options"]["virtualenv"] == "../../.venv"
    assert document["config"]["environmentSuffix"]["default"] == "dev"
    assert drifted(CHECKOUT) == []
