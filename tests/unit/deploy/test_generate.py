"""What is made from code: one table, one command, one check."""

import fnmatch
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tapstack import account_names
from tapstack.checkout import CHECKOUT
from tapstack.cli.main import main
from tapstack.console.errors import UserError
from tapstack.generate import told_by_tests, writing
from tapstack.generate.table import TABLE, Generated
from tapstack.generate.writing import generate
from transactions.product import PRODUCT

Captured = pytest.CaptureFixture[str]

FROM_CODE = [row for row in TABLE.values() if not row.needs]
PROD = Path("projects") / "network" / "Pulumi.prod.yaml"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what files are made from, and of the files."""
    ignored = shutil.ignore_patterns("__pycache__", "Pulumi.local.yaml")
    for folder in ("policies", "projects", "shared/tapstack", "functions", ".github", "docs", "tests/unit"):
        shutil.copytree(CHECKOUT / folder, tmp_path / folder, ignore=ignored)
    for file in ("Pulumi.yaml-template", "README.md", "pyproject.toml"):
        shutil.copy(CHECKOUT / file, tmp_path)
    return tmp_path


@pytest.mark.parametrize("row", FROM_CODE, ids=lambda row: row.name)
def test_the_checkout_holds_what_its_code_makes(row: Generated) -> None:
    assert list(generate([row.name], check=True)) == []


@pytest.mark.parametrize("row", FROM_CODE, ids=lambda row: row.name)
def test_a_row_names_its_files_and_each_that_can_says_how_it_is_made_anew(row: Generated) -> None:
    patterns = [pattern.replace("STACK", "*") for pattern in row.files]

    for path, text in row.render(CHECKOUT).items():
        assert any(fnmatch.fnmatch(path, pattern) for pattern in patterns), path
        by_hand = row.name == "settings"
        if text is not None and not by_hand and not path.endswith((".json", ".svg")):
            first = text.partition("\n")[0]
            assert re.fullmatch(r"(# |<!-- )Made from .+; after a change: tapstack generate( -->)?", first)


@pytest.mark.parametrize("row", FROM_CODE, ids=lambda row: row.name)
def test_a_file_that_differs_is_named_with_its_source_and_made_anew(row: Generated, checkout: Path) -> None:
    path, text = next((path, text) for path, text in row.render(checkout).items() if text is not None)
    if row.name == "settings":
        other = text.replace("tapstack-", "other-")
        (checkout / path).write_text(other, encoding="utf-8")
    else:
        (checkout / path).unlink()

    (told,) = generate([row.name], check=True, root=checkout)

    assert told == f"{path} differs from {row.source}; run: .venv/bin/tapstack generate {row.name}"
    assert list(generate([row.name], root=checkout)) == [f"wrote {path}"]
    assert (checkout / path).read_text(encoding="utf-8") == text
    assert list(generate(root=checkout, check=True)) == []


def test_settings_written_under_another_name_follow_with_the_boundary_and_keep_all_else(checkout: Path) -> None:
    file = checkout / PROD
    text = file.read_text(encoding="utf-8")
    assert "permissionsBoundary: tapstack-prod-boundary\n" in text
    file.write_text(text.replace("tapstack", "payments") + "# payments-boundary\n", encoding="utf-8")

    list(generate(["settings"], root=checkout))

    assert file.read_text(encoding="utf-8") == text + "# payments-boundary\n"


def test_a_boundary_of_somebody_elses_stays(checkout: Path) -> None:
    file = checkout / PROD
    text = file.read_text(encoding="utf-8").replace("tapstack-prod-boundary", "our-prod-boundary")
    file.write_text(text.replace("tapstack-network", "payments-network"), encoding="utf-8")

    list(generate(["settings"], root=checkout))

    assert file.read_text(encoding="utf-8") == text


def test_what_needs_a_lane_is_made_only_when_it_is_named(monkeypatch: pytest.MonkeyPatch, checkout: Path) -> None:
    def refuse(row: Generated) -> Generated:
        def render(root: Path) -> dict[str, str | None]:
            raise UserError(f"{row.name} was asked for")

        return Generated(row.name, row.files, row.source, render, row.needs)

    table = {name: refuse(row) if row.needs else row for name, row in TABLE.items()}
    monkeypatch.setattr(writing, "TABLE", table)

    assert list(generate(root=checkout)) == []
    for name in ("layers", "story"):
        with pytest.raises(UserError, match=f"{name} was asked for"):
            list(generate([name], root=checkout))


def test_an_unknown_name_is_refused_before_anything_is_written(capsys: Captured) -> None:
    assert main(["generate", "manifests", "workflow"]) == 1

    assert capsys.readouterr() == (
        "",
        f"error: nothing is made under the name 'workflow'; the names are {', '.join(TABLE)}\n",
    )


def test_the_help_of_the_command_names_every_row(capsys: Captured) -> None:
    assert main(["generate", "--help"]) == 0

    told = capsys.readouterr().out
    assert [name for name in TABLE if name not in told] == []


def test_a_check_that_finds_a_difference_ends_with_2_and_writes_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    row = Generated("made", ("made.txt",), "nothing", lambda root: {"made.txt": "made\n"})
    monkeypatch.setattr(writing, "TABLE", {"made": row})

    assert main(["generate", "--check"]) == 2

    assert capsys.readouterr().out == "made.txt differs from nothing; run: .venv/bin/tapstack generate made\n"
    assert not (CHECKOUT / "made.txt").exists()


def test_a_file_that_cannot_be_written_is_named_and_stays_as_it_was(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = checkout / "docs" / "openapi.json"
    file.write_text("{}", encoding="utf-8")
    write = Path.write_text

    def full(path: Path, text: str, **options: Any) -> int:
        write(path, text[:10], **options)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)

    with pytest.raises(UserError, match=r"docs/openapi\.json cannot be written: No space left on device"):
        list(generate(["openapi"], root=checkout))

    assert file.read_text(encoding="utf-8") == "{}"
    assert [path.name for path in file.parent.iterdir() if path.name.endswith(".unfinished")] == []


@pytest.mark.parametrize("name", ["", "t", "Tap", "9lives", "tap_stack", "tap--stack", "tap-", "a" * 17])
def test_a_name_of_the_product_that_no_resource_can_bear_is_refused(name: str, monkeypatch: Any) -> None:
    wrong = account_names.product_problem(name)
    assert wrong is not None
    assert repr(name) in wrong
    monkeypatch.setattr(writing, "product_problem", lambda: wrong)

    with pytest.raises(UserError, match="it must be 2 to 16 lower-case letters"):
        list(generate(["manifests"], check=True))


@pytest.mark.parametrize("name", ["tapstack", "ab", "card-payments", "a" * 16])
def test_a_name_that_resources_can_bear_is_taken(name: str) -> None:
    assert account_names.product_problem(name) is None


def test_the_longest_state_bucket_is_a_name_that_s3_takes() -> None:
    longest = account_names.state_bucket_name("a" * 12, "123456789012", "ap-southeast-1").replace(PRODUCT, "a" * 16)

    assert len(longest) <= 63


STORY = "import sys\nprint(*sys.argv[1:])\n"


def told_by(root: Path, source: str) -> Mapping[str, str]:
    (root / "tests" / "story").mkdir(parents=True)
    (root / "tests" / "story" / "__main__.py").write_text(source, encoding="utf-8")
    return told_by_tests.page("docs/tour.md", "story", "tour")(root)


def test_a_story_that_does_not_go_as_told_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"^docs/tour\.md is not written, .* mend it in tests/story$"):
        told_by(tmp_path, f"{STORY}raise SystemExit(1)\n")


def test_a_story_is_what_it_prints(tmp_path: Path) -> None:
    assert told_by(tmp_path, STORY) == {"docs/tour.md": "tour\n"}
