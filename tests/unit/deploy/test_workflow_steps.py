"""The scripts in the workflows, run as GitHub runs them, with stand-ins for `gh` and for the product's commands."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tapstack.checkout import CHECKOUT

# Says what it was called with; a call's answer is in a file named after its first two arguments.
GH = """#!/bin/sh
for argument in "$@"; do printf '%s\\n' "$argument" >> "$CALLS"; done
echo --- >> "$CALLS"
if [ -f "$ANSWERS/$1-$2" ]; then cat "$ANSWERS/$1-$2"; fi
case "$*" in *--paginate*) cat "$ANSWERS/comments" ;; esac
"""
TAPSTACK = """#!/bin/sh
echo "$@" >> "$CALLS"
echo --- >> "$CALLS"
cat "$ANSWERS/said"
exit "$(cat "$ANSWERS/status")"
"""
FILES = {"said": "the plan\n", "status": "0", "comments": "", "issue-list": "", "run-list": ""}


@dataclass(frozen=True)
class Runner:
    """A folder in which steps run."""

    folder: Path

    @property
    def errors(self) -> str:
        """What the last step said of what went wrong."""
        return self.read("errors")

    def run(self, workflow: str, step: str, status: int = 0, **environment: str) -> list[list[str]]:
        """Run a step; returns the calls it made, and checks the status it ended with."""
        jobs = yaml.safe_load((CHECKOUT / ".github/workflows" / f"{workflow}.yml").read_text(encoding="utf-8"))["jobs"]
        (script,) = [found["run"] for job in jobs.values() for found in job["steps"] if found.get("name") == step]
        (self.folder / "calls").write_text("", encoding="utf-8")
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=self.folder,
            env={
                "PATH": f"{self.folder}{os.pathsep}{os.environ['PATH']}",
                "CALLS": str(self.folder / "calls"),
                "ANSWERS": str(self.folder),
                "GITHUB_OUTPUT": str(self.folder / "output"),
                "GITHUB_STEP_SUMMARY": str(self.folder / "summary"),
                "GH_REPO": "acme/tapstack",
                "LAYER": "data",
                "STACK": "dev",
                **environment,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        self.answer("errors", done.stderr)
        assert done.returncode == status, done.stderr
        return [call.splitlines() for call in self.read("calls").split("---\n") if call]

    def answer(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def read(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    for path, text in ((tmp_path / "gh", GH), (tmp_path / ".venv" / "bin" / "tapstack", TAPSTACK)):
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)
    runner = Runner(tmp_path)
    for name, text in FILES.items():
        runner.answer(name, text)
    return runner


def test_a_preview_is_a_plan_in_markdown_that_the_summary_shows(runner: Runner) -> None:
    assert runner.run("layer", "Preview") == [["--stack dev plan data --markdown"]]
    assert runner.read("plan.md") == runner.read("summary") == "the plan\n"


def test_a_plan_that_fails_is_shown_before_the_job_fails(runner: Runner) -> None:
    runner.answer("status", "1")

    runner.run("layer", "Preview")

    assert runner.read("summary") == "the plan\n"
    assert runner.read("output") == "status=1\n"
    runner.run("layer", "Fail where the preview did", status=1, STATUS="1")
    runner.run("layer", "Fail where the preview did", STATUS="0")


def test_without_a_plan_the_job_fails_at_once(runner: Runner) -> None:
    runner.answer("status", "1")
    runner.answer("said", "")

    runner.run("layer", "Preview", status=1)


def test_the_first_plan_is_a_new_comment(runner: Runner) -> None:
    runner.answer("plan.md", "the plan\n")

    calls = runner.run("layer", "Comment on the pull request", PULL_REQUEST="7")

    assert calls[-1] == [
        *("api", "--silent", "--method", "POST", "repos/acme/tapstack/issues/7/comments"),
        *("--field", "body=@comment.md"),
    ]
    assert runner.read("comment.md") == "<!-- tapstack plan: data in dev -->\nthe plan\n"


def test_the_next_plan_takes_the_place_of_the_first(runner: Runner) -> None:
    runner.answer("plan.md", "another plan\n")
    runner.answer("comments", "41\n42\n")

    calls = runner.run("layer", "Comment on the pull request", PULL_REQUEST="7")

    assert calls[-1][:5] == ["api", "--silent", "--method", "PATCH", "repos/acme/tapstack/issues/comments/41"]


def test_a_plan_longer_than_a_comment_may_be_is_cut(runner: Runner) -> None:
    runner.answer("plan.md", "x" * 100_000)

    runner.run("layer", "Comment on the pull request", PULL_REQUEST="7")

    assert 60_000 < len(runner.read("comment.md")) < 65_536


def test_a_stack_s_account_is_found_in_one_variable(runner: Runner) -> None:
    places = {
        "dev": {"account": "111111111111", "region": "eu-central-1", "backend": "s3://of-dev"},
        "eu-prod": {"account": "222222222222", "region": "eu-west-1", "backend": "s3://of-prod"},
    }

    runner.run("layer", "Find the stack's account", STACKS=json.dumps(places), STACK="eu-prod")

    assert runner.read("output") == "account=222222222222\nregion=eu-west-1\nbackend=s3://of-prod\n"


@pytest.mark.parametrize("places", ["", "null", "[]", "{", '{"prod": {}}', '{"dev": {"account": "111111111111"}}'])
def test_a_stack_that_is_nowhere_fails_the_job_before_it_has_a_role(runner: Runner, places: str) -> None:
    runner.run("layer", "Find the stack's account", status=1, STACKS=places)

    assert "::error::The variable STACKS does not say where the stack dev is." in runner.errors
    assert runner.read("output") == ""


def test_a_plan_on_main_is_saved_for_the_deployment_that_waits_for_approval(runner: Runner) -> None:
    calls = runner.run("layer", "Preview", SAVED="approved.plan")

    assert calls == [["--stack dev plan data --markdown --save approved.plan"]]
    assert runner.read("summary") == "the plan\n"


def test_a_deployment_asks_nobody(runner: Runner) -> None:
    assert runner.run("layer", "Deploy", ACCEPT_DATA_LOSS="") == [["--stack dev up --plan approved.plan"]]


def test_a_deployment_loses_data_only_where_that_was_accepted(runner: Runner) -> None:
    calls = runner.run("layer", "Deploy", ACCEPT_DATA_LOSS="data.velocity,data.merchants")

    assert calls == [["--stack dev up --plan approved.plan --accept-data-loss data.velocity,data.merchants"]]


def test_a_deployment_that_leaves_a_turn_to_others_says_so_in_the_summary(runner: Runner) -> None:
    runner.answer("said", "network: the old is kept, as compute holds 'a' (subnet-1); next: tapstack up compute\n")
    runner.run("layer", "Deploy", ACCEPT_DATA_LOSS="")

    title, turn, _, how = runner.read("summary").splitlines()
    assert title == "### Whose turn it is"
    assert turn == "- network: the old is kept, as compute holds 'a' (subnet-1); next: tapstack up compute"
    assert how.endswith("`gh workflow run deploy.yml -f stack=dev`.")


def test_a_deployment_that_leaves_none_says_nothing(runner: Runner) -> None:
    runner.answer("said", "")
    runner.run("layer", "Deploy", ACCEPT_DATA_LOSS="")

    assert not (runner.folder / "summary").exists()


def test_a_deployment_that_fails_fails_the_job(runner: Runner) -> None:
    runner.answer("status", "1")

    runner.run("layer", "Deploy", status=1, ACCEPT_DATA_LOSS="")


def test_drift_fails_the_job_and_opens_an_issue(runner: Runner) -> None:
    runner.answer("status", "2")
    runner.answer("said", "queue changed\n")

    calls = runner.run("layer", "Look for drift", status=2)

    assert calls[0] == ["--stack dev drift data"]
    assert calls[-1] == ["issue", "create", "--title", "Drift: data in dev", "--body-file", "drift.md"]
    assert runner.read("drift.md") == "```\nqueue changed\n```\n"


def test_drift_that_has_an_issue_brings_it_up_to_date(runner: Runner) -> None:
    runner.answer("status", "2")
    runner.answer("issue-list", "12\n")

    assert runner.run("layer", "Look for drift", status=2)[-1] == ["issue", "edit", "12", "--body-file", "drift.md"]


def test_a_stack_without_drift_closes_its_issue(runner: Runner) -> None:
    runner.answer("issue-list", "12\n")

    assert runner.run("layer", "Look for drift")[-1][:3] == ["issue", "close", "12"]

    runner.answer("issue-list", "")

    assert runner.run("layer", "Look for drift")[-1][:2] == ["issue", "list"]


def test_an_error_is_neither_drift_nor_none(runner: Runner) -> None:
    runner.answer("status", "1")

    assert runner.run("layer", "Look for drift", status=1) == [["--stack dev drift data"]]


@pytest.fixture
def head(runner: Runner) -> str:
    """Make the folder a checkout of git; its one revision."""
    identity = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.com", "-c", "commit.gpgsign=false")
    for arguments in (["init", "--quiet"], [*identity, "commit", "--quiet", "--allow-empty", "--message", "First"]):
        subprocess.run(["git", *arguments], cwd=runner.folder, check=True)
    found = subprocess.run(["git", "rev-parse", "HEAD"], cwd=runner.folder, check=True, capture_output=True, text=True)
    return found.stdout.strip()


TOUCHED = "touched --downstream --json"


def test_layers_are_touched_since_the_last_deployment_that_went_through(runner: Runner, head: str) -> None:
    runner.answer("run-list", f"{head}\n")
    runner.answer("said", json.dumps(["data"]))

    assert runner.run("touched", "Find the touched layers", ALL="false")[-1] == [f"{TOUCHED} --since {head}"]
    assert runner.read("output") == 'layers=["data"]\n'


@pytest.mark.parametrize("deployed", ["", "0123456789012345678901234567890123456789\n"])
def test_without_a_known_deployment_every_layer_is_touched(runner: Runner, head: str, deployed: str) -> None:
    runner.answer("run-list", deployed)

    assert runner.run("touched", "Find the touched layers", ALL="false")[-1] == [TOUCHED]


def test_all_layers_need_no_list_of_deployments(runner: Runner, head: str) -> None:
    assert runner.run("touched", "Find the touched layers", ALL="true") == [[TOUCHED]]


def test_a_deployment_is_followed_by_a_smoke_run_where_the_api_is_up(runner: Runner) -> None:
    assert runner.run("layer", "Smoke run") == [["--stack dev smoke --if-up"]]


def test_a_smoke_run_that_fails_fails_the_job(runner: Runner) -> None:
    runner.answer("status", "1")

    runner.run("layer", "Smoke run", status=1)


def test_a_deployment_and_its_smoke_run_are_made_by_two_roles() -> None:
    job = yaml.safe_load((CHECKOUT / ".github/workflows/layer.yml").read_text(encoding="utf-8"))["jobs"]["layer"]
    names = [step.get("name") for step in job["steps"]]
    deploy, role, smoke = (names.index(name) for name in ("Deploy", "Take on the role of smoke runs", "Smoke run"))

    assert deploy < role < smoke
    assert job["steps"][role]["if"] == job["steps"][smoke]["if"]
    assert job["steps"][smoke]["if"].startswith(f"{job['steps'][deploy]['if']} && ")
    assert job["steps"][role]["with"]["role-to-assume"].endswith(":role/${{ inputs.smoke-role }}")
