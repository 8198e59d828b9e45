# /// script
# requires-python = ">=3.11"
# dependencies = ["nox>=2026.10"]
# ///
"""What people and CI do with TapStack; `nox -l` lists it.

Sessions run in the project's own environment (`.venv`), so that a session starts as fast as its command.
"""

import runpy
import secrets
from pathlib import Path

import nox

nox.needs_version = ">=2026.10"
nox.options.default_venv_backend = "none"
nox.options.sessions = ["lint", "types", "tests"]

CHECKOUT = Path(__file__).resolve().parent
BIN = CHECKOUT / ".venv" / "bin"
DECLARED = runpy.run_path(str(CHECKOUT / "shared" / "tapstack" / "layers.py"))
LAYERS = DECLARED["LAYERS"]
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


def tapstack(session: nox.Session, *arguments: str) -> None:
    """Run a command of the product; a status of its own, such as that of drift, is the session's failure."""
    run(session, "tapstack", *arguments, *session.posargs)


@nox.session
def local(session: nox.Session) -> None:
    """Bring up all layers on this machine and send transactions through; the lane stays up."""
    tapstack(session, "local")


@nox.session
def down(session: nox.Session) -> None:
    """Destroy the lane's layers in reverse order and stop what runs."""
    tapstack(session, "down")


def add_layer(layer: str) -> None:
    """Make the four sessions of a layer."""

    @nox.session(name=f"up-{layer}")
    def up(session: nox.Session) -> None:
        """Deploy the layer, into the lane unless told otherwise: -- [--stack NAME]."""
        tapstack(session, "up", layer)

    @nox.session(name=f"preview-{layer}")
    def preview(session: nox.Session) -> None:
        """Tell what deploying the layer would change: -- [--stack NAME]."""
        tapstack(session, "plan", layer)

    @nox.session(name=f"destroy-{layer}")
    def destroy(session: nox.Session) -> None:
        """Delete the layer's resources: -- [--stack NAME]."""
        tapstack(session, "destroy", layer)

    @nox.session(name=f"test-{layer}")
    def test(session: nox.Session) -> None:
        """Run the tests of the layer's contract, and those that carry its name, as a folder's or a file's."""
        name = layer.replace("-", "_")
        found = sorted({*TESTS.glob(f"*/{name}"), *TESTS.glob(f"*/test_{name}*.py")})
        if not found:
            session.error(f"no folder tests/*/{name} and no file tests/*/test_{name}*.py")
        run(session, "pytest", "-q", f"{TESTS / 'contracts'}", "-k", f"[{layer}]")
        run(session, "pytest", *map(str, found), *session.posargs)


for layer_name in LAYERS:
    add_layer(layer_name)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, directions, contracts, workflows, and that what is made from code is as the code has it."""
    run(session, "ruff", "check", ".")
    run(session, "ruff", "format", "--check", ".")
    run(session, "lint-imports", "--no-cache", "--no-logo")
    run(session, "tapstack", "generate", "--check")
    run(session, "tapstack", "contracts", "--quiet")
    # Runs each program on mocks: what it executes and opens is in the footprint that plans and workflows go by.
    run(session, "pytest", "-q", f"{TESTS / 'unit' / 'deploy' / 'test_footprint.py'}")
    run(session, "python", "-m", "tapstack.deploy.actionlint")
    run(session, "python", "-m", "tapstack.deploy.apilint")
    run(session, "zizmor", "--offline", "--quiet", "--strict-collection", ".github")


@nox.session
def generate(session: nox.Session) -> None:
    """Write what is made from code, all of it that needs no lane or what is named: -- [NAME...] [--check]."""
    tapstack(session, "generate")


@nox.session
def types(session: nox.Session) -> None:
    """Check types strictly: the shared code; policies and each project on their own, as their module names repeat."""
    run(session, "mypy", "shared", "functions", "tests", "noxfile.py")
    for folder in ("policies", *(f"projects/{project}" for project in DECLARED["PROJECTS"])):
        run(session, "mypy", folder, env={"MYPYPATH": folder})


@nox.session
def tests(session: nox.Session) -> None:
    """Run all tests, or those that are named: -- [PYTEST ARGUMENTS]."""
    run(session, "pytest", "-n", "auto", *session.posargs)


@nox.session
def hostile(session: nox.Session) -> None:
    """Send what nobody would send to the handlers and the deployed API: -- [--inputs 20000] [--seed N]."""
    much = ["--inputs", "20000", "--seed", f"{secrets.randbelow(2**32)}"]
    run(session, "pytest", "-q", "--capture=no", f"{TESTS / 'hostile'}", *much, *session.posargs)


def among_tests(session: nox.Session, module: str) -> None:
    """Run a program that lies among the tests."""
    run(session, "python", "-m", module, *session.posargs, env={"PYTHONPATH": str(TESTS)})


@nox.session
def story(session: nox.Session) -> None:
    """Run the story of an output that is renamed, as docs/renaming-an-output.md tells it."""
    among_tests(session, "story")


@nox.session
def simulate(session: nox.Session) -> None:
    """Simulate the whole system under faults, deterministically: -- [--steps N] [--seed N]."""
    among_tests(session, "simulation")


@nox.session
def replays(session: nox.Session) -> None:
    """Decide 100,000 transactions again that the model has decided, and time a million: -- [--decided N]."""
    among_tests(session, "simulation.replays")


@nox.session
def mutants(session: nox.Session) -> None:
    """Put deliberate bugs into the functions, and see that the simulation finds each."""
    among_tests(session, "simulation.mutants")


@nox.session
def mutation(session: nox.Session) -> None:
    """Change the functions in every small way, and see that a test tells: -- [FILES...] [--steps N] [--again]."""
    among_tests(session, "mutation")


@nox.session(name="second-opinion")
def second_opinion(session: nox.Session) -> None:
    """Hold the lane's emulator against moto, call by call, and take the layers up and down on moto."""
    among_tests(session, "second_opinion")


@nox.session
def interruptions(session: nox.Session) -> None:
    """Cut up, plan, drift and destroy at random calls, and run each again: -- [--seed N] [--moments 30] [--layer X]."""
    among_tests(session, "interruptions")


@nox.session
def growth(session: nox.Session) -> None:
    """Measure what grows with the merchants, on a lane and on the model: -- [--merchants 1000] [--on-model 10000]."""
    among_tests(session, "growth")


@nox.session
def bench(session: nox.Session) -> None:
    """Measure what the functions cost beside a bare call of the SDK, and print the figures: -- [--page]."""
    among_tests(session, "bench")


if __name__ == "__main__":
    nox.main()
