# /// script
# requires-python = ">=3.11"
# dependencies = ["nox>=2026.10"]
# ///
"""What people and CI do with TapStack; `nox -l` lists it.

Sessions run in the project's own environment (`.venv`), so that a session starts as fast as its command.
"""

import runpy
from collections.abc import Callable
from pathlib import Path

import nox

nox.needs_version = ">=2026.10"
nox.options.default_venv_backend = "none"
nox.options.sessions = ["lint", "types", "tests"]

CHECKOUT = Path(__file__).resolve().parent
BIN = CHECKOUT / ".venv" / "bin"
LAYERS = runpy.run_path(str(CHECKOUT / "shared" / "tapstack" / "layers.py"))["LAYERS"]
TESTS = CHECKOUT / "tests"

# After a Ctrl-C the engine finishes what is under way and writes its state.
WIND_UP_SECONDS = 90.0


def run(session: nox.Session, tool: str, *arguments: str, env: dict[str, str] | None = None) -> None:
    """Run a program of the project's environment, its stdout and stderr kept apart."""
    program = BIN / tool
    if not program.exists():
        session.error(f"{program} is not there; make the environment: uv sync")
    session.run(
        str(program), *arguments, env=env, external=True, log=False, stderr=None, interrupt_timeout=WIND_UP_SECONDS
    )


def lane(session: nox.Session, *arguments: str) -> None:
    """Run one of the lane's commands."""
    run(session, "python", "-m", "tapstack_local", *arguments, *session.posargs)


@nox.session
def local(session: nox.Session) -> None:
    """Bring up all four layers on this machine and send transactions through; the lane stays up."""
    lane(session, "local")


@nox.session
def down(session: nox.Session) -> None:
    """Destroy the lane's layers in reverse order and stop what runs."""
    lane(session, "down")


@nox.session
def send(session: nox.Session) -> None:
    """Send transactions from a JSON Lines file or stdin and follow each to its decision: -- [FILE]."""
    lane(session, "send")


@nox.session
def outputs(session: nox.Session) -> None:
    """Print all layers' outputs as one JSON object: -- [--show-secrets]."""
    lane(session, "outputs")


@nox.session
def env(session: nox.Session) -> None:
    """Print what makes `pulumi` by hand work on the lane: eval "$(nox -s env)"."""
    lane(session, "env")


@nox.session
def engine(session: nox.Session) -> None:
    """Find, install or build the Pulumi engine, and say which one it is."""
    lane(session, "engine")


def test_layer(session: nox.Session, layer: str) -> None:
    """Run the tests that carry the layer's name, as a folder or in a file's name."""
    name = layer.replace("-", "_")
    found = sorted({*TESTS.glob(f"*/{name}"), *TESTS.glob(f"*/test_{name}*.py")})
    if not found:
        session.error(f"no folder tests/*/{name} and no file tests/*/test_{name}*.py")
    run(session, "pytest", *map(str, found), *session.posargs)


def add_layer_session(action: str, layer: str, help_text: str, body: Callable[[nox.Session], None]) -> None:
    """Make the session `<action>-<layer>`."""
    body.__doc__ = help_text
    nox.session(name=f"{action}-{layer}")(body)


for name in LAYERS:
    add_layer_session("up", name, f"Deploy {name} into the lane.", lambda s, n=name: lane(s, "up", n))
    add_layer_session("preview", name, f"Tell what up-{name} would change.", lambda s, n=name: lane(s, "preview", n))
    add_layer_session("destroy", name, f"Delete {name} from the lane.", lambda s, n=name: lane(s, "destroy", n))
    add_layer_session("test", name, f"Run the tests of {name}.", lambda s, n=name: test_layer(s, n))


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and layout, and that each Pulumi.yaml is the template filled in."""
    run(session, "ruff", "check", ".")
    run(session, "ruff", "format", "--check", ".")
    run(session, "python", "-m", "tapstack.manifest")


@nox.session
def types(session: nox.Session) -> None:
    """Check types strictly: the shared code, and each project on its own, as their module names repeat."""
    run(session, "mypy", "shared", "functions", "tests", "noxfile.py")
    for layer in LAYERS:
        project = f"projects/{layer}"
        run(session, "mypy", "--cache-dir", f".mypy_cache/{layer}", project, env={"MYPYPATH": project})


@nox.session
def tests(session: nox.Session) -> None:
    """Run all tests, or those that are named: -- [PYTEST ARGUMENTS]."""
    run(session, "pytest", "-n", "auto", *session.posargs)


if __name__ == "__main__":
    nox.main()
