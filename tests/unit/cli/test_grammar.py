"""What is typed, and what is said of what is typed wrong."""

import importlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

from tapstack.checkout import CHECKOUT
from tapstack.cli import environments, parameters, statuses
from tapstack.cli.actions import engine, plan
from tapstack.cli.main import main, tapstack
from tapstack.cli.sections import SECTIONS, VERBS
from tapstack.console.errors import UserError
from tapstack.engine import environment as engine_environment
from tapstack.engine.environment import BackendEnvironment
from tapstack.lane.environment import LaneEnvironment
from tapstack.layers import LAYERS

Captured = pytest.CaptureFixture[str]

ON_A_STACK = {
    "plan": [],
    "up": ["--yes"],
    "destroy": ["--yes"],
    "drift": [],
    "prune-versions": [],
    "outputs": [],
    "graph": [],
    "smoke": [],
    "explain": ["txn_1"],
    "backtest": ["--merchant", "acme"],
    "logs": [],
    "review": ["list"],
    "merchant": ["list"],
    "card": ["show", "tok_4f2a91c7", "--merchant", "acme"],
    "label": ["import", "labels.csv"],
    "webhook": ["endpoint", "acme"],
    "redrive": [],
    "reconcile": [],
    "contracts": [],
}
"""The verbs that work on a stack, each with what it must be given besides."""
LIFE = ("new-layer", "rename-layer", "remove-layer")
"""The verbs of a layer's life."""


