"""The command line as a process of its own: what it imports, where it is called, how it ends, what it prints to."""

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from tapstack.cli.sections import VERBS
from tapstack.layers import LAYERS

HEAVY = {"boto3", "botocore", "httpx", "msgspec", "pulumi", "rich", "yaml"}
IMPORTS = """
import sys
from tapstack.cli.main import main
main({arguments!r})
print(" ".join(sorted({{name.partition(".")[0] for name in sys.modules}})), file=sys.stderr)
"""
TABLE = """
from tapstack.console.table import print_table
print_table(("merchant", "a field with a long name"), [("acme", "a_very_long_field_name_of_an_output " * 4)])
"""
IDS = """
from tapstack.lane.sending import Outcome
from tapstack.lane.summary import print_transactions
from tapstack.lane.transactions_file import Line
reasons = ("amount_over_limit", "card_expired", "foreign_card_high_amount")
print_transactions([Outcome(Line(1000, {}), "acme", "txn_" + "a" * 32, "declined", seconds=10.25, reasons=reasons)])
"""
STEP = """
from tapstack.console.progress import step
with step("merchants", "writing") as current:
    current.result = "acme, globex, initech; webhooks to http://127.0.0.1:57365, and to a good many other places too"
"""
INTERRUPTED = """
import os, signal, sys, time
# Whoever runs the tests in the background has it ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
from tapstack.cli.actions import engine
from tapstack.cli.main import main
def wait():
    print("waiting", flush=True)
    time.sleep(60)
engine.find_engine = wait
sys.exit(main(["engine"]))
"""


def run(*arguments: str, **options: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # type: ignore[call-overload, no-any-return]
        [sys.executable, *arguments], capture_output=True, text=True, encoding="utf-8", check=False, **options
    )


def on_terminal(code: str, columns: int, **environment: str) -> str:
    """Run code on a terminal of so many columns, and give what it shows."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    kept = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "NO_COLOR", "FORCE_COLOR"}}
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**kept, "TERM": "xterm-256color", **environment},
    ):
        os.close(theirs)
        shown = b""
        while True:
            try:
                part = os.read(ours, 4096)
            except OSError:  # how Linux says that nobody is at the other end any more
                part = b""
            if not part:
                break
            shown += part
    os.close(ours)
    return shown.decode("utf-8")


def lines(shown: str) -> list[str]:
    """Give the lines without what moves the cursor and what gives them style."""
    return [re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", line) for line in shown.replace("\r", "\n").split("\n")]


def test_an_id_can_be_copied_from_a_terminal_of_80_columns() -> None:
    shown = lines(on_terminal(IDS, 80))

    assert any(line.split()[1:4] == ["txn_" + "a" * 32, "declined", "10.25"] for line in shown)
    assert max(map(len, shown)) <= 80
    assert max(map(len, lines(on_terminal(IDS, 40)))) <= 40


@pytest.mark.parametrize("arguments", [["--help"], *([verb, "--help"] for verb in VERBS)], ids=" ".join)
def test_help_waits_for_none_of_the_large_libraries(arguments: list[str]) -> None:
    done = run("-c", IMPORTS.format(arguments=arguments))

    assert done.stdout.startswith("Usage: tapstack")
    assert set(done.stderr.split()) & HEAVY == set()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("tapstack pl", ["plan"]),
        ("tapstack plan d", ["data"]),
        ("tapstack plan data ", [layer for layer in LAYERS if layer != "data"]),
        ("tapstack plan --stack l", ["local"]),
        ("tapstack --stack d", ["dev"]),
        ("tapstack merchant r", ["reconcile", "remove", "resume", "rollback", "rotate-key", "rotate-secret"]),
        ("tapstack merchant --st", ["--stack"]),
    ],
)
def test_a_shell_completes_verbs_layers_stacks_and_options(words: str, offered: list[str]) -> None:
    completing = {"COMP_WORDS": words, "COMP_CWORD": f"{words.count(' ')}", "_TAPSTACK_COMPLETE": "bash_complete"}
    code = "import sys; from tapstack.cli.main import main; status = main(); print(*sys.modules, file=sys.stderr)"
    done = run("-c", code, env={**os.environ, **completing})

    assert [line.partition(",")[2] for line in done.stdout.splitlines()] == offered
    assert set(done.stderr.split()) & HEAVY == set()


def test_the_installed_program_works_on_its_own_checkout_from_anywhere(tmp_path: Path) -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("tapstack"), "touched"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.split() == list(LAYERS)


def test_a_reader_that_has_had_enough_is_told_no_error() -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "tapstack", "touched"], stdout=write, stderr=subprocess.PIPE, check=False
    )
    os.close(write)

    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_who_ends_a_command_from_outside_is_told_how_to_go_on(ending: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "waiting\n"
        process.send_signal(ending)
        _, told = process.communicate(timeout=30)

    assert process.returncode == 130
    assert told == ("interrupted; run the same command again to go on, or `.venv/bin/tapstack down` to clear up\n")


def test_a_table_folds_to_the_terminal_and_loses_no_letter() -> None:
    shown = lines(on_terminal(TABLE, 40))

    assert max(map(len, shown)) <= 40
    cells = "".join(line[11:] for line in shown).replace(" ", "")
    assert cells.count("a_very_long_field_name_of_an_output") == 4


def test_a_table_in_a_pipe_has_a_line_for_each_row_and_no_style() -> None:
    shown = run("-c", TABLE, env={**os.environ, "FORCE_COLOR": "1"}).stdout.splitlines()

    assert len(shown) == 2
    assert shown[1] == f"acme       {'a_very_long_field_name_of_an_output ' * 4}".rstrip()
    assert "\x1b" not in "".join(shown)


@pytest.mark.parametrize(("environment", "styled"), [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True)])
def test_without_colours_there_is_no_bold_type_either(environment: dict[str, str], *, styled: bool) -> None:
    shown = on_terminal(TABLE, 80, **environment)

    assert ("\x1b[1m" in shown) == styled
    assert ("\x1b[" in shown) == styled


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_a_step_s_line_fits_the_terminal(columns: int) -> None:
    shown = lines(on_terminal(STEP, columns))

    assert max(map(len, shown)) <= columns
    words = " ".join(" ".join(shown).split())
    assert words.count("good many other places too") == 1
    assert re.search(r"\d+\.\d s", words)
