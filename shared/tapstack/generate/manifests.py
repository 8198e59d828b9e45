"""`Pulumi.yaml` of each project: `Pulumi.yaml-template` filled in with its name, description and settings."""

import json
import runpy
from pathlib import Path
from string import Template
from typing import Final

import yaml

from tapstack.account_names import project_name
from tapstack.console.errors import UserError
from tapstack.layers import PROJECTS
from tapstack.program.settings import LayerSettings, ProjectSettings

TEMPLATE: Final = "Pulumi.yaml-template"


def render(root: Path) -> dict[str, str]:
    """Fill in the template for each project of the tree at `root`: path below it to text.

    Raises:
        UserError: a project's `settings.py` holds no settings dataclass, or the template has a placeholder that
            nothing fills.
    """
    return {f"projects/{project}/Pulumi.yaml": _filled(project, root) for project in PROJECTS}


def settings_of(project: str, root: Path) -> tuple[type[ProjectSettings], str]:
    """Find a project's settings and what their module's docstring says of the project, in the tree at `root`.

    Raises:
        UserError: its `settings.py` holds no settings dataclass.
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
        raise UserError(
            f"projects/{project}/settings.py has no dataclass derived from ProjectSettings; write it as another "
            "project does"
        )
    return settings, (module["__doc__"] or "").strip().splitlines()[0]


def _filled(project: str, root: Path) -> str:
    settings, meaning = settings_of(project, root)
    config = yaml.safe_dump({"config": settings.schema()}, sort_keys=False, allow_unicode=True, width=120)
    # A JSON string is a YAML string whatever stands in it.
    description = json.dumps(meaning, ensure_ascii=False)
    text = Template((root / TEMPLATE).read_text(encoding="utf-8"))
    try:
        return text.substitute(name=project_name(project), description=description, config=config.rstrip("\n"))
    except (KeyError, ValueError) as error:
        raise UserError(
            f"{TEMPLATE} has a placeholder that nothing fills: {error}; write name, description or config"
        ) from error
