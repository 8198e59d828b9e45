"""Under another name of the product, nothing that the programs register or export has the old one."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tapstack.checkout import CHECKOUT
from transactions.product import PRODUCT

NAME = "card-ledger"

# Run by the copy's own code: the programs on what the layers before them would export.
_RUN = """
import ast
import json
from support.mocked_program import run_program
from tapstack.layers import BOOTSTRAP, PROJECTS
from support.made_up_contracts import made_up_stacks

settings = {
    BOOTSTRAP: {"repository": "acme/payments", "repositoryOwnerId": 1, "repositoryId": 2},
    "compute": {"functionPlatform": "native"},
}
found = {}
for project in PROJECTS:
    program = run_program(project, settings.get(project, {}), made_up_stacks())
    found[project] = [repr(program.resources), repr(program.outputs)]
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def registered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Project to all that its program registers and exports, as text, in a copy under another name."""
    root = tmp_path_factory.mktemp("renamed")
    ignored = shutil.ignore_patterns("__pycache__", "Pulumi.local.yaml", "simulation")
    for folder in ("policies", "projects", "shared/tapstack", "functions", ".github", "docs", "tests"):
        shutil.copytree(CHECKOUT / folder, root / folder, ignore=ignored)
    for file in ("Pulumi.yaml-template", "pyproject.toml", "uv.lock", "README.md"):
        shutil.copy(CHECKOUT / file, root)
    constant = root / "functions" / "transactions" / "product.py"
    text = constant.read_text(encoding="utf-8")
    constant.write_text(text.replace(f'PRODUCT: Final = "{PRODUCT}"', f'PRODUCT: Final = "{NAME}"'), encoding="utf-8")
    run(root, "-m", "tapstack", "generate")
    found: dict[str, list[str]] = json.loads(run(root, "-c", _RUN).splitlines()[-1])
    return found


def run(root: Path, *arguments: str) -> str:
    searched = os.pathsep.join(f"{root / folder}" for folder in ("shared", "functions", "tests"))
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=root,
        env={**os.environ, "PYTHONPATH": searched},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("project", ["bootstrap", "network", "data", "compute", "api-edge"])
def test_no_resource_and_no_output_has_the_old_name(registered: dict[str, list[str]], project: str) -> None:
    resources, outputs = registered[project]

    assert NAME in resources
    # The packages lie in the checkout's own folder.
    text = f"{resources}{outputs}".replace("/.tapstack/", "/")
    assert re.findall(r"\S*tapstack\S*", text, re.IGNORECASE) == []


def spelt(source: str) -> list[str]:
    """List the texts of a module that hold the product's name; docstrings and names of modules and files may."""
    tree = ast.parse(source)
    docstrings = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    named = re.compile(rf"(?<![/.])\b{PRODUCT}(?![./]| generate)", re.IGNORECASE)
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings
        and named.search(node.value)
    ]


def test_a_name_that_is_spelt_in_a_text_is_seen() -> None:
    assert spelt(
        '"""Of tapstack."""\nx = f"urn:tapstack:{x}"\ny = ["TapStack", "shared/tapstack/a", "tapstack.a"]'
    ) == [
        "urn:tapstack:",
        "TapStack",
    ]


def test_functions_and_programs_spell_the_name_in_one_place_alone() -> None:
    rooms = ("functions", "projects", "shared/tapstack/program", "shared/tapstack/contracts")
    files = [file for room in rooms for file in sorted((CHECKOUT / room).rglob("*.py"))]
    # Written by `generate`, for checkouts that have no such place.
    files = [file for file in files if file.parent.name != "published"]
    files.append(CHECKOUT / "shared" / "tapstack" / "account_names.py")
    found = {f"{file.relative_to(CHECKOUT)}": spelt(file.read_text(encoding="utf-8")) for file in files}

    assert {file: texts for file, texts in found.items() if texts} == {"functions/transactions/product.py": [PRODUCT]}
