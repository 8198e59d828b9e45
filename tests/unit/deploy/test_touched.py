"""What has changed since a revision, and which layers that touches."""

import json
import subprocess
from pathlib import Path

import pytest

from tapstack.cli.actions import touched
from tapstack.cli.main import main
from tapstack.console.errors import UserError
from tapstack.deploy.changes import changed_since, ignored_settings
from tapstack.layers import LAYERS

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with two commits, the first of them tagged `first`, and changes that are in none."""
    root = tmp_path / "checkout"
    root.mkdir()

    def git(*arguments: str) -> None:
        identity = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.com", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True)

    def write(name: str, text: str) -> None:
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")

    git("init", "--quiet")
    for name in ("kept", "changed", "deleted", "moved", "edited"):
        write(name, f"{name}\n" * 9)
    write(".gitignore", "ignored\n")
    git("add", "--all")
    git("commit", "--quiet", "--message", "First")
    git("tag", "first")
    write("changed", "otherwise\n")
    (root / "deleted").unlink()
    (root / "moved").rename(root / "moved away")
    git("add", "--all")
    git("commit", "--quiet", "--message", "Second")
    write("edited", "not committed\n")
    write("folder/näw", "not added\n")
    write("ignored", "never\n")
    return root


def test_changes_are_those_of_commits_and_of_the_work_tree(checkout: Path) -> None:
    assert changed_since("HEAD", checkout) == ("edited", "folder/näw")
    assert changed_since("first", checkout) == (
        *("changed", "deleted", "edited", "folder/näw"),
        *("moved", "moved away"),
    )


def test_what_others_have_committed_to_a_branch_meanwhile_is_no_change_of_this_checkout(checkout: Path) -> None:
    identity = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.com", "-c", "commit.gpgsign=false")

    def git(*arguments: str) -> None:
        subprocess.run(["git", *identity, *arguments], cwd=checkout, check=True, capture_output=True)

    before = changed_since("first", checkout)
    git("stash", "--include-untracked")
    git("checkout", "-b", "theirs", "first")
    (checkout / "theirs").write_text("theirs\n", encoding="utf-8")
    git("add", "--all")
    git("commit", "--message", "Theirs")
    git("checkout", "-")
    git("stash", "pop")

    assert changed_since("theirs", checkout) == before


def test_a_revision_that_shares_no_commit_is_named(checkout: Path) -> None:
    tree = subprocess.run(["git", "mktree"], cwd=checkout, input=b"", capture_output=True, check=True).stdout.strip()
    identity = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.com", "-c", "commit.gpgsign=false")
    made = subprocess.run(
        ["git", *identity, "commit-tree", "-m", "Other", tree.decode()], cwd=checkout, capture_output=True, check=True
    )
    revision = made.stdout.decode().strip()

    with pytest.raises(UserError, match=f"'{revision}' and HEAD have no commit in common"):
        changed_since(revision, checkout)


def test_settings_that_git_ignores_count_but_for_the_lanes(checkout: Path) -> None:
    for stack in ("dev", "local"):
        file = checkout / "projects" / "data" / f"Pulumi.{stack}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("config: {}\n", encoding="utf-8")
    (checkout / ".git" / "info" / "exclude").write_text("Pulumi.*.yaml\n", encoding="utf-8")

    assert "projects/data/Pulumi.dev.yaml" in changed_since("HEAD", checkout)
    assert "projects/data/Pulumi.local.yaml" not in changed_since("HEAD", checkout)
    assert ignored_settings(checkout) == ("projects/data/Pulumi.dev.yaml", "projects/data/Pulumi.local.yaml")


@pytest.mark.parametrize("revision", ["nowhere", "--all", "first:kept", ""])
def test_an_unknown_revision_is_named(checkout: Path, revision: str) -> None:
    with pytest.raises(UserError, match=f"there is no revision '{revision}'"):
        changed_since(revision, checkout)


def test_a_folder_outside_git_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is no checkout of git"):
        changed_since("HEAD", tmp_path)


def test_without_git_the_message_says_so(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    with pytest.raises(UserError, match="git is not there"):
        changed_since("HEAD", checkout)


@pytest.fixture
def changed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give the command these changes, whatever the revision."""
    paths: list[str] = []
    monkeypatch.setattr(touched, "changed_since", lambda _revision: tuple(paths))
    return paths


def test_the_command_names_the_layers_that_use_what_changed(changed: list[str], capsys: Captured) -> None:
    changed += ["functions/transactions/agreed/webhooks.py", "README.md"]

    assert main(["touched", "--since", "main"]) == 0
    assert capsys.readouterr().out.splitlines()[:3] == ["network", "data", "compute"]


def test_downstream_are_named_on_request_as_far_as_they_go(changed: list[str], capsys: Captured) -> None:
    changed.append("projects/network/vpc.py")

    assert main(["touched", "--since", "main", "--downstream", "--json"]) == 0
    named = json.loads(capsys.readouterr().out)
    assert [layer for layer in named if layer in {"network", "data", "compute", "api-edge"}] == [
        "network",
        "compute",
        "api-edge",
    ]


def test_nothing_changed_is_an_empty_list(changed: list[str], capsys: Captured) -> None:
    assert main(["touched", "--since", "main", "--json"]) == 0
    assert main(["touched", "--since", "main"]) == 0
    assert capsys.readouterr().out == "[]\n"


def test_without_a_revision_every_layer_is_named(capsys: Captured) -> None:
    assert main(["touched"]) == 0
    assert capsys.readouterr().out.split() == list(LAYERS)


def test_an_unknown_revision_is_one_line_and_a_status(capsys: Captured) -> None:
    assert main(["touched", "--since", "no-such-revision"]) == 1

    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("error: there is no revision 'no-such-revision'")
    assert said.err.count("\n") == 1
