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


def lane(session: nox.Session, *arguments: str) -> None:
    """Run one of the lane's commands."""
    run(session, "python", "-m", "tapstack.cli.lane", *arguments, *session.posargs)


def operator(session: nox.Session, *arguments: str) -> None:
    """Run one of the operators' commands."""
    run(session, "python", "-m", "tapstack.cli.operate", *arguments, *session.posargs)


def delivery(session: nox.Session, *arguments: str) -> None:
    """Run one of the teams' commands."""
    run(session, "python", "-m", "tapstack.cli.deploy", *arguments, *session.posargs)


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


@nox.session
def merchant(session: nox.Session) -> None:
    """Set merchants up, suspend them, rotate their secrets: -- add FILE | set FILE | show ID | list | --help."""
    operator(session, "merchant")


@nox.session
def explain(session: nox.Session) -> None:
    """Explain a decision, rule by rule, and apply the rules again: -- TRANSACTION_ID [--json] [--stack NAME]."""
    operator(session, "explain")


@nox.session
def redrive(session: nox.Session) -> None:
    """Send notifications that could not be delivered again: -- [--merchant ID] [--dry-run] [--stack NAME]."""
    operator(session, "redrive")


@nox.session
def reconcile(session: nox.Session) -> None:
    """Find transactions that are stuck or not told of: -- [--fix [--dry-run]] [--older-than SECONDS] [--stack NAME]."""
    operator(session, "reconcile")


@nox.session(name="new-layer")
def new_layer(session: nox.Session) -> None:
    """Make a new layer: -- NAME [--reads LAYER,…] [--owner @TEAM]."""
    delivery(session, "new-layer")


@nox.session
def touched(session: nox.Session) -> None:
    """Name the layers that use a file which has changed: -- --since REV [--downstream] [--json]."""
    delivery(session, "touched")


@nox.session
def plan(session: nox.Session) -> None:
    """Tell what a deployment would change, layer by layer: -- STACK [LAYER...] [--since REV] [--json | --markdown]."""
    delivery(session, "plan")


@nox.session
def up(session: nox.Session) -> None:
    """Deploy layers in order, or go on after a failure: -- STACK [LAYER...] [--since REV] [--yes]."""
    delivery(session, "up")


@nox.session
def destroy(session: nox.Session) -> None:
    """Delete layers in reverse order, none that another still reads: -- STACK [LAYER...] [--yes]."""
    delivery(session, "destroy")


@nox.session
def drift(session: nox.Session) -> None:
    """Compare state, cloud and program, and find stale references: -- STACK [LAYER...] [--json]."""
    delivery(session, "drift")


@nox.session
def graph(session: nox.Session) -> None:
    """Draw layers, contracts, resources and what crosses borders, from the state: -- [--output FOLDER | --readme]."""
    delivery(session, "graph")


@nox.session
def contracts(session: nox.Session) -> None:
    """Show who reads whose outputs, and what a change breaks: -- [--write] [--stack NAME] [--base REV] [--json]."""
    delivery(session, "contracts")


def add_layer(layer: str) -> None:
    """Make the four sessions of a layer."""

    @nox.session(name=f"up-{layer}")
    def up(session: nox.Session) -> None:
        """Deploy the layer into the lane."""
        delivery(session, "up", "local", layer)

    @nox.session(name=f"preview-{layer}")
    def preview(session: nox.Session) -> None:
        """Tell what deploying the layer would change."""
        delivery(session, "plan", "local", layer)

    @nox.session(name=f"destroy-{layer}")
    def destroy(session: nox.Session) -> None:
        """Delete the layer's resources from the lane."""
        delivery(session, "destroy", "local", layer)

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
    """Check style, contracts, workflows, and that what is made from code is as the code has it."""
    run(session, "ruff", "check", ".")
    run(session, "ruff", "format", "--check", ".")
    run(session, "python", "-m", "tapstack.generate.manifest")
    run(session, "python", "-m", "tapstack.generate.openapi")
    run(session, "python", "-m", "tapstack.cli.deploy", "contracts", "--quiet")
    run(session, "python", "-m", "tapstack.deploy.github")
    run(session, "python", "-m", "tapstack.deploy.actionlint")
    run(session, "zizmor", "--offline", "--quiet", "--strict-collection", ".github")


@nox.session
def types(session: nox.Session) -> None:
    """Check types strictly: the shared code, and each project on its own, as their module names repeat."""
    run(session, "mypy", "shared", "functions", "tests", "noxfile.py")
    for project in DECLARED["PROJECTS"]:
        run(session, "mypy", f"projects/{project}", env={"MYPYPATH": f"projects/{project}"})


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
    """Run the story of an output that is renamed, as docs/renaming-an-output.md tells it: -- [--write]."""
    among_tests(session, "story")


@nox.session
def simulate(session: nox.Session) -> None:
    """Simulate the whole system under faults, deterministically: -- [--steps N] [--seed N]."""
    among_tests(session, "simulation")


@nox.session
def mutants(session: nox.Session) -> None:
    """Put deliberate bugs into the functions, and see that the simulation finds each."""
    among_tests(session, "simulation.mutants")


if __name__ == "__main__":
    nox.main()
