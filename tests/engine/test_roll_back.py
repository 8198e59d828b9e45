"""A layer's program of an earlier revision, on the real engine and a repository made here."""

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tapstack.checkout import CHECKOUT
from tapstack.cli import environments
from tapstack.cli.main import main
from tapstack.console.errors import UserError
from tapstack.deploy.changes import commit_of
from tapstack.deploy.contracts.snapshots import FOLDER
from tapstack.lane.environment import LaneEnvironment
from tapstack.lane.lane import Lane
from tapstack.lane.workspace import scratch_lane

Captured = pytest.CaptureFixture[str]
Command = Callable[..., int]

PRODUCER = """
import pulumi
import pulumi_random as random
{imports}
random.RandomId("pet", byte_length=4, keepers={{"of": {word}}})
pulumi.export("contract_version", 1)
pulumi.export("environment_suffix", "local")
pulumi.export("contract_reads", {{}})
pulumi.export("key_arn", {word})
pulumi.export("velocity_table_arn", "arn")
"""
READER = """
import pulumi
import pulumi_random as random
from tapstack.program.upstream import require

require("data", [1], {reads}, "local")
random.RandomId("pet", byte_length=4, keepers={{"of": "it"}})
pulumi.export("contract_version", 1)
pulumi.export("environment_suffix", "local")
pulumi.export("contract_reads", {{"data": {{"version": 1, "fields": dict.fromkeys({reads}, "Arn")}}}})
"""
SETTINGS = ".venv\n/lane\n.tapstack\n__pycache__\nPulumi.local.yaml\n"
_IDENTITY = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.com", "-c", "commit.gpgsign=false")


@dataclass(frozen=True)
class Repository:
    """The projects and a lane in a repository of their own, with its commits by name."""

    root: Path
    lane: Lane
    commits: dict[str, str]

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", *_IDENTITY, *arguments], cwd=self.root, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def commit(self, name: str) -> None:
        self.git("add", "--all")
        self.git("commit", "--message", name)
        self.commits[name] = self.git("rev-parse", "HEAD")

    def write(self, layer: str, program: str) -> None:
        (self.root / "projects" / layer / "__main__.py").write_text(program, encoding="utf-8")

    def fields(self, layer: str, *, without: str = "", more: str = "") -> None:
        """Change a layer's snapshot: take a field out, or have compute read one more."""
        file = self.root / FOLDER / f"{layer}.json"
        document = json.loads(file.read_text(encoding="utf-8"))
        document["fields"].pop(without, None)
        if more:
            document["fields"][more] = {"type": "Arn", "is_output": True, "secret": False, "read_by": ["compute"]}
        file.write_text(json.dumps(document), encoding="utf-8")


