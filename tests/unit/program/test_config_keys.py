"""Settings that nothing reads: refused with what may have been meant, in a program and in the files of stacks."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.mocked_program import ProgramError
from tapstack.checkout import CHECKOUT
from tapstack.console.errors import UserError
from tapstack.generate import stack_settings
from tapstack.lane import stack_config
from tapstack.program.config_keys import config_key, unknown_key

KNOWN = ("canaryPercent", "environmentSuffix", "permissionsBoundary")

CASES = [
    ("tapstack-compute:canaryPercnt", "is unknown, .*; did you mean canaryPercent\\? Set that, and"),
    ("tapstack-compute:permissionBoundary", "did you mean permissionsBoundary\\?"),
    ("tapstack-compute:permissions_boundary", "did you mean permissionsBoundary\\?"),
    ("tapstack-compute:zzz", "has no such setting; remove it: pulumi config rm tapstack-compute:zzz"),
    ("tapstack-data:canaryPercent", "is of data, and this is a stack of compute, .* set it in projects/data, and here"),
    ("tapstack-compte:canaryPercent", "is read by nobody: .*; did you mean tapstack-compute:canaryPercent\\?"),
    ("compute:canaryPercent", "'compute' is neither this project, tapstack-compute, nor a provider"),
    ("canaryPercent", "did you mean tapstack-compute:canaryPercent\\?"),
    ("tapstack:zzz", "nor a provider; remove it: pulumi config rm tapstack:zzz"),
    ("aws:regoin", "provider aws has no such setting; did you mean region\\?"),
    ("random:seed", "provider random has no such setting; remove it"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "said"), CASES, ids=[key for key, _ in CASES])
def test_a_setting_that_nothing_reads_is_named_with_what_may_have_been_meant(key: str, said: str) -> None:
    told = unknown_key(["tapstack-compute:canaryPercent", key], "compute", KNOWN)

    assert told is not None
    assert told.startswith(f"setting {key} is ")
    assert "\n" not in told
    with pytest.raises(ValueError, match=said):
        raise ValueError(told)


@pytest.mark.parametrize(
    "key",
    [
        *("tapstack-compute:canaryPercent", "aws:region", "aws:s3UsePathStyle", "aws:ec2MetadataServiceEndpointMode"),
        *("aws:version", "pulumi:tags"),
    ],
)
def test_a_setting_of_the_project_of_its_providers_or_the_engine_is_taken(key: str) -> None:
    assert unknown_key([key], "compute", KNOWN) is None


def test_all_that_the_lane_writes_is_known(tmp_path: Path) -> None:
    (tmp_path / "compute").mkdir()
    stack_config.write(tmp_path, "compute", tmp_path, "http://127.0.0.1:1")
    text = (tmp_path / "compute" / "Pulumi.local.yaml").read_text(encoding="utf-8")
    keys = [line.split(": ")[0].strip() for line in text.splitlines() if line.startswith("  ") and line[2] not in " -"]

    assert "aws:skipRegionValidation" in [key.rstrip(":") for key in keys]
    assert unknown_key([key.rstrip(":") for key in keys if key.startswith("aws:")], "compute", KNOWN) is None


def test_a_field_is_spelt_as_its_key() -> None:
    assert config_key("environment_suffix") == "environmentSuffix"


def test_a_program_with_a_misspelt_setting_is_refused_at_preview(run_layer: Callable[..., Any]) -> None:
    with pytest.raises(ProgramError, match=r"setting tapstack-network:vpcCdir is unknown, .*; did you mean vpcCidr\?"):
        run_layer("network", {"vpcCdir": "10.1.0.0/16"})


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the projects."""
    ignored = shutil.ignore_patterns("__pycache__", "Pulumi.local.yaml")
    shutil.copytree(CHECKOUT / "projects", tmp_path / "projects", ignore=ignored)
    return tmp_path


def test_a_misspelt_setting_in_the_file_of_a_stack_is_refused_where_files_are_checked(checkout: Path) -> None:
    file = checkout / "projects" / "compute" / "Pulumi.dev.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "  tapstack-compute:canaryPercnt: 10\n", encoding="utf-8")

    with pytest.raises(
        UserError, match=r"^projects/compute/Pulumi\.dev\.yaml: setting tapstack-compute:canaryPercnt is"
    ):
        stack_settings.render(checkout)


@pytest.mark.parametrize("text", ["config: [\n", "nothing\n", "{}\n", "config:\n"])
def test_a_file_that_holds_no_settings_is_named(text: str, checkout: Path) -> None:
    (checkout / "projects" / "compute" / "Pulumi.dev.yaml").write_text(text, encoding="utf-8")

    with pytest.raises(UserError, match=r"projects/compute/Pulumi\.dev\.yaml holds no settings of a stack"):
        stack_settings.render(checkout)
