"""The files that a new layer begins with, and the line of the table that makes it one."""

import json
from pathlib import Path
from string import Template
from typing import Any, Final

import yaml

from tapstack.deploy.github.workflows import STACK
from tapstack.deploy.scaffold.layer import NewLayer
from tapstack.layers import TABLE
from transactions.product import PRODUCT

_TEMPLATES: Final = Path(__file__).with_name("templates")


def render(layer: NewLayer, root: Path) -> dict[str, str]:
    """Make the files for a new layer of the checkout at `root`: path below it to text."""
    project = f"projects/{layer.name}"
    table = (root / TABLE).read_text(encoding="utf-8").rstrip("\n")
    return {
        TABLE: f"{table}\n\n{_entry(layer)}",
        f"shared/tapstack/contracts/{layer.module}.py": _fill("contract.py", layer),
        f"{project}/__main__.py": _main(layer),
        f"{project}/settings.py": _fill("settings.py", layer),
        f"{project}/event_log.py": _fill("event_log.py", layer),
        **{f"{project}/Pulumi.{stack}.yaml": text for stack, text in _stacks(layer, root).items()},
        f"tests/unit/test_{layer.module}.py": _fill("test.py", layer),
    }


def _entry(layer: NewLayer) -> str:
    # A JSON list of texts is a TOML one.
    return f"[{layer.name}]\nreads = {json.dumps(layer.reads)}\nowners = {json.dumps(layer.owners)}\n"


def _main(layer: NewLayer) -> str:
    upstream = [NewLayer(name, (), ()) for name in layer.reads]
    contracts = {f"tapstack.contracts.{each.module}": f"{each.kind}Contract" for each in (layer, *upstream)}
    imports = {
        "event_log": "make_event_log",
        "settings": f"{layer.kind}Settings",
        "tapstack.contracts.types": "Arn, Name",
        "tapstack.program.opening": "open_layer",
        **contracts,
    }
    reads = [f"{each.module} = {each.kind}Contract.read(settings.environment_suffix)\n" for each in upstream]
    if reads:
        reads.insert(0, "# What it takes of them names this layer in the contracts' `read_by`.\n")
    return _fill(
        "main.py",
        layer,
        upstream="upstream contracts, " if upstream else "",
        imports="\n".join(f"from {module} import {names}" for module, names in sorted(imports.items())),
        reads="".join(reads),
    )


def _stacks(layer: NewLayer, root: Path) -> dict[str, str]:
    """Make settings for each stack that an existing layer has, for the same region and environment."""
    made = {}
    for file in sorted((root / "projects").glob("*/Pulumi.*.yaml")):
        stack = file.name.split(".")[1]
        config: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))["config"]
        suffix = next((value for key, value in config.items() if key.endswith(":environmentSuffix")), None)
        if stack != "local" and suffix is not None and "aws:region" in config:
            retention = "7" if stack == STACK else "90"
            made[stack] = _fill(
                "stack.yaml", layer, region=f"{config['aws:region']}", suffix=f"{suffix}", retention=retention
            )
    return made


def _fill(template: str, layer: NewLayer, **values: str) -> str:
    text = Template((_TEMPLATES / f"{template}-template").read_text(encoding="utf-8"))
    return text.substitute(layer=layer.name, module=layer.module, kind=layer.kind, product=PRODUCT, **values)