def repository_in(root: Path, lane: Lane) -> Repository:
    """Make a repository with no revision yet: a lane's projects, and beside them what they are run with."""
    for name in ("shared", "functions"):
        shutil.copytree(CHECKOUT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("uv.lock", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(CHECKOUT / name, root / name)
    (root / ".gitignore").write_text(SETTINGS, encoding="utf-8")
    made = Repository(root, lane, {})
    made.git("init")
    return made


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Repository]:
    """Revisions: `before` compute was there, `first`, and `now`, which is what the work tree has."""
    root = tmp_path_factory.mktemp("repository")
    with scratch_lane(root) as lane:
        made = repository_in(root, lane)
        (root / "projects" / "compute").rename(root / "lane" / "compute")
        made.commit("before")
        (root / "lane" / "compute").rename(root / "projects" / "compute")
        (root / "shared" / "tapstack" / "of_the_time.py").write_text('WORD = "first"\n', encoding="utf-8")
        made.write("data", PRODUCER.format(imports="from tapstack.of_the_time import WORD", word="WORD"))
        made.write("compute", READER.format(reads=["key_arn", "an_older_name"]))
        made.fields("data", without="velocity_table_arn", more="an_older_name")
        made.commit("first")
        (root / "shared" / "tapstack" / "of_the_time.py").unlink()
        shutil.copy(CHECKOUT / FOLDER / "data.json", root / FOLDER)
        made.write("data", PRODUCER.format(imports="", word="'now'"))
        made.write("network", PRODUCER.format(imports="", word="'now'"))
        made.write("compute", READER.format(reads=["velocity_table_arn"]))
        made.commit("now")
        lane.stack("network").up()
        lane.stack("data").up()
        yield made


@pytest.fixture
def on_lane(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setattr(environments, "environment_named", lambda _: LaneEnvironment(repository.lane))
    return lambda *arguments: main(arguments)


def test_a_layer_goes_back_to_a_revision_and_forth_again(
    repository: Repository, on_lane: Command, capsys: Captured
) -> None:
    first = repository.commits["first"]
    repository.write("data", "this is not what is asked for")

    assert on_lane("plan", "data", "--at", first, "--json") == 0
    plan = json.loads(capsys.readouterr().out)
    assert plan["at"] == first
    assert [(change["kind"], change["name"]) for change in plan["layers"][0]["resources"]] == [("replace", "pet")]

    accepted = ("--accept-data-loss", "data.pet")
    assert on_lane("up", "--at", first, "data", *accepted) == 1
    assert f"Plan of local at {first}: data" in (told := capsys.readouterr().err)
    assert "nobody is there to ask; agree with --yes" in told
    assert on_lane("up", "data", "--at", first, "--yes", *accepted) == 0
    assert repository.lane.stack("data").outputs()["key_arn"] == "first"
    assert on_lane("up", "data", "--at", first) == 0
    assert f"nothing to do: data as {first} has it" in capsys.readouterr().err

    repository.git("checkout", "--", "projects")
    assert on_lane("up", "data", "--yes", *accepted) == 0
    assert repository.lane.stack("data").outputs()["key_arn"] == "now"
    assert repository.git("status", "--porcelain") == ""
    assert len(repository.git("worktree", "list").splitlines()) == 1
    assert not list(Path(tempfile.gettempdir()).glob("tapstack-revision-*"))


def test_what_a_deployed_reader_needs_is_not_taken_from_it_and_what_is_gone_not_read(
    repository: Repository, on_lane: Command, capsys: Captured
) -> None:
    first = repository.commits["first"]
    assert on_lane("up", "compute", "--yes") == 0
    before = repository.lane.stack("data").deployment()
    capsys.readouterr()

    assert on_lane("up", "data", "--at", first, "--yes") == 1
    assert capsys.readouterr().err.splitlines()[-1] == (
        f"error: data at {first[:7]} does not export it, and compute@local reads data.velocity_table_arn; name a later "
        "revision, or roll compute back first, to one that does not read it. Nothing was changed"
    )
    assert repository.lane.stack("data").deployment() == before
    assert on_lane("plan", "compute", "--at", first) == 2
    assert (
        f"compute at {first[:7]} reads data.an_older_name, which data@local does not export any more; name a later "
        "revision, or roll data back first"
    ) in capsys.readouterr().out
    assert on_lane("destroy", "compute", "--yes", "--accept-data-loss", "compute") == 0


@pytest.mark.parametrize(
    ("revision", "told"),
    [
        ("nowhere", "there is no revision 'nowhere' in .*: fetch it .*, or name another"),
        ("before", "layer 'compute' is not there at revision '.*': it began with [0-9a-f]{7,}; name a later one"),
        ("--output=x", "there is no revision '--output=x'"),
    ],
)
def test_a_revision_without_the_layer_is_one_line(
    repository: Repository, on_lane: Command, capsys: Captured, revision: str, told: str
) -> None:
    assert on_lane("up", "compute", f"--at={repository.commits.get(revision, revision)}", "--yes") == 1

    last = capsys.readouterr().err.splitlines()[-1]
    assert re.search(f"^error: {told}", last), last


@pytest.mark.parametrize("arguments", [(), ("data", "compute"), ("data", "--since", "HEAD")])
def test_a_revision_is_of_one_layer(on_lane: Command, capsys: Captured, arguments: tuple[str, ...]) -> None:
    for command in ("plan", "up"):
        assert on_lane(command, *arguments, "--at", "HEAD") == 64
        assert "--at takes the program of one layer, and no --since" in capsys.readouterr().err


def test_a_shallow_clone_says_what_to_fetch(repository: Repository, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", "--depth=1", repository.root.as_uri(), clone], check=True)

    with pytest.raises(UserError, match=r"there is no revision .*git fetch --unshallow has all"):
        commit_of(repository.commits["first"], clone)


def test_the_programs_of_this_revision_are_the_same_from_a_tree_of_their_own(
    lane: Lane, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    """Packages of functions above all: their bytes do not depend on where they are made."""
    root = lane.projects.parent
    made = repository_in(root, lane)
    made.commit("this")
    monkeypatch.setattr(environments, "environment_named", lambda _: LaneEnvironment(lane))
    assert main(["up", "network", "data", "compute", "--yes"]) == 0
    capsys.readouterr()

    assert main(["up", "compute", "--at", "HEAD"]) == 0
    assert "nothing to do: compute as HEAD has it" in capsys.readouterr().err
