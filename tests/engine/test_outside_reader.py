"""A fifth team, with a repository of its own, that reads a layer's contract: two checkouts and one lane."""

import dataclasses
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.scratch_checkout import ScratchCheckout, scratch_checkout
from tapstack.contracts.contract import module_file
from tapstack.deploy.contracts.outside import TABLE
from tapstack.engine.failures import EngineError
from tapstack.engine.stack import LayerStack
from tapstack.generate.published_contracts import DATA, MODULE
from tapstack.lane.workspace import scratch_lane

ROW = """
[settlement]
repository = "https://git.example.com/acme/settlement"
owners = ["@acme/settlement"]
reads.compute = ["alias_name", "notifier_function_name"]
"""
OURS = """
import pulumi
import pulumi_random as random

random.RandomId("id", byte_length=4)
pulumi.export("contract_version", {version})
pulumi.export("environment_suffix", "local")
pulumi.export("contract_reads", {{}})
pulumi.export("alias_name", "live")
pulumi.export("notifier_function_name", "notifier")
"""
THEIRS = """
import pulumi
import pulumi_random as random
from tapstack_contracts import ComputeContract

compute = ComputeContract.read("settlement")
random.RandomId("id", byte_length=4, keepers={"calls": compute.alias_name})
pulumi.export("calls", compute.alias_name)
"""
PROJECT = "name: settlement\nruntime:\n  name: python\n  options:\n    virtualenv: .venv\n"


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> ScratchCheckout:
    """Our checkout, in which the team is noted."""
    checkout = scratch_checkout(tmp_path_factory.mktemp("ours"))
    with (checkout.root / TABLE).open("a", encoding="utf-8") as table:
        table.write(ROW)
    checkout.python("-m", "tapstack", "generate", "contracts", "published-contracts")
    return checkout


@pytest.fixture
def theirs(ours: ScratchCheckout, tmp_path: Path) -> Path:
    """Their repository: a program, the contracts that they copied, and an environment that has no TapStack in it."""
    root = tmp_path / "settlement"
    root.mkdir()
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", root / ".venv"], check=True)
    packages = next((root / ".venv" / "lib").glob("python*/site-packages"))
    # A folder that is named in a .pth file has no .pth files of its own read: TapStack is not found in it.
    (packages / "their.pth").write_text(f"{next(p for p in sys.path if p.endswith('site-packages'))}\n", "utf-8")
    (root / "Pulumi.yaml").write_text(PROJECT, encoding="utf-8")
    (root / "__main__.py").write_text(THEIRS, encoding="utf-8")
    shutil.copy(ours.root / MODULE, root)
    subprocess.run(["git", "init", "--quiet", root], check=True)
    return root


@pytest.fixture
def contract(ours: ScratchCheckout) -> Iterator[Path]:
    """The contract that they read; what a test changes in our checkout is taken back."""
    names = (module_file("compute"), DATA, MODULE)
    kept = {name: (ours.root / name).read_bytes() for name in names}
    yield ours.root / module_file("compute")
    for name, content in kept.items():
        (ours.root / name).write_bytes(content)


def ci(theirs: Path, published: object, reader: str = "settlement") -> tuple[int, list[str]]:
    """Run their CI's check: its status, and what it said."""
    python = theirs / ".venv" / "bin" / "python"
    command = [f"{python}", "-I", f"{theirs / Path(MODULE).name}", reader, f"{published}"]
    done = subprocess.run(command, cwd=theirs, capture_output=True, text=True, check=False)
    return done.returncode, (done.stdout + done.stderr).splitlines()


def change(file: Path, old: str, new: str) -> None:
    source = file.read_text(encoding="utf-8")
    assert old in source
    file.write_text(source.replace(old, new), encoding="utf-8")


