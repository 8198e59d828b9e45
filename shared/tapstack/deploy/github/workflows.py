"""The workflows that name layers: a preview for each, and the deployment and the search for drift of all."""

import string
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from tapstack.account_names import pipeline_role, smoke_role
from tapstack.deploy.footprint import Footprint
from tapstack.layers import Layer

STACK: Final = "dev"
"""The stack that pull requests are previewed against, and that a push to `main` deploys."""

_TEMPLATES: Final = Path(__file__).with_name("templates")
_FOLDER: Final = ".github/workflows"
_MADE: Final = "# Made from projects/layers.toml"
"""How the first line of each template begins."""


class _Template(string.Template):
    """Leaves GitHub's own `${{ … }}` alone."""

    delimiter = "%%"


def preview_file(layer: str) -> str:
    """Name the file of a layer's preview."""
    return f"{_FOLDER}/{layer}.yml"


def made_earlier(root: Path) -> list[str]:
    """List the workflows of the checkout at `root` that say of themselves that they are made from the layers."""
    files = sorted((root / _FOLDER).glob("*.yml"))
    return [f"{_FOLDER}/{file.name}" for file in files if file.read_text(encoding="utf-8").startswith(_MADE)]


def render(layers: Sequence[Layer], footprints: Mapping[str, Footprint], root: Path) -> dict[str, str]:
    """Make the workflows for the layers of the checkout at `root`: path below it to text."""
    stacks = _stacks(layers, root)
    return {
        **{preview_file(layer.name): _preview(footprints[layer.name]) for layer in layers},
        f"{_FOLDER}/deploy.yml": _fill(
            "deploy.yml",
            stack=STACK,
            stacks=", ".join(stacks),
            jobs="".join(_deploy_job(layer) for layer in layers).strip("\n"),
        ),
        f"{_FOLDER}/drift.yml": _fill(
            "drift.yml",
            quoted_stacks=", ".join(f'"{stack}"' for stack in stacks),
            layers=", ".join(layer.name for layer in layers),
            role=pipeline_role("${{ matrix.stack }}", "drift", "${{ matrix.layer }}"),
        ),
    }


def _preview(footprint: Footprint) -> str:
    paths = "\n".join(f"      - {glob}" for glob in footprint.globs)
    return _fill(
        "preview.yml",
        layer=footprint.layer,
        stack=STACK,
        paths=paths,
        role=pipeline_role(STACK, "preview", footprint.layer),
    )


def _deploy_job(layer: Layer) -> str:
    stack = f"${{{{ inputs.stack || '{STACK}' }}}}"
    return _fill(
        "deploy-job.yml",
        layer=layer.name,
        stack=STACK,
        needs=", ".join(("touched", *layer.reads)),
        role=pipeline_role(stack, "deploy", layer.name),
        # What looks for drift on `main` is what may look at a layer there, and changes nothing.
        reading_role=pipeline_role(stack, "drift", layer.name),
        smoke_role=smoke_role(stack),
    )


def _stacks(layers: Sequence[Layer], root: Path) -> list[str]:
    """Name the stacks that every layer has settings for; the lane's own are in no commit."""
    of_layers = [
        {path.name.split(".")[1] for path in (root / "projects" / layer.name).glob("Pulumi.*.yaml")} - {"local"}
        for layer in layers
    ]
    return sorted(set.intersection(*of_layers))


def _fill(template: str, **values: str) -> str:
    return _Template((_TEMPLATES / template).read_text(encoding="utf-8")).substitute(values)
