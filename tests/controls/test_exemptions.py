"""Exemptions: they hold for what they name, are told, come to an end, and must be of use."""

import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from controls.programs import PROGRAMS
from support.analyzer import Given, Pack, running
from tapstack.checkout import CHECKOUT

ROW = """
[[exemption]]
controls = ["KMS.4"]
layer = "test"
resources = ["te*"]
reason = "it is imported material"
owner = "@tapstack/data"
"""
Running = Callable[..., AbstractContextManager[Pack]]


@pytest.fixture
def exempting(tmp_path: Path) -> Running:
    """Run the pack with rows of its own."""
    folder = tmp_path / "policies"
    shutil.copytree(CHECKOUT / "policies", folder, ignore=shutil.ignore_patterns("__pycache__"))

    def run(rows: str, config: str = "{}") -> AbstractContextManager[Pack]:
        (folder / "exemptions.toml").write_text(rows, encoding="utf-8")
        return running(folder, config)

    return run


def test_what_is_exempt_is_told_with_its_reason_and_owner(exempting: Running) -> None:
    with exempting(ROW) as pack:
        (finding,) = pack.judge(PROGRAMS["KMS.4"].broken)

    assert finding.policy == "exemptions"
    assert not finding.is_mandatory
    assert finding.message.endswith("KMS.4 for test: it is imported material (@tapstack/data)")


@pytest.mark.parametrize(
    "rows",
    [ROW.replace('"test"', '"other"'), ROW.replace("te*", "key*"), ROW + 'stacks = ["dev"]'],
    ids=["layer", "resources", "stacks"],
)
def test_an_exemption_holds_for_its_layer_resources_and_stacks_alone(exempting: Running, rows: str) -> None:
    with exempting(rows) as pack:
        found = {finding.policy for finding in pack.judge(PROGRAMS["KMS.4"].broken)}

    assert "KMS.4" in found


def test_an_exemption_that_exempts_nothing_is_a_violation(exempting: Running) -> None:
    with exempting(ROW) as pack:
        (finding,) = pack.judge(PROGRAMS["KMS.4"].mended)

    assert finding.policy == "idle-exemptions"
    assert finding.is_mandatory
    assert "nothing of test named te* breaks KMS.4; take it out of policies/exemptions.toml" in finding.message


def test_an_exemption_may_be_idle_where_it_says_so_and_in_other_layers(exempting: Running) -> None:
    with exempting(ROW + 'idle_where = "keys are made here"') as pack:
        assert not pack.judge(PROGRAMS["KMS.4"].mended)
    with exempting(ROW) as pack:
        assert not pack.judge(PROGRAMS["KMS.4"].mended, project="tapstack-other")


def test_an_exemption_whose_time_is_over_exempts_nothing(exempting: Running) -> None:
    with exempting(ROW + "until = 2020-01-31") as pack:
        (finding, _) = pack.judge(PROGRAMS["KMS.4"].broken)

    assert finding.policy == "KMS.4"
    assert "it was exempt until 2020-01-31 by @tapstack/data" in finding.message


def test_a_setting_makes_violations_advisory(exempting: Running) -> None:
    config = '{"tapstack-test:policyEnforcement": "advisory"}'
    with exempting(ROW.replace("KMS.4", "KMS.5"), config) as pack:
        findings = pack.judge([Given("aws:kms/key:Key", "test", {})])

    assert {finding.policy for finding in findings} == {"KMS.4", "idle-exemptions"}
    assert not any(finding.is_mandatory for finding in findings)


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (ROW.replace("KMS.4", "KMS.44"), "there is no control 'KMS.44'; take one of controls.toml"),
        (ROW.replace('reason = "it is imported material"', ""), "exemption 1: reason is missing; say it"),
        (ROW.replace("@tapstack/data", "me"), "owner 'me' must be a team or person"),
        (ROW + 'til = "never"', "there is no 'til'; see the head of the file"),
    ],
)
def test_a_bad_row_is_refused_with_what_is_wrong(
    exempting: Running, capfd: pytest.CaptureFixture[str], rows: str, told: str
) -> None:
    with pytest.raises(AssertionError, match="did not start"), exempting(rows):
        pass

    assert told in capfd.readouterr().err