def test_their_program_reads_what_it_is_noted_for_from_our_stack(theirs: Path, tmp_path: Path) -> None:
    with scratch_lane(tmp_path / "lane") as lane:
        program = lane.projects / "compute" / "__main__.py"
        program.write_text(OURS.format(version=1), encoding="utf-8")
        lane.stack("compute").up()
        stack = dataclasses.replace(lane.stack("compute"), folder=theirs)
        stack.command("stack", "init", "local")

        assert LayerStack.up(stack).counts["create"]
        assert stack.command("stack", "output", "calls", "--stack", "local").strip() == "live"

        change(theirs / "__main__.py", "compute.alias_name)", "compute.validator_alias_arn)")
        with pytest.raises(EngineError, match=r"compute.validator_alias_arn is not noted for this reader; note what"):
            LayerStack.preview(stack)
        change(theirs / "__main__.py", "compute.validator_alias_arn)", "compute.alias_name)")
        change(theirs / "__main__.py", '"settlement"', '"clearing"')
        with pytest.raises(EngineError, match=r"clearing is no reader of compute; note what it reads as \[clearing\]"):
            LayerStack.preview(stack)
        change(theirs / "__main__.py", '"clearing"', '"settlement"')
        program.write_text(OURS.format(version=2), encoding="utf-8")
        lane.stack("compute").up()
        with pytest.raises(EngineError, match=r"exports no contract version 1, and settlement reads it; take the"):
            LayerStack.preview(stack)


def test_they_are_named_and_a_change_that_breaks_them_is_told_before_it_is_merged(
    ours: ScratchCheckout, theirs: Path, contract: Path
) -> None:
    shown = ours.python("-m", "tapstack", "contracts").stdout
    (line,) = (line for line in shown.splitlines() if " alias_name " in line)
    assert line.endswith("api-edge, operators, settlement")
    assert ci(theirs, ours.root / DATA) == (0, ["2 outputs read by settlement: as published with 0.1.0"])

    change(contract, "notifier_function_name:", "notifier_name:")
    told = ours.python("-m", "tapstack", "contracts", "--quiet", status=2).stderr
    assert (
        "`compute.notifier_function_name` is read by api-edge, operators, settlement; add the new field beside it, "
        "move the consumer, then remove it, each in a change of its own (this change removes it: renamed to "
        "`notifier_name`?); settlement is in https://git.example.com/acme/settlement: ask @acme/settlement to move it"
    ) in told
    refused = ours.python("-m", "tapstack", "generate", "contracts", status=1).stderr
    assert "no snapshot is written while this is so" in refused

    ours.python("-m", "tapstack", "generate", "published-contracts")
    status, lines = ci(theirs, ours.root / DATA)
    assert status == 1
    (line,) = lines
    gone = "compute.notifier_function_name, which settlement reads, is not published any more; take the contracts that "
    assert line == f"error: {gone}are published now, and read what they have instead"


def test_a_field_that_will_go_is_a_warning_to_them_and_a_new_one_says_since_when(
    ours: ScratchCheckout, theirs: Path, contract: Path
) -> None:
    change(contract, "alias_name: Output[Name] = output(", 'alias_name: Output[Name] = output(deprecated="read x", ')
    ours.python("-m", "tapstack", "generate", "published-contracts")

    assert ci(theirs, ours.root / DATA) == (
        0,
        ["2 outputs read by settlement: as published with 0.1.0", "warning: compute.alias_name will go: read x"],
    )


def test_a_check_that_cannot_be_made_is_red_with_one_line(ours: ScratchCheckout, theirs: Path, tmp_path: Path) -> None:
    (tmp_path / "cut.json").write_text('{"contracts": ', encoding="utf-8")
    (tmp_path / "other.json").write_text("[]", encoding="utf-8")
    for place in (tmp_path / "nowhere.json", tmp_path / "cut.json", tmp_path / "other.json", "http://127.0.0.1:1/c"):
        status, (line,) = ci(theirs, place)
        assert status == 1
        assert line.startswith(f"error: {place} cannot be read as published contracts: ")
    status, (line,) = ci(theirs, ours.root / DATA, "clearing")
    assert (status, line.partition(";")[0]) == (1, "error: clearing is no reader of any contract")
    assert ci(theirs, ours.root / DATA, "--help")[0] == 64
