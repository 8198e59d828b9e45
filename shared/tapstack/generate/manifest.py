"""`Pulumi.yaml` of each project: `Pulumi.yaml-template` filled in with its name, description and settings.

Run as `python -m tapstack.generate.manifest` it names the files that have drifted from the template and from the
settings dataclasses, and ends with status 1; with `--write` it writes them.
"""

import argparse
import json
import runpy
import sys
from pathlib import Path
from string import Template
from typing import Final

import yaml

from tapstack.account import project_name
from tapstack.checkout import CHECKOUT
from tapstack.layers import PROJECTS
from tapstack.program.settings import LayerSettings, ProjectSettings

TEMPLATE: Final = "Pulumi.yaml-template"


def render(project: str, root: Path = CHECKOUT) -> str:
    """Fill in the template for one project of the tree at `root`.

    Raises:
        LookupError: the project's `settings.py` holds no settings dataclass.
        KeyError, ValueError: the template has a placeholder that nothing fills, or a stray `$`.
    """
    module = runpy.run_path(str(root / "projects" / project / "settings.py"))
    settings = next(
        (
            kind
            for kind in module.values()
            if isinstance(kind, type)
            and issubclass(kind, ProjectSettings)
            and kind not in {ProjectSettings, LayerSettings}
        ),
        None,
    )
    if settings is None:
        raise LookupError(f"projects/{project}/settings.py has no dataclass derived from ProjectSettings")
    config = yaml.safe_dump({"config": settings.schema()}, sort_keys=False, allow_unicode=True, width=120)
    # A JSON string is a YAML string whatever stands in it.
    description = json.dumps((module["__doc__"] or "").strip().splitlines()[0], ensure_ascii=False)
    text = Template((root / TEMPLATE).read_text(encoding="utf-8"))
    return text.substitute(name=project_name(project), description=description, config=config.rstrip("\n"))


def drifted(root: Path = CHECKOUT) -> list[str]:
    """List the projects whose `Pulumi.yaml` is missing or differs from the template filled in."""
    return [project for project in PROJECTS if _read(_path(project, root)) != render(project, root)]


def _path(project: str, root: Path) -> Path:
    return root / "projects" / project / "Pulumi.yaml"


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def main(arguments: list[str] | None = None) -> int:
    """Check or write the files; the status is 1 where a check found drift."""
    parser = argparse.ArgumentParser(
        prog="python -m tapstack.generate.manifest", description="Check each project's Pulumi.yaml."
    )
    parser.add_argument("--write", action="store_true", help="write the files instead of checking them")
    options = parser.parse_args(arguments)
    projects = drifted()
    for project in projects:
        if options.write:
            _path(project, CHECKOUT).write_text(render(project), encoding="utf-8")
            sys.stdout.write(f"wrote projects/{project}/Pulumi.yaml\n")
        else:
            sys.stdout.write(
                f"projects/{project}/Pulumi.yaml differs from {TEMPLATE} and projects/{project}/settings.py; "
                "write it anew: python -m tapstack.generate.manifest --write\n"
            )
    return 1 if projects and not options.write else 0


if __name__ == "__main__":
    sys.exit(main())
