"""The command lines that messages name."""

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tapstack.checkout import CHECKOUT
from tapstack.cli.main import tapstack
from tapstack.cli.sections import VERBS
from tapstack.console import hints
from tapstack.console.hints import PROGRAM_VARIABLE, command, name_program
from tapstack.console.words import counted, listed, nearest, quoted, unknown


@pytest.fixture
def unnamed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Nobody has said what the program is called; a folder that is all of `PATH`."""
    monkeypatch.delenv(PROGRAM_VARIABLE)
    monkeypatch.setenv("PATH", f"{tmp_path}")
    return tmp_path


def test_a_stack_is_named_where_it_is_not_the_lane_s() -> None:
    assert command("up", "data") == ".venv/bin/tapstack up data"
    assert command("up", "data", stack="local") == ".venv/bin/tapstack up data"
    assert command("up", "data", stack="dev") == ".venv/bin/tapstack --stack dev up data"


def test_a_hint_can_be_pasted_where_it_is_read(unnamed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CHECKOUT)
    assert command("down") == ".venv/bin/tapstack down"

    monkeypatch.chdir(unnamed)
    assert command("down") == f"{CHECKOUT}/.venv/bin/tapstack down"

    (unnamed / "tapstack").symlink_to(CHECKOUT / ".venv" / "bin" / "tapstack")
    assert command("down") == "tapstack down"


def test_a_program_of_another_checkout_is_not_named(unnamed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CHECKOUT)
    (unnamed / "tapstack").touch(mode=0o755)

    assert command("down") == ".venv/bin/tapstack down"


@pytest.mark.parametrize(("variable", "told"), [("UV", ".venv/bin/tapstack down"), ("OTHER", "tapstack down")])
def test_a_path_that_uv_has_set_for_one_run_does_not_count(
    variable: str, told: str, unnamed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(CHECKOUT)
    monkeypatch.delenv("UV", raising=False)
    monkeypatch.setenv("PATH", f"{CHECKOUT / '.venv' / 'bin'}")
    monkeypatch.setenv(variable, "uv")

    assert command("down") == told


def test_what_a_command_starts_names_the_program_as_it_does(unnamed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CHECKOUT)
    name_program()
    (unnamed / "tapstack").symlink_to(CHECKOUT / ".venv" / "bin" / "tapstack")

    assert command("down") == ".venv/bin/tapstack down"
    assert os.environ.pop(PROGRAM_VARIABLE) == ".venv/bin/tapstack"
    assert hints.command("down") == "tapstack down"


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Every place in the code that names a command line."""
    for file in sorted((CHECKOUT / "shared" / "tapstack").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "command":
                yield f"{file.relative_to(CHECKOUT)}:{node.lineno}", node


def test_no_hint_names_a_verb_or_an_option_that_is_not_there() -> None:
    seen = set()
    for place, call in calls():
        words = [word.value for word in call.args if isinstance(word, ast.Constant) and isinstance(word.value, str)]
        if not words or words[0].startswith("-"):
            continue
        assert words[0] in VERBS, place
        seen.add(words[0])
        found = tapstack.get_command(None, words[0])  # type: ignore[arg-type]
        if isinstance(found, click.Group) and len(words) > 1:
            assert words[1] in found.commands, place
            found = found.commands[words[1]]
        options = {option for each in found.params for option in each.opts} if found else set()
        assert {word for word in words if word.startswith("--")} <= {*options, "--help"}, place
    assert seen >= {"local", "down", "up", "destroy", "contracts", "merchant", "reconcile", "redrive", "explain"}


def test_no_message_names_a_session_of_nox_that_is_not_there() -> None:
    text = (CHECKOUT / "noxfile.py").read_text(encoding="utf-8")
    there = re.findall(r'name=f?"([a-z-]+)|^def ([a-z]+)\(session', text, re.MULTILINE)
    sessions = {name.rstrip("-") for pair in there for name in pair if name}
    for file in sorted((CHECKOUT / "shared" / "tapstack").rglob("*.py")):
        for named in re.findall(r"nox -s ([a-z-]+)", file.read_text(encoding="utf-8")):
            assert named.rstrip("-") in sessions, file


def test_a_count_agrees_with_what_is_counted() -> None:
    assert [counted(number, "dead letter") for number in (0, 1, 2)] == [
        "0 dead letters",
        "1 dead letter",
        "2 dead letters",
    ]


def test_the_nearest_name_is_offered_and_none_that_nobody_could_have_meant() -> None:
    assert nearest("API_edge", ("data", "api-edge")) == "api-edge"
    assert nearest("xyz", ("data", "api-edge")) is None
    assert unknown("layer", "dta", ["data"]) == "unknown layer 'dta': did you mean 'data'? the layers are data"


def test_what_is_long_is_cut_in_a_message() -> None:
    assert quoted("acme\n") == r"'acme\n'"
    assert quoted("x" * 10_000) == f"{'x' * 60!r}… (10000 characters)"
    assert listed([]) == "none yet"
    assert listed("abc") == "a, b, c"
    assert listed(f"m{n}" for n in range(1000)).endswith(", m10, m11, 988 more")
    assert unknown("merchant", "x" * 10_000, ["acme"]).count("x") == 60
