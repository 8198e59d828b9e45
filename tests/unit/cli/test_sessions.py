"""What nox keeps, each a thin call of the command line."""

import re
import subprocess
import sys

import pytest

from tapstack.checkout import CHECKOUT
from tapstack.cli.sections import VERBS
from tapstack.layers import LAYERS


@pytest.fixture(scope="module")
def sessions() -> set[str]:
    done = subprocess.run(
        [sys.executable, "-m", "nox", "--list"], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    return set(re.findall(r"^[-*] (\S+)", done.stdout, re.MULTILINE))


def test_each_layer_has_its_four_sessions(sessions: set[str]) -> None:
    assert {f"{action}-{layer}" for action in ("up", "preview", "destroy", "test") for layer in LAYERS} <= sessions


def test_no_verb_is_a_session_too_but_for_those_the_project_is_known_by(sessions: set[str]) -> None:
    assert sessions & VERBS.keys() <= {"local", "down", "generate"}
    assert {"local", "down", "lint", "types", "tests"} <= sessions
