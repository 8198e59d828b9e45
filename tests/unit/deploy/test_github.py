"""What GitHub reads: made from the layers, valid, and safe."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tapstack.checkout import CHECKOUT
from tapstack.deploy import actionlint
from tapstack.deploy.footprint import footprint
from tapstack.deploy.github import render
from tapstack.engine.install.route import VERSION
from tapstack.generate.writing import generate
from tapstack.layers import BY_NAME, LAYERS

WORKFLOWS = CHECKOUT / ".github" / "workflows"
FILES = sorted(WORKFLOWS.glob("*.yml"))


def workflow(name: str) -> dict[str, Any]:
    """Load a workflow; `on` is no Boolean here."""
    text = (WORKFLOWS / f"{name}.yml").read_text(encoding="utf-8").replace("\non:\n", '\n"on":\n')
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """What the files are made from, and the files, in a folder of their own."""
    ignored = shutil.ignore_patterns("__pycache__", "Pulumi.local.yaml")
    for folder in ("projects", "shared/tapstack", "functions", ".github", "tests/unit"):
        shutil.copytree(CHECKOUT / folder, tmp_path / folder, ignore=ignored)
    return tmp_path


def drifted(root: Path = CHECKOUT) -> list[str]:
    """Name the files that a check finds."""
    return [told.split()[0] for told in generate(["github"], check=True, root=root)]


def test_the_files_are_as_the_layers_and_their_footprints_have_them() -> None:
    assert drifted() == []


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_is_previewed_when_a_file_of_its_footprint_changes_and_at_no_other_time(layer: str) -> None:
    assert workflow(layer)["on"] == {"pull_request": {"paths": list(footprint(layer).globs)}}


def test_a_new_import_is_named_as_drift_of_the_path_filter(copy: Path) -> None:
    program = copy / "projects" / "network" / "vpc.py"
    program.write_text(f"from transactions import clock\n{program.read_text(encoding='utf-8')}", encoding="utf-8")

    assert drifted(copy) == [".github/workflows/network.yml"]
    assert "      - functions/transactions/clock.py\n" in f"{render(copy)['.github/workflows/network.yml']}"


def test_another_order_and_another_owner_are_named_as_drift(copy: Path) -> None:
    table = copy / "projects" / "layers.toml"
    text = table.read_text(encoding="utf-8")
    table.write_text(
        text.replace('["network", "data"]', '["data"]').replace("@tapstack/data", "@tapstack/storage"), encoding="utf-8"
    )

    assert drifted(copy) == [".github/CODEOWNERS", ".github/workflows/deploy.yml"]


def test_what_has_drifted_is_written_and_then_nothing_is_found(copy: Path) -> None:
    (copy / ".github" / "CODEOWNERS").unlink()
    (copy / ".github" / "workflows" / "data.yml").write_text("name: Mine\n", encoding="utf-8")

    assert drifted(copy) == [".github/CODEOWNERS", ".github/workflows/data.yml"]
    assert list(generate(["github"], root=copy)) == ["wrote .github/CODEOWNERS", "wrote .github/workflows/data.yml"]
    assert drifted(copy) == []


def test_the_workflow_of_a_layer_that_is_no_more_goes_and_one_that_is_written_by_hand_stays(copy: Path) -> None:
    workflows = copy / ".github" / "workflows"
    (workflows / "gone.yml").write_text((workflows / "data.yml").read_text(encoding="utf-8"), encoding="utf-8")
    (workflows / "mine.yml").write_text("name: Mine\n", encoding="utf-8")

    assert list(generate(["github"], root=copy)) == ["removed .github/workflows/gone.yml"]
    assert (workflows / "mine.yml").exists()


def test_every_layer_deploys_after_those_it_reads() -> None:
    jobs = workflow("deploy")["jobs"]

    assert list(jobs) == ["touched", *(name for layer in LAYERS for name in (f"plan-{layer}", layer))]
    for layer in LAYERS:
        plan = jobs[f"plan-{layer}"]
        assert plan["needs"] == ["touched", *BY_NAME[layer].reads]
        assert f"'{layer}')" in plan["if"]
        assert "!failure()" in plan["if"]
        assert plan["with"] == {
            "layer": layer,
            "stack": "${{ inputs.stack || 'dev' }}",
            "action": "plan",
            "role": f"tapstack-${{{{ inputs.stack || 'dev' }}}}-drift-{layer}",
        }
        assert jobs[layer]["needs"] == [f"plan-{layer}"]
        assert f"needs.plan-{layer}.result == 'success'" in jobs[layer]["if"]
        assert jobs[layer]["with"] == {
            "layer": layer,
            "stack": "${{ inputs.stack || 'dev' }}",
            "action": "up",
            "role": f"tapstack-${{{{ inputs.stack || 'dev' }}}}-deploy-{layer}",
            "smoke-role": "tapstack-${{ inputs.stack || 'dev' }}-smoke",
            "accept-data-loss": "${{ inputs.accept-data-loss || '' }}",
        }


def test_drift_is_looked_for_in_every_layer() -> None:
    assert workflow("drift")["jobs"]["drift"]["strategy"]["matrix"]["layer"] == list(LAYERS)


def owner(path: str) -> str:
    """Tell who reviews a file: the last line of CODEOWNERS that matches."""
    found = ""
    for line in (CHECKOUT / ".github" / "CODEOWNERS").read_text(encoding="utf-8").splitlines():
        pattern, *owners = line.split()
        if pattern == "*" or path == pattern[1:] or (pattern.endswith("/") and path.startswith(pattern[1:])):
            found = " ".join(owners)
    return found


@pytest.mark.parametrize(
    ("path", "reviewed_by"),
    [
        ("projects/api-edge/stage.py", "@tapstack/api-edge"),
        ("tests/unit/test_api_edge.py", "@tapstack/api-edge"),
        (".github/workflows/data.yml", "@tapstack/data"),
        ("functions/validator/api.py", "@tapstack/compute"),
        ("functions/transactions/money.py", "@tapstack/platform"),
        ("shared/tapstack/program/naming.py", "@tapstack/platform"),
        ("projects/layers.toml", "@tapstack/platform"),
        (".github/workflows/deploy.yml", "@tapstack/platform"),
        (".github/CODEOWNERS", "@tapstack/platform"),
    ],
)
def test_who_reviews_a_file(path: str, reviewed_by: str) -> None:
    assert owner(path) == reviewed_by


def test_tests_of_a_layer_whose_name_goes_on_from_anothers_are_its_own(copy: Path) -> None:
    table = copy / "projects" / "layers.toml"
    with table.open("a", encoding="utf-8") as stream:
        stream.write('[data-made-up]\nreads = ["data"]\nowners = ["@tapstack/made-up", "@somebody"]\n')
    shutil.copytree(copy / "projects" / "data", copy / "projects" / "data-made-up")
    (copy / "tests" / "unit" / "test_data_made_up.py").touch()
    (copy / "shared" / "tapstack" / "contracts").mkdir(exist_ok=True)
    (copy / "shared" / "tapstack" / "contracts" / "data_made_up.py").touch()

    lines = [line.split() for line in f"{render(copy)['.github/CODEOWNERS']}".splitlines()]

    assert [line[1:] for line in lines if line[0] == "/tests/unit/test_data_made_up.py"] == [
        ["@tapstack/made-up", "@somebody"]
    ]
    assert ["/shared/tapstack/contracts/data_made_up.py", "@tapstack/made-up", "@somebody"] in lines


def test_the_workflows_are_valid() -> None:
    assert actionlint.check(FILES) == []


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("needs: [touched, network, data]", "needs: [touched, netwerk, data]", 'needs job "netwerk"'),
        ("workflows/layer.yml", "workflows/layers.yml", "layers.yml"),
        ("      action: up\n", "", 'input "action" is required'),
        ("needs.touched.outputs.layers", "needs.touched.output.layers", '"output" is not defined'),
    ],
)
def test_actionlint_refuses(right: str, wrong: str, said: str, copy: Path) -> None:
    file = copy / ".github" / "workflows" / "deploy.yml"
    file.write_text(file.read_text(encoding="utf-8").replace(right, wrong), encoding="utf-8")
    (copy / ".git").mkdir()

    assert said in "\n".join(actionlint.check([file]))


def zizmor(folder: Path) -> "subprocess.CompletedProcess[str]":
    tool = Path(sys.executable).with_name("zizmor")
    return subprocess.run(
        [tool, "--offline", "--quiet", "--strict-collection", folder], capture_output=True, text=True, check=False
    )


def test_zizmor_finds_nothing_in_the_workflows_and_an_injection_where_there_is_one(copy: Path) -> None:
    assert zizmor(copy / ".github").returncode == 0

    file = copy / ".github" / "workflows" / "layer.yml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('echo "$marker"', "echo ${{ github.event.pull_request.title }}"), encoding="utf-8")

    assert "template-injection" in zizmor(copy / ".github").stdout


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_nothing_from_outside_becomes_part_of_a_script(file: Path) -> None:
    jobs = yaml.safe_load(file.read_text(encoding="utf-8"))["jobs"]

    assert [step["run"] for job in jobs.values() for step in job.get("steps", []) if "${{" in step.get("run", "")] == []


def test_actions_are_pinned_by_commit_and_the_engine_by_version() -> None:
    files = [*FILES, CHECKOUT / ".github" / "actions" / "environment" / "action.yml"]
    used = [name for file in files for name in re.findall(r"uses: (\S+)", file.read_text(encoding="utf-8"))]

    assert [name for name in used if not re.fullmatch(r"\./\S+|[\w./-]+@[0-9a-f]{40}", name)] == []
    engine = next(step for step in workflow("layer")["jobs"]["layer"]["steps"] if "pulumi" in step.get("uses", ""))
    assert f"{engine['with']['pulumi-version']}" == VERSION


def test_a_layer_has_a_role_of_its_own_and_no_key() -> None:
    text = (WORKFLOWS / "layer.yml").read_text(encoding="utf-8")

    assert "role/${{ inputs.role }}" in text
    assert (
        workflow("drift")["jobs"]["drift"]["with"]["role"] == "tapstack-${{ matrix.stack }}-drift-${{ matrix.layer }}"
    )
    for layer in LAYERS:
        assert (
            workflow("deploy")["jobs"][layer]["with"]["role"]
            == f"tapstack-${{{{ inputs.stack || 'dev' }}}}-deploy-{layer}"
        )
        assert workflow(layer)["jobs"]["preview"]["with"]["role"] == f"tapstack-dev-preview-{layer}"
    assert not [file.name for file in FILES if "secrets." in file.read_text(encoding="utf-8")]


@pytest.mark.parametrize("layer", LAYERS)
def test_a_pull_request_from_a_fork_is_left_out_and_no_preview_may_write_code(layer: str) -> None:
    job = workflow(layer)["jobs"]["preview"]

    assert job["if"] == "github.event.pull_request.head.repo.full_name == github.repository"
    assert job["permissions"] == {"contents": "read", "id-token": "write", "pull-requests": "write"}
