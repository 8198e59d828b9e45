"""The examples as a merchant runs them: each receiver in a process of its own, made from the files as they are."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pytest

from tapstack.checkout import CHECKOUT

EXAMPLES = CHECKOUT / "examples"
NPM_SECONDS = 240


@dataclass(frozen=True)
class Running:
    """A receiver that listens at `url`; what it prints comes from `output`, one line for each delivery."""

    url: str
    output: IO[str]


Start = Callable[[str], "Running"]


@contextmanager
def running(command: list[str], secrets: str) -> Iterator[Running]:
    """Run a receiver until the block ends."""
    environment = {**os.environ, "WEBHOOK_SECRET": secrets, "PORT": "0"}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            first = process.stdout.readline()
            assert first.startswith("listening on http://127.0.0.1:"), first
            yield Running(first.removeprefix("listening on ").strip(), process.stdout)
        finally:
            process.kill()


@pytest.fixture(scope="session")
def node_receiver(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install what the lock file names and compile the receiver, in a folder of the tests' own."""
    for tool in ("node", "npm"):
        assert shutil.which(tool), f"{tool} is not on PATH; install Node.js 20 or newer: the examples are run with it"
    folder = tmp_path_factory.mktemp("typescript")
    source = EXAMPLES / "webhook-receiver" / "typescript"
    for name in ("package.json", "package-lock.json", "tsconfig.json", "receiver.ts"):
        shutil.copy(source / name, folder)
    for command in (["npm", "ci", "--no-audit", "--no-fund"], ["npm", "run", "build"]):
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=NPM_SECONDS, check=False)
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
    return folder / "build" / "receiver.js"


@pytest.fixture(params=["python", "typescript"])
def command(request: pytest.FixtureRequest) -> list[str]:
    """The command that starts a receiver."""
    if request.param == "python":
        return [sys.executable, f"{EXAMPLES / 'webhook-receiver' / 'python' / 'receiver.py'}"]
    return ["node", f"{request.getfixturevalue('node_receiver')}"]
