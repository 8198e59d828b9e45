"""The four layers as small programs: they export and read the real contracts, and make nothing of any cloud."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tapstack.account_names import project_name
from tapstack.engine.environment import BackendEnvironment
from tapstack.engine.install import find_engine
from tapstack.layers import LAYERS

STACK = "dev"

_PROGRAM = """
import time
from pathlib import Path
from typing import get_args, get_type_hints

from pulumi import Output, get_project
from pulumi.dynamic import CreateResult, Resource, ResourceProvider

from tapstack.account_names import layer_of
from tapstack.contracts.contract import contract_of
from tapstack.layers import BY_NAME

layer, gates = layer_of(get_project()), Path({gates!r})
(gates / f"{{layer}}.reached").touch()
while (gates / f"{{layer}}.closed").exists():
    time.sleep(0.02)


class Provider(ResourceProvider):
    def create(self, props):
        return CreateResult("made", props)


class Thing(Resource):
    def __init__(self, name):
        super().__init__(Provider(), name, {{}})


contract = contract_of(layer)
for upstream in BY_NAME[layer].reads:
    contract_of(upstream).read("{stack}")
Thing({thing!r})
hints = get_type_hints(contract)
examples = dict(bool=True, int=1, str="text")
fields = {{}}
for name, field in contract.schema().items():
    kind = get_args(hints[name])[0] if field.is_output else hints[name]
    example = getattr(kind, "EXAMPLE", None) or examples[kind.__name__]
    fields[name] = kind.of(example) if field.is_output else getattr(kind, "parse", kind)(example)
contract(**fields).export("{stack}")
"""
# A person's shell: the command line on the projects of one folder and the backend of the environment.
_COMMAND = """
import sys
from pathlib import Path
from tapstack.cli import environments
from tapstack.cli.main import main
from tapstack.engine.environment import BackendEnvironment

root = Path(sys.argv.pop(1))
environments.environment_named = lambda name: BackendEnvironment(name, root)
sys.exit(main(sys.argv[1:]))
"""


@dataclass(frozen=True)
class SmallLayers:
    """One person's checkout of the small layers, on a backend.

    Attributes:
        root: the folder with its `projects`.
        variables: the environment of its shell.
    """

    root: Path
    variables: Mapping[str, str]

    @classmethod
    def made(cls, root: Path, backend: str, **variables: str) -> "SmallLayers":
        """Write the programs, each with one resource.

        Args:
            root: the folder to fill.
            backend: the address of the state backend.
            variables: what its shell has beside what the tests run with.
        """
        (root / "gates").mkdir(parents=True)
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PULUMI_"))}
        folders = [*map(str, find_engine().folders), str(Path(sys.executable).parent), inherited["PATH"]]
        ours = {
            "PATH": os.pathsep.join(folders),
            "PULUMI_BACKEND_URL": backend,
            "PULUMI_CONFIG_PASSPHRASE": "small",
            "PULUMI_HOME": str(root / "home"),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        }
        small = cls(root, {**inherited, **ours, **variables})
        for layer in LAYERS:
            folder = root / "projects" / layer
            folder.mkdir(parents=True)
            (folder / "Pulumi.yaml").write_text(
                f"name: {project_name(layer)}\nmain: .\n"
                f"runtime:\n  name: python\n  options:\n    virtualenv: {sys.prefix}\n",
                encoding="utf-8",
            )
            small.write(layer, "thing")
        return small

    def write(self, layer: str, thing: str) -> None:
        """Write a layer's program, whose resource has a name."""
        text = _PROGRAM.format(gates=str(self.root / "gates"), stack=STACK, thing=thing)
        (self.root / "projects" / layer / "__main__.py").write_text(text, encoding="utf-8")

    def environment(self) -> BackendEnvironment:
        """Give the stacks as a test's own process sees them, which needs the shell's variables to work on them."""
        return BackendEnvironment(STACK, self.root)

    def pulumi(self, layer: str, *arguments: str) -> str:
        """Run the engine by hand in a layer's folder; it has to end well."""
        done = subprocess.run(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=self.root / "projects" / layer,
            env={**self.variables},
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start one of the teams' commands."""
        return subprocess.Popen(
            [sys.executable, "-c", _COMMAND, str(self.root), arguments[0], "--stack", STACK, *arguments[1:]],
            env={**self.variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run one of the teams' commands to its end."""
        process = self.start(*arguments)
        out, err = process.communicate()
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    @contextmanager
    def held(self, layer: str, *arguments: str) -> "Iterator[subprocess.Popen[str]]":
        """Start a command and hold it in a layer's program for the length of a `with` block."""
        gate, reached = (self.root / "gates" / f"{layer}.{name}" for name in ("closed", "reached"))
        reached.unlink(missing_ok=True)
        gate.touch()
        process = self.start(*arguments)
        try:
            while not reached.exists():
                assert process.poll() is None, process.communicate()
                time.sleep(0.02)
            yield process
        finally:
            gate.unlink()
            if sys.exc_info()[0]:
                process.kill()
                process.communicate()