def commands() -> dict[str, click.Command]:
    """All commands that there are, each under what is typed for it."""
    context = click.Context(tapstack)
    found: dict[str, click.Command] = {}
    for name in tapstack.list_commands(context):
        found[name] = command = tapstack.get_command(context, name)  # type: ignore[assignment]
        if isinstance(command, click.Group):
            found |= {f"{name} {action}": inner for action, inner in command.commands.items()}
    return found


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The stacks that commands ask for; there is none of them."""
    names: list[str] = []

    def refuse(stack: str) -> Any:
        names.append(stack)
        raise UserError("it is not there")

    monkeypatch.setattr(environments, "environment_named", refuse)
    return names


def test_the_help_shows_every_verb_in_its_section(capsys: Captured) -> None:
    assert main(["--help"]) == 0

    told = capsys.readouterr().out
    words = " ".join(told.split())
    for section in SECTIONS:
        assert f"\n{section.title}:\n" in told
        for verb in section.verbs:
            assert f"{verb.name} {verb.summary}" in words
    assert max(map(len, told.splitlines())) <= 80


def test_there_is_a_module_for_each_row_of_the_table_and_a_row_for_each_module() -> None:
    folder = CHECKOUT / "shared" / "tapstack" / "cli" / "commands"
    modules = {file.stem.replace("_", "-") for file in folder.glob("*.py")} - {"--init--"}

    assert modules == set(VERBS)
    for verb in VERBS.values():
        command = importlib.import_module(verb.module).command
        assert (command.help or "").splitlines()[0] == verb.summary


@pytest.mark.parametrize("typed", commands())
def test_every_command_and_option_has_its_help(typed: str, capsys: Captured) -> None:
    command = commands()[typed]

    assert main([*typed.split(), "--help"]) == 0
    told = capsys.readouterr().out
    assert max(map(len, told.splitlines())) <= 80
    assert command.help
    assert [each.name for each in command.params if isinstance(each, click.Option) and not each.help] == []


def test_the_statuses_are_told_in_the_help(capsys: Captured) -> None:
    main(["--help"])

    told = capsys.readouterr().out
    for name in ("DONE", "ERROR", "FOUND", "USAGE", "INTERRUPTED", "PIPE_CLOSED"):
        assert f"{getattr(statuses, name)} " in told


def test_the_version_is_the_product_s(capsys: Captured) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == "tapstack 0.1.0\n"


@pytest.mark.parametrize("verb", ON_A_STACK)
def test_a_stack_may_stand_before_and_after_the_verb(verb: str, asked: list[str], capsys: Captured) -> None:
    assert main(["--stack", "dev", verb, *ON_A_STACK[verb]]) == 1
    assert main([verb, *ON_A_STACK[verb], "--stack", "dev"]) == 1
    assert asked == ["dev", "dev"]
    assert capsys.readouterr().err == "error: it is not there\n" * 2


@pytest.mark.parametrize("verb", [verb for verb in ON_A_STACK if verb != "contracts"])
def test_without_a_stack_it_is_the_lane_s(verb: str, asked: list[str]) -> None:
    assert main([verb, *ON_A_STACK[verb]]) == 1
    assert asked == ["local"]


def test_a_stack_may_stand_between_a_verb_and_its_action(asked: list[str]) -> None:
    assert main(["merchant", "--stack", "dev", "list"]) == 1
    assert asked == ["dev"]


def test_one_stack_at_a_time(asked: list[str], capsys: Captured) -> None:
    assert main(["--stack", "dev", "plan", "--stack", "prod"]) == 64
    assert asked == []
    assert capsys.readouterr().err.startswith("error: --stack is given twice, as dev and as prod; see: ")


@pytest.mark.parametrize(
    ("verb", "where"),
    [
        *((verb, "the lane alone") for verb in ("local", "down", "send", "env", "engine")),
        *((verb, "the checkout, not on a stack") for verb in ("touched", *LIFE)),
    ],
)
def test_a_verb_that_works_on_no_stack_says_so(verb: str, where: str, capsys: Captured) -> None:
    assert main(["--stack", "dev", verb]) == 64
    assert capsys.readouterr().err.startswith(f"error: {verb} works on {where}; leave --stack dev out; see: ")


def test_every_verb_works_on_a_stack_on_the_lane_or_on_the_checkout() -> None:
    alone = {"local", "down", "send", "env", "engine", "touched", *LIFE, "generate"}

    assert ON_A_STACK.keys() | alone == VERBS.keys()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["pln"], "unknown command 'pln': did you mean 'plan'? the commands are local, "),
        (["merchant", "shwo"], "unknown command 'shwo': did you mean 'show'? the commands are "),
        (["frobnicate"], "unknown command 'frobnicate': the commands are local, "),
        (["plan", "--jsn"], "no such option '--jsn': did you mean --json"),
        (["plan", "datta"], f"unknown layer 'datta': did you mean 'data'? the layers are {', '.join(LAYERS)}\n"),
        (["plan", "dev"], "'dev' is a stack and no layer; write: --stack dev\n"),
        (["plan", "--json", "--markdown"], "--json and --markdown exclude each other; see: "),
        (["contracts", "--json", "--quiet"], "--json and --quiet exclude each other; see: "),
        (["plan", "--since"], "option '--since' requires an argument; see: .venv/bin/tapstack plan --help\n"),
        (["engine", "more"], "got unexpected extra argument (more); see: .venv/bin/tapstack engine --help\n"),
    ],
)
def test_what_is_typed_wrong_is_one_line_and_status_64(arguments: list[str], told: str, capsys: Captured) -> None:
    assert main(arguments) == 64

    error = capsys.readouterr().err
    assert error.startswith(f"error: {told}") or f"error: {told}".rstrip("\n") in error
    assert error.count("\n") == 1


@pytest.mark.parametrize("verb", ON_A_STACK)
def test_an_unknown_stack_is_named_before_any_backend_is_asked(
    verb: str, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setattr(engine_environment, "find_engine", pytest.fail)

    assert main([verb, *ON_A_STACK[verb], "--stack", "lcoal"]) == 1
    assert capsys.readouterr().err == (
        "error: unknown stack 'lcoal': did you mean 'local'? the stacks are local, dev, prod; a new one begins with "
        "the settings of its layers: projects/<layer>/Pulumi.lcoal.yaml\n"
    )


def test_a_stack_is_known_by_the_settings_of_a_layer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "projects" / "data").mkdir(parents=True)
    (tmp_path / "projects" / "data" / "Pulumi.blue.yaml").touch()
    monkeypatch.setattr(parameters, "CHECKOUT", tmp_path)

    assert parameters.stacks() == ["local", "blue"]
    assert isinstance(environments.environment_named("blue"), BackendEnvironment)
    assert isinstance(environments.environment_named("local"), LaneEnvironment)
    with pytest.raises(UserError, match="unknown stack 'dev'"):
        environments.environment_named("dev")


@pytest.fixture
def no_backend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: Callable[[Path, str], Path]) -> None:
    """An engine that no backend answers."""
    refuse = 'case "$1" in version) echo v3.200.0;; *) echo "error: no credentials" >&2; exit 255;; esac'
    script(tmp_path / "bin" / "pulumi", refuse)
    script(tmp_path / "bin" / "pulumi-language-python", "exit 0")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")


@pytest.mark.usefixtures("no_backend")
@pytest.mark.parametrize("verb", ON_A_STACK)
def test_every_verb_finds_the_same_engine_and_says_the_same_of_a_backend_that_does_not_answer(
    verb: str, tmp_path: Path, capsys: Captured
) -> None:
    assert main([verb, *ON_A_STACK[verb], "--stack", "dev"]) == 1

    told = capsys.readouterr()
    engine_line, error = told.err.splitlines()
    assert told.out == ""
    assert engine_line.split()[:4] == ["engine", "pulumi", "3.200.0,", "on"]
    assert error == (
        "error: network: the state backend of stack 'dev' cannot be read: no credentials; set PULUMI_BACKEND_URL, or "
        "run `pulumi login <url>`, and see that its credentials are in this shell"
    )


@pytest.mark.parametrize(
    ("status", "verb"), [(0, "engine"), (2, "plan")], ids=["what a verb returns", "what it has found"]
)
def test_the_status_is_the_verb_s(status: int, verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (engine, plan):
        monkeypatch.setattr(module, verb, lambda *_, **__: status, raising=False)

    assert main([verb]) == status


def test_the_layers_are_handed_on_in_the_order_they_are_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[Any] = []
    monkeypatch.setattr(plan, "plan", lambda *arguments, **options: heard.append((arguments, options)))

    assert main(["plan", "compute", "data", "--json", "--since", "main"]) == 0
    options = {"since": "main", "at": None, "as_json": True, "markdown": False, "saved": None}
    assert heard == [(("local", ("compute", "data")), options)]


def test_what_is_printed_as_json_is_nothing_else(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    assert main(["touched", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == list(LAYERS)
