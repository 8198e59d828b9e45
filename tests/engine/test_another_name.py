"""A checkout that is made somebody's own: under another name of the product, nothing of an account has the old one."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from support.scratch_checkout import ScratchCheckout, scratch_checkout
from tapstack.layers import LAYERS, PROJECTS
from transactions.product import PRODUCT

NAME = "card-ledger"

# The Python packages, the command, the checkout's own folder and the engine's cache keep their names.
_KEPT = re.compile(
    r"shared/tapstack/|\.tapstack/|/tapstack/engine/|\.venv/bin/tapstack |-m tapstack\b"
    r"|<!-- tapstack plan: |; after a change: tapstack "
)

# Run by the copy's own Python. The bootstrap comes first, and its boundary is on every role that a layer makes.
_DEPLOY = """
import json
from tapstack.account_names import boundary_name
from tapstack.lane.lane import Lane
from tapstack.layers import BOOTSTRAP, LAYERS, PROJECTS

lane = Lane()
with lane.locked("a test"):
    lane.start()
    lane.stack(BOOTSTRAP).up()
    for layer in LAYERS:
        lane.stack(layer).init()
        lane.stack(layer).command("config", "set", "permissionsBoundary", boundary_name("local"))
        lane.stack(layer).up()
    found = {
        project: {
            "state": lane.stack(project).command("stack", "export", "--show-secrets"),
            "outputs": lane.stack(project).outputs(),
        }
        for project in PROJECTS
    }
print(json.dumps(found))
"""


@dataclass(frozen=True)
class Deployed:
    """The copy, and what is deployed from it: project to its state, as text, and its outputs."""

    checkout: ScratchCheckout
    states: dict[str, str]
    outputs: dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def renamed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """A copy of the checkout under another name, the bootstrap and all layers deployed into a lane of its own."""
    checkout = scratch_checkout(tmp_path_factory.mktemp("renamed"))
    constant = checkout.root / "functions" / "transactions" / "product.py"
    text = constant.read_text(encoding="utf-8")
    constant.write_text(text.replace(f'PRODUCT: Final = "{PRODUCT}"', f'PRODUCT: Final = "{NAME}"'), encoding="utf-8")
    checkout.python("-m", "tapstack", "generate")
    try:
        found = json.loads(checkout.python("-c", _DEPLOY).stdout.splitlines()[-1])
        yield Deployed(
            checkout,
            {project: each["state"] for project, each in found.items()},
            {project: each["outputs"] for project, each in found.items()},
        )
    finally:
        checkout.python("-m", "tapstack", "down", "--force")


def old_names(text: str) -> list[str]:
    """List what has the old name, in whatever letters, but for what keeps it."""
    return re.findall(r"\S*tapstack\S*", _KEPT.sub("", text), re.IGNORECASE)


def test_the_old_name_is_found_where_it_stands() -> None:
    assert old_names("a TapStack-x and arn:aws:iam::1:role/tapstack-deploy-data, shared/tapstack/layers.py") == [
        "TapStack-x",
        "arn:aws:iam::1:role/tapstack-deploy-data,",
    ]


@pytest.mark.parametrize("project", PROJECTS)
def test_no_state_and_no_output_has_the_old_name(renamed: Deployed, project: str) -> None:
    assert old_names(renamed.states[project]) == []
    assert old_names(json.dumps(renamed.outputs[project])) == []
    assert f"{NAME}-local-" in renamed.states[project] or project == "bootstrap"


def test_what_an_environment_needs_first_has_the_new_name(renamed: Deployed) -> None:
    outputs = renamed.outputs["bootstrap"]

    assert outputs["permissions_boundary"] == f"{NAME}-local-boundary"
    assert outputs["key_alias"] == f"alias/{NAME}-local-state"
    assert outputs["state_bucket"].startswith(f"{NAME}-local-state-")
    assert outputs["deploy_role_arns"]["data"].endswith(f":role/{NAME}-local-deploy-data")


def test_no_workflow_has_the_old_name_and_each_takes_on_a_role_that_there_is(renamed: Deployed) -> None:
    workflows = sorted((renamed.checkout.root / ".github" / "workflows").glob("*.yml"))
    texts = {file.name: file.read_text(encoding="utf-8") for file in workflows}
    made = renamed.outputs["bootstrap"]
    arns = [arn for purpose in ("deploy", "drift", "preview") for arn in made[f"{purpose}_role_arns"].values()]
    roles = {arn.rpartition("/")[2] for arn in arns}

    assert {name: found for name, text in texts.items() if (found := old_names(text))} == {}
    jobs = [job for text in texts.values() for job in yaml.safe_load(text)["jobs"].values()]
    named = {job["with"]["role"] for job in jobs if "role" in job.get("with", {})}
    # The lane's stack is no stack of the workflows.
    stack = re.compile(r"\$\{\{ (matrix\.stack|inputs\.stack \|\| 'dev') \}\}|(?<=-)dev(?=-)")
    of_lane = {stack.sub("local", role) for role in named}
    assert {role.replace("${{ matrix.layer }}", layer) for role in of_lane for layer in LAYERS} == roles


def test_no_file_of_a_stack_or_a_project_has_the_old_name(renamed: Deployed) -> None:
    files = sorted((renamed.checkout.root / "projects").glob("*/Pulumi*.yaml"))
    found = {f"{file}": old_names(file.read_text(encoding="utf-8")) for file in files}

    assert len(files) >= 4 * len(PROJECTS)
    assert {name: words for name, words in found.items() if words} == {}


def test_the_checks_of_what_is_made_from_code_pass(renamed: Deployed) -> None:
    renamed.checkout.python("-m", "tapstack", "generate", "--check")
    renamed.checkout.python("-m", "tapstack", "contracts", "--quiet")
