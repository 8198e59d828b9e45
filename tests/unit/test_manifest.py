"""A program runs on a `Pulumi.yaml` that is made from its settings, and on no other."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from support.mocked_program import ProgramError, run_program
from tapstack.checkout import CHECKOUT
from tapstack.generate.writing import generate

Replace = Callable[[str, str, str], None]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the projects."""
    shutil.copytree(CHECKOUT / "projects", tmp_path / "projects", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(CHECKOUT / "Pulumi.yaml-template", tmp_path)
    return tmp_path


@pytest.fixture
def replace(checkout: Path) -> Replace:
    """Replace a text in a file of the copied network; the text has to be there."""

    def replace_text(file: str, old: str, new: str) -> None:
        path = checkout / "projects" / "network" / file
        source = path.read_text(encoding="utf-8")
        assert old in source
        path.write_text(source.replace(old, new), encoding="utf-8")

    return replace_text


def run_network(checkout: Path) -> None:
    run_program("network", {}, {}, projects=checkout / "projects")


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("settings.py", "=14", "=90", "has flowLogRetentionDays with the default 14, and settings.py with 90"),
        ("Pulumi.yaml", ": 14", ": 7", "has flowLogRetentionDays with the default 7, and settings.py with 14"),
        ("settings.py", "nat_gateways: int", "nat_gateways: str", "has natGateways with the type 'integer', and "),
        ("Pulumi.yaml", "  natGateways:", "  gateways:", "has the setting gateways, which settings.py lacks"),
        ("Pulumi.yaml", "environmentS", "s", "lacks the setting environmentSuffix, which settings.py has"),
    ],
)
def test_a_program_whose_manifest_is_not_made_from_its_settings_is_refused_in_one_line(
    file: str, old: str, new: str, said: str, checkout: Path, replace: Replace
) -> None:
    replace(file, old, new)

    with pytest.raises(ProgramError) as refused:
        run_network(checkout)

    assert f"{refused.value}".startswith(f"projects/network/Pulumi.yaml {said}")
    assert f"{refused.value}".endswith("; write it: tapstack generate manifests")
    assert "\n" not in f"{refused.value}"


def test_a_bare_value_for_all_stacks_is_refused(checkout: Path) -> None:
    manifest = checkout / "projects" / "network" / "Pulumi.yaml"
    document = yaml.safe_load(manifest.read_text(encoding="utf-8"))
    document["config"]["natGateways"] = 2
    manifest.write_text(yaml.safe_dump(document), encoding="utf-8")

    with pytest.raises(ProgramError, match=r"has natGateways with the default None, and settings\.py with 0"):
        run_network(checkout)


def test_once_the_manifest_is_made_anew_the_program_runs(checkout: Path, replace: Replace) -> None:
    replace("settings.py", "default=14", "default=90")

    assert list(generate(["manifests"], root=checkout)) == ["wrote projects/network/Pulumi.yaml"]
    run_network(checkout)
