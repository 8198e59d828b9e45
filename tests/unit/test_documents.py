"""What documents say, where a machine can tell: links, paths, commands, the list of folders, versions and forms."""

import importlib
import importlib.util
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from tapstack.checkout import CHECKOUT
from tapstack.cli.sections import VERBS

PAGES = sorted(
    [
        *CHECKOUT.glob("*.md"),
        *CHECKOUT.glob("docs/**/*.md"),
        *CHECKOUT.glob("examples/*.md"),
        CHECKOUT / ".github" / "PULL_REQUEST_TEMPLATE.md",
    ]
)
OF_ITS_TIME = {CHECKOUT / "CHANGELOG.md"}
"""It tells what was: what it names may be gone."""

NOT_THERE = {
    "acme.json",  # the reader's
    "notes.md",
    "state.json",
    "projects/bootstrap/audit_grants.py",  # of the layer that the reader makes
}
SESSIONS_OF_THE_READER = {"test-audit", "test-ledger"}
"""Of the layers that a page makes and takes out again."""
SUFFIXES = (".json", ".jsonl", ".lock", ".md", ".mmd", ".png", ".py", ".svg", ".toml", ".ts", ".yaml", ".yml")
MADE_ELSEWHERE = ("node_modules/", ".venv/", ".pulumi")


def page_id(page: Path) -> str:
    return page.relative_to(CHECKOUT).as_posix()


every_page = pytest.mark.parametrize("page", PAGES, ids=map(page_id, PAGES))
NOW = [page for page in PAGES if page not in OF_ITS_TIME]
every_page_of_now = pytest.mark.parametrize("page", NOW, ids=map(page_id, NOW))


def prose(page: Path) -> str:
    """Give a page's text without blocks of code."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"^(?: {4}| {7}).*$", "", text, flags=re.MULTILINE)


def code(page: Path) -> Iterator[str]:
    """Give what a page has as code: spans, and the lines of blocks."""
    text = page.read_text(encoding="utf-8")
    for block in re.findall(r"^```\w*\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL):
        yield from block.splitlines()
    yield from re.findall(r"^ {4,}(.*)$", text, flags=re.MULTILINE)
    yield from re.findall(r"`([^`\n]+)`", text)


@cache
def tracked() -> frozenset[str]:
    """Give the files of the checkout that git knows or would take, and their folders."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    there = [name for name in listed if (CHECKOUT / name).exists()]
    return frozenset([*there, *(f"{folder}" for name in there for folder in Path(name).parents)])


def is_there(path: str) -> bool:
    """Tell whether a path, or the end of one, is in the checkout; `<…>` stands for any name."""
    wanted = re.sub(r"<[^>]*>", "*", path.rstrip("/"))
    if "*" not in wanted:
        return wanted in tracked() or any(name.endswith(f"/{wanted}") for name in tracked())
    return any(fnmatchcase(name, wanted) or fnmatchcase(name, f"*/{wanted}") for name in tracked())


