"""A new layer is made whole, or refused in one line with nothing left behind."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tapstack.checkout import CHECKOUT
from tapstack.cli.actions import new_layer
from tapstack.cli.main import main
from tapstack.console.errors import UserError
from tapstack.deploy.scaffold import NewLayer, make, remove, rename, staging
from tapstack.deploy.scaffold.declared_layer import DeclaredLayer
from tapstack.layers import read_layers

Captured = pytest.CaptureFixture[str]


def copied(root: Path) -> Path:
    """Copy what a layer is made from."""
    ignored = shutil.ignore_patterns("__pycache__", "Pulumi.local.yaml")
    for folder in ("policies", "projects", "shared", "functions", ".github", "docs", "tests/unit"):
        shutil.copytree(CHECKOUT / folder, root / folder, ignore=ignored)
    for file in ("Pulumi.yaml-template", "pyproject.toml"):
        shutil.copy(CHECKOUT / file, root)
    return root


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy to change."""
    return copied(tmp_path)


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy that is as it was when the last refusal has been seen."""
    root = copied(tmp_path_factory.mktemp("untouched"))
    before = contents(root)
    yield root
    assert contents(root) == before


def contents(root: Path) -> dict[str, bytes | None]:
    """Everything below a folder but what is in no commit; a folder is None."""
    found = (path for path in root.rglob("*") if ".tapstack" not in path.relative_to(root).parts)
    return {str(path.relative_to(root)): path.read_bytes() if path.is_file() else None for path in found}


def layer(name: str, *reads: str, owner: str = "@tapstack/new") -> NewLayer:
    return NewLayer(name, reads, (owner,))


def test_a_layer_comes_with_everything_that_a_layer_has(checkout: Path) -> None:
    before = contents(checkout)

    written = make(layer("data-made-up", "api-edge", "data"), checkout)

    after = contents(checkout)
    assert written == sorted(path for path in after if after[path] != before.get(path))
    assert written == [
        ".github/CODEOWNERS",
        ".github/workflows/data-made-up.yml",
        ".github/workflows/deploy.yml",
        ".github/workflows/drift.yml",
        "docs/settings.md",
        "projects/data-made-up/Pulumi.dev.yaml",
        "projects/data-made-up/Pulumi.prod.yaml",
        "projects/data-made-up/Pulumi.yaml",
        "projects/data-made-up/__main__.py",
        "projects/data-made-up/event_log.py",
        "projects/data-made-up/settings.py",
        "projects/layers.toml",
        "shared/tapstack/contracts/data_made_up.py",
        "shared/tapstack/contracts/published/contracts.json",
        "shared/tapstack/contracts/published/tapstack_contracts.py",
        "shared/tapstack/contracts/snapshots/data-made-up.json",
        "tests/unit/test_data_made_up.py",
    ]
    table = (checkout / "projects" / "layers.toml").read_text(encoding="utf-8")
    assert read_layers(table)["data-made-up"] == ("data-made-up", ("api-edge", "data"), ("@tapstack/new",))
    assert table.startswith((CHECKOUT / "projects" / "layers.toml").read_text(encoding="utf-8"))
    program = (checkout / "projects" / "data-made-up" / "__main__.py").read_text(encoding="utf-8")
    assert "\napi_edge = ApiEdgeContract.read(settings.environment_suffix)\ndata = DataContract.read(" in program


def test_a_layer_that_reads_none_has_no_word_of_it(checkout: Path) -> None:
    make(layer("made-up"), checkout)

    program = (checkout / "projects" / "made-up" / "__main__.py").read_text(encoding="utf-8")
    assert ".read(" not in program
    assert "upstream" not in program


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "must be lower-case letters"),
        ("Audit", "must be lower-case letters"),
        ("9lives", "must be lower-case letters"),
        ("audit_log", "must be lower-case letters"),
        ("audit--log", "must be lower-case letters"),
        ("audit-", "must be lower-case letters"),
        ("../audit", "must be lower-case letters"),
        ("a" * 25, "at most 24 characters"),
        ("audit-prod", "has the environment 'prod' in it"),
        ("network", "is there already"),
        ("class", "a word of Python's own"),
        ("match", "a word of Python's own"),
        ("json", "a module or variable"),
        ("pulumi-aws", "a module or variable"),
        ("tapstack", "a module or variable"),
        ("transactions", "a module or variable"),
        ("event-log", "a module or variable"),
        ("true", "no text in the YAML"),
        ("null", "no text in the YAML"),
        ("on", "no text in the YAML"),
        ("off", "no text in the YAML"),
        ("no", "no text in the YAML"),
        ("y", "no text in the YAML"),
        ("operators", "is what TapStack calls something else"),
        ("bootstrap", "is what TapStack calls something else"),
        ("local", "is that of a stack"),
        ("list", "a module or variable"),
        ("print", "a module or variable"),
        ("validator", "a module or variable"),
        ("packaging", "tests which are there already|a module or variable"),
        ("lane", "tests which are there already, tests/unit/lane"),
        ("layer", "tests which are there already, tests/unit/test_layers.py"),
        ("contract", "would overwrite shared/tapstack/contracts/contract.py"),
        ("ci", "would overwrite .github/workflows/ci.yml"),
        ("touched", "would overwrite .github/workflows/touched.yml"),
    ],
)
def test_a_name_that_does_not_do_is_refused(name: str, said: str, untouched: Path) -> None:
    with pytest.raises(UserError, match=said) as caught:
        make(layer(name), untouched)

    assert repr(name) in f"{caught.value}"
    assert "\n" not in f"{caught.value}"


@pytest.mark.parametrize(
    ("new", "said"),
    [
        (layer("made-up", "made-up"), "layer 'made-up' cannot read itself"),
        (layer("made-up", "data", "netwrk"), "--reads names 'netwrk', which is no layer; the layers are network, "),
        (layer("made-up", owner="audit"), "owner 'audit' is none that CODEOWNERS takes"),
        (layer("made-up", owner="@tapstack/au dit"), "owner '@tapstack/au dit' is none"),
    ],
)
def test_what_it_reads_and_who_owns_it_must_be_there(new: NewLayer, said: str, untouched: Path) -> None:
    with pytest.raises(UserError, match=said):
        make(new, untouched)


def test_a_table_that_makes_no_order_is_named(checkout: Path) -> None:
    table = checkout / "projects" / "layers.toml"
    text = table.read_text(encoding="utf-8")
    table.write_text(text.replace("[data]\nreads = []", '[data]\nreads = ["api-edge"]'), encoding="utf-8")

    with pytest.raises(UserError, match=r"in a circle: .*; fix projects/layers\.toml first"):
        make(layer("made-up"), checkout)


def test_when_a_generator_fails_nothing_is_written(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (checkout / "Pulumi.yaml-template").write_text("name: ${nme}\n", encoding="utf-8")
    before = contents(checkout)

    with pytest.raises(
        UserError, match=r"tapstack generate failed, so nothing was written: Pulumi\.yaml-template has .* 'nme'; write"
    ):
        make(layer("made-up"), checkout)

    assert contents(checkout) == before


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("after", [0, 1, 4, 7])
def test_when_writing_fails_half_way_what_was_written_is_taken_back(
    after: int, error: BaseException, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(checkout)
    written: list[Path] = []
    write = Path.write_bytes

    def fail_after(path: Path, content: bytes) -> int:
        if path.is_relative_to(checkout):
            if len(written) == after:
                written.append(path)
                write(path, content[:10])
                raise error
            written.append(path)
        return write(path, content)

    monkeypatch.setattr(staging, "_generate", lambda checkout: None)
    monkeypatch.setattr(Path, "write_bytes", fail_after)
    told = pytest.raises(UserError, match="cannot be written, so nothing was: No space left on device")
    with told if isinstance(error, OSError) else pytest.raises(KeyboardInterrupt):
        make(layer("made-up", "data"), checkout)

    assert len(written) > after
    assert contents(checkout) == before


def saved_while_it_runs(monkeypatch: pytest.MonkeyPatch, save: Callable[[], None]) -> None:
    """Let somebody save a file between the copy of a checkout and what is written of it."""
    monkeypatch.setattr(staging, "_generate", lambda copy: save())


def test_what_somebody_saves_meanwhile_stays(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changed, new, gone = (checkout / "projects" / name for name in ("data/queues.py", "data/new.py", "data/key.py"))

    def save() -> None:
        changed.write_text("# saved meanwhile\n", encoding="utf-8")
        new.write_text("# new meanwhile\n", encoding="utf-8")
        gone.unlink()

    saved_while_it_runs(monkeypatch, save)
    make(layer("made-up"), checkout)

    assert changed.read_text(encoding="utf-8") == "# saved meanwhile\n"
    assert new.read_text(encoding="utf-8") == "# new meanwhile\n"
    assert not gone.exists()
    assert (checkout / "projects" / "made-up" / "__main__.py").exists()


@pytest.mark.parametrize("file", ["projects/layers.toml", "projects/made-up/settings.py"])
def test_where_somebody_saves_what_it_would_write_nothing_is_written(
    file: str, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def save() -> None:
        (checkout / file).parent.mkdir(exist_ok=True)
        (checkout / file).write_text("# saved meanwhile\n", encoding="utf-8")

    saved_while_it_runs(monkeypatch, save)
    with pytest.raises(UserError, match=f"{file} was saved by somebody else meanwhile, so nothing was written"):
        make(layer("made-up"), checkout)

    assert (checkout / file).read_text(encoding="utf-8") == "# saved meanwhile\n"
    assert not (checkout / "projects" / "made-up" / "__main__.py").exists()


def test_of_two_at_once_one_is_told_of_the_other_and_no_entry_is_lost(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    def other() -> None:
        with pytest.raises(UserError) as caught:
            make(layer("other"), checkout)
        told.append(f"{caught.value}")

    saved_while_it_runs(monkeypatch, other)
    make(layer("made-up"), checkout)
    monkeypatch.setattr(staging, "_generate", lambda copy: None)
    make(layer("other"), checkout)

    assert told[0].startswith("the layers of this checkout are being changed by `new-layer made-up` (pid ")
    table = read_layers((checkout / "projects" / "layers.toml").read_text(encoding="utf-8"))
    assert {"made-up", "other"} <= table.keys()


def test_a_layer_that_is_taken_out_leaves_nothing_behind(checkout: Path) -> None:
    before = contents(checkout)
    make(layer("made-up", "data"), checkout)
    (checkout / "projects" / "made-up" / "Pulumi.local.yaml").write_text("config: {}\n", encoding="utf-8")

    removed = remove("made-up", checkout)

    assert contents(checkout) == before
    assert "projects/made-up/__main__.py" in removed
    assert ".github/workflows/made-up.yml" in removed


def test_a_layer_that_is_renamed_is_one_made_under_the_new_name(checkout: Path) -> None:
    make(layer("record-book", "data"), checkout)
    expected = contents(checkout)
    remove("record-book", checkout)
    make(layer("notes", "data"), checkout)

    rename("notes", "record-book", checkout)

    assert contents(checkout) == expected


def test_what_a_layer_is_exempt_from_is_renamed_with_it(checkout: Path) -> None:
    make(layer("notes", "data"), checkout)
    file = checkout / "policies" / "exemptions.toml"
    rest = 'resources = ["key"]\nreason = "none"\nowner = "@us"\n'
    row = f'\n[[exemption]]\ncontrols = ["KMS.4"]\nlayer = "notes"\n{rest}'
    file.write_text(file.read_text(encoding="utf-8") + row, encoding="utf-8")

    rename("notes", "record-book", checkout)

    assert file.read_text(encoding="utf-8").endswith(row.replace("notes", "record-book"))
    assert "record-book exempts `key`: none (@us)" in (checkout / "docs" / "controls.md").read_text(encoding="utf-8")


def test_what_a_layer_is_exempt_from_is_named_to_look_through_when_it_goes(checkout: Path) -> None:
    make(layer("notes", "data"), checkout)
    file = checkout / "policies" / "exemptions.toml"
    row = (
        '\n[[exemption]]\ncontrols = ["KMS.4"]\nlayer = "notes"\nresources = ["key"]\nreason = "none"\nowner = "@us"\n'
    )
    file.write_text(file.read_text(encoding="utf-8") + row, encoding="utf-8")

    assert "policies/exemptions.toml" in DeclaredLayer("notes", checkout).named_in()


def test_a_layer_that_is_read_is_neither_taken_out_nor_renamed(untouched: Path) -> None:
    said = r"layer 'compute' is read by api-edge, operators; nothing was changed\. First take it out of their programs"
    with pytest.raises(UserError, match=said):
        remove("compute", untouched)
    with pytest.raises(UserError, match=said):
        rename("compute", "functions", untouched)


def test_a_layer_whose_contract_a_tool_imports_is_neither_taken_out_nor_renamed(untouched: Path) -> None:
    said = (
        r"the contract of layer 'api-edge' is imported by shared/tapstack/deploy/graph/transaction\.py, .*; nothing was"
    )
    with pytest.raises(UserError, match=said):
        remove("api-edge", untouched)
    with pytest.raises(UserError, match=said):
        rename("api-edge", "front", untouched)


def test_a_layer_that_is_not_there_is_named_with_the_nearest(untouched: Path) -> None:
    with pytest.raises(UserError, match="unknown layer 'netwrk': did you mean 'network'"):
        remove("netwrk", untouched)


def test_a_new_name_that_does_not_do_is_refused(untouched: Path) -> None:
    with pytest.raises(UserError, match="layer 'data' is there already"):
        rename("api-edge", "data", untouched)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[NewLayer]:
    """What the command makes, which is not made."""
    layers: list[NewLayer] = []

    def remember(new: NewLayer) -> list[str]:
        layers.append(new)
        return ["projects/audit/__main__.py"]

    monkeypatch.setattr(new_layer, "make", remember)
    return layers


def test_the_command_takes_reads_and_owners(made: list[NewLayer], capsys: Captured) -> None:
    arguments = ["--reads", "network, data,network", "--owner", "@me", "--owner", "@acme/team"]

    assert main(["new-layer", "audit", *arguments]) == 0
    assert made == [NewLayer("audit", ("network", "data"), ("@me", "@acme/team"))]
    assert capsys.readouterr().out.splitlines()[0] == "wrote projects/audit/__main__.py"


def test_a_layer_has_a_team_of_its_name_unless_told_otherwise(made: list[NewLayer]) -> None:
    assert main(["new-layer", "audit"]) == 0
    assert made == [NewLayer("audit", (), ("@tapstack/audit",))]


def test_a_refusal_is_one_line_and_a_status(capsys: Captured) -> None:
    assert main(["new-layer", "network"]) == 1

    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "error: layer 'network' is there already, in projects/layers.toml; choose another name\n"
