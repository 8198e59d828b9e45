"""`Pulumi.yaml` of each layer: `Pulumi.yaml-template` filled in with the layer's name, description and settings.

Run as `python -m tapstack.manifest` it names the files that have drifted from the template and from the settings
dataclasses, and ends with status 1; with `--write` it writes them.
"""

import argparse
import json
import runpy
import sys
from pathlib import Path
from string import Template
from typing import Final

import yaml

from tapstack.checkout import CHECKOUT
from tapstack.layers import LAYERS, project_name
from tapstack.settings import LayerSettings

TEMPLATE: Final = "Pulumi.yaml-template"


def render(layer: str, root: Path = CHECKOUT) -> str:
    """Fill in the template for one layer of the tree at `root`.

    Raises:
        LookupError: the layer's `settings.py` holds no settings dataclass.
        KeyError, ValueError: the template has a placeholder that nothing fills, or a stray `$`.
    """
    module = runpy.run_path(str(root / "projects" / layer / "settings.py"))
    settings = next(
        (
            kind
            for kind in module.values()
            if isinstance(kind, type) and issubclass(kind, LayerSettings) and kind is not LayerSettings
        ),
        None,
    )
    if settings is None:
        raise LookupError(f"projects/{layer}/settings.py has no dataclass derived from LayerSettings")
    config = yaml.safe_dump({"config": settings.schema()}, sort_keys=False, allow_unicode=True, width=120)
    # A JSON string is a YAML string whatever stands in it.
    description = json.dumps((module["__doc__"] or "").strip().splitlines()[0], ensure_ascii=False)
    text = Template((root / TEMPLATE).read_text(encoding="utf-8"))
    return text.substitute(name=project_name(layer), description=description, config=config.rstrip("\n"))


def drifted(root: Path = CHECKOUT) -> list[str]:
    """List the layers whose `Pulumi.yaml` is missing or differs from the template filled in."""
    return [layer for layer in LAYERS if _read(_path(layer, root)) != render(layer, root)]


def _path(layer: str, root: Path) -> Path:
    return root / "projects" / layer / "Pulumi.yaml"


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def main(arguments: list[str] | None = None) -> int:
    """Check or write the four files; the status is 1 where a check found drift."""
    parser = argparse.ArgumentParser(prog="python -m tapstack.manifest", description="Check each layer's Pulumi.yaml.")
    parser.add_argument("--write", action="store_true", help="write the files instead of checking them")
    options = parser.parse_args(arguments)
    layers = drifted()
    for layer in layers:
        if options.write:
            _path(layer, CHECKOUT).write_text(render(layer), encoding="utf-8")
            sys.stdout.write(f"wrote projects/{layer}/Pulumi.yaml\n")
        else:
            sys.stdout.write(
                f"projects/{layer}/Pulumi.yaml differs from {TEMPLATE} and projects/{layer}/settings.py; "
                "write it anew: python -m tapstack.manifest --write\n"
            )
    return 1 if layers and not options.write else 0


if __name__ == "__main__":
    sys.exit(main())