def anchors(page: Path) -> set[str]:
    """Give the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", prose(page), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(page: Path) -> list[str]:
    text = prose(page)
    found = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'(?:src|srcset|href)="([^"]+)"', text)
    return [link for link in found if not re.match(r"[a-z]+:", link)]


@every_page
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{link} is not there"
        if anchor:
            assert anchor in anchors(target), f"{link}: {target.name} has no such heading"


@every_page_of_now
def test_every_path_that_a_page_names_is_there(page: Path) -> None:
    top = {name.split("/")[0] for name in tracked() if "/" in name}
    for span in re.findall(r"`([^`\n]+)`", prose(page)):
        looks_like_a_path = re.fullmatch(r"[\w.<>*/-]+", span) and not span.startswith(("/", *MADE_ELSEWHERE))
        is_a_path = span.endswith(SUFFIXES) or ("/" in span and span.split("/")[0] in top)
        if looks_like_a_path and is_a_path and span not in NOT_THERE:
            assert is_there(span), f"{span} is not there"


def test_what_pages_name_as_not_there_is_not_there() -> None:
    assert not [path for path in NOT_THERE if is_there(path)]


@cache
def sessions() -> frozenset[str]:
    listed = subprocess.run(
        [Path(sys.executable).with_name("nox"), "--list"], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    return frozenset(re.findall(r"^[*-] ([\w-]+)", listed.stdout, flags=re.MULTILINE))


@every_page_of_now
def test_every_nox_session_that_a_page_names_is_there(page: Path) -> None:
    for line in code(page):
        for name in re.findall(r"\bnox -s ([\w<>-]+)", line):
            wanted = re.sub(r"<[^>]*>", "*", name)
            assert name in SESSIONS_OF_THE_READER or any(fnmatchcase(session, wanted) for session in sessions()), (
                f"{name} is no session: {line}"
            )


@cache
def groups() -> dict[str, frozenset[str]]:
    """Give each command its own commands, where it has some."""
    made = {verb: importlib.import_module(row.module).command for verb, row in VERBS.items()}
    return {verb: frozenset(each.commands) for verb, each in made.items() if isinstance(each, click.Group)}


def commands(line: str) -> list[tuple[str, str]]:
    """Find calls of the command line: the command, and the word after it."""
    call = r"(?:^|(?<=[\s(\"]))(?:\.venv/bin/)?tapstack((?: --[a-z][\w-]*(?: [\w$]+)?)*) ([a-z][\w-]*)(?: ([\w-]+))?"
    return [(verb, after) for options, verb, after in re.findall(call, line) if "--help" not in options]


@every_page_of_now
def test_every_command_that_a_page_names_is_there(page: Path) -> None:
    for line in code(page):
        for verb, after in commands(line):
            assert verb in VERBS, f"{verb} is no command: {line}"
            assert after in groups().get(verb, {after}), f"{verb} has no {after}: {line}"


def test_every_command_of_the_readmes_table_is_there() -> None:
    text = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| [^|]*\| ([^|]+) \|", text[text.index("## Work with it") :], flags=re.MULTILINE)
    named = [span for row in rows for span in re.findall(r"`([^`]+)`", row)]
    assert len(named) > 15

    for span in named:
        words = span.removeprefix("tapstack ").removeprefix("nox -s ").split()
        assert words[0] in {*VERBS, *sessions()}, f"{span} is neither a command nor a session"


@every_page_of_now
def test_every_module_that_a_page_runs_is_there(page: Path) -> None:
    for line in code(page):
        for module in re.findall(r"python3? -m (tapstack[\w.]*)", line):
            assert importlib.util.find_spec(module), f"{module} is not there: {line}"


def folders_in_readme() -> list[str]:
    """Give the paths of "Where things are", each written out."""
    text = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    block = re.search(r"## Where things are\n\n((?: {4}.*\n)+)", text)
    assert block
    named = []
    for line in block[1].splitlines():
        first, *others = re.split(r" {2,}", line.removeprefix("    "))[0:4] if line[4] != " " else ("",)
        if first:
            parent = first.rpartition("/")[0]
            named += [first, *(f"{parent}/{name}" for name in others if " " not in name and parent)]
    return named


def test_every_place_in_the_readmes_list_is_there() -> None:
    assert [path for path in folders_in_readme() if not (CHECKOUT / path).exists()] == []


# A layer that is made later stands in `projects/layers.toml`, not here.
@pytest.mark.parametrize("parent", ["shared/tapstack", "functions"])
def test_the_readmes_list_has_every_room(parent: str) -> None:
    rooms = {
        name
        for name in tracked()
        if name.rpartition("/")[0] == parent and (CHECKOUT / name).is_dir() and not name.endswith("__pycache__")
    }

    assert rooms - set(folders_in_readme()) == set()


def test_the_readmes_list_has_every_kind_of_test() -> None:
    text = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    line = re.search(r"^ {4}tests +((?:.*\n)(?: {10,}.*\n)*)", text, flags=re.MULTILINE)
    assert line
    kinds = {name.removeprefix("tests/") for name in tracked() if re.fullmatch(r"tests/[a-z0-9]+", name)}

    assert kinds - set(re.findall(r"\w+", line[1])) == {"support"}


@pytest.mark.parametrize("index", ["docs/README.md", "docs/decisions/README.md"])
def test_an_index_has_every_page_beside_it(index: str) -> None:
    page = CHECKOUT / index
    linked = {(page.parent / link.partition("#")[0]).resolve() for link in links(page)}

    assert {other for other in page.parent.glob("*.md") if other != page} - linked == set()


def test_a_decision_has_the_templates_parts_and_one_page() -> None:
    for page in (CHECKOUT / "docs" / "decisions").glob("*.md"):
        if page.name != "README.md":
            text = page.read_text(encoding="utf-8")
            parts = re.findall(r"^## (.*)$", text, flags=re.MULTILINE)
            assert parts == ["Context", "Choice", "What was left", "What would change it"], page.name
            assert len(text.splitlines()) <= 60, page.name


def test_the_changelog_has_the_version_and_keeps_its_order() -> None:
    version = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    text = (CHECKOUT / "CHANGELOG.md").read_text(encoding="utf-8")
    first, *released = re.findall(r"^## \[([^\]]+)\]", text, flags=re.MULTILINE)

    assert first == "Unreleased"
    assert released[0] == version, f"pyproject.toml says {version}; write its section into CHANGELOG.md"
    numbers = [tuple(map(int, name.split("."))) for name in released]
    assert numbers == sorted(set(numbers), reverse=True)


def test_the_lock_file_says_the_version_too() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    locked = tomllib.loads((CHECKOUT / "uv.lock").read_text(encoding="utf-8"))["package"]

    assert [one["version"] for one in locked if one["name"] == project["name"]] == [project["version"]]


@pytest.mark.parametrize("form", ["bug.yml", "request.yml"])
def test_an_issue_form_is_one_that_github_takes(form: str) -> None:
    text = (CHECKOUT / ".github" / "ISSUE_TEMPLATE" / form).read_text(encoding="utf-8")
    held: dict[str, Any] = yaml.safe_load(text)
    asked = [part for part in held["body"] if part["type"] != "markdown"]

    assert held.keys() <= {"name", "description", "title", "labels", "assignees", "body"}
    assert held["name"]
    assert held["description"]
    assert {part["type"] for part in asked} <= {"input", "textarea", "dropdown", "checkboxes"}
    assert all(part["attributes"]["label"] for part in asked)
    assert len({part["id"] for part in asked}) == len(asked)
