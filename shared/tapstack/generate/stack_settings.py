"""The settings of each stack (`Pulumi.dev.yaml`): their keys begin with the name of the Pulumi project.

The engine passes over a key with another name without a word, so after the product's name has changed every setting
would silently be its default. Keys, and the boundary that they name, follow the product; all else stays as written.
"""

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

import yaml

from tapstack.account_names import project_name
from tapstack.console.errors import UserError
from tapstack.generate.manifests import settings_of
from tapstack.layers import PROJECTS
from tapstack.program.config_keys import unknown_key
from transactions.product import PRODUCT

_LOCAL: Final = "Pulumi.local.yaml"
"""The lane's own, which is in no commit."""


def render(root: Path) -> dict[str, str]:
    """Write the settings' files of all projects of the tree at `root` with this product's name.

    Raises:
        UserError: a file has a setting that nothing reads, or is not one of settings.
    """
    files = {
        path.relative_to(root).as_posix(): _renamed(path.read_text(encoding="utf-8"), project)
        for project in PROJECTS
        for path in sorted((root / "projects" / project).glob("Pulumi.*.yaml"))
        if path.name != _LOCAL
    }
    known = {project: settings_of(project, root)[0].schema() for project in PROJECTS}
    for path, text in files.items():
        _refuse_unknown(path, text, known)
    return files


def _refuse_unknown(path: str, text: str, known: Mapping[str, Collection[str]]) -> None:
    project = Path(path).parent.name
    try:
        keys = list(yaml.safe_load(text)["config"])
    except (yaml.YAMLError, TypeError, KeyError) as error:
        raise UserError(f"{path} holds no settings of a stack; write them below the key config") from error
    if problem := unknown_key(keys, project, known[project]):
        raise UserError(f"{path}: {problem}")


def _renamed(text: str, project: str) -> str:
    key = re.compile(rf"^(\s+)([a-z0-9-]+)-{re.escape(project)}(?=:\w)", re.MULTILINE)
    earlier = {match[2] for match in key.finditer(text)}
    text = key.sub(rf"\g<1>{project_name(project)}", text)
    for product in earlier:
        bounded = re.compile(rf"(:permissionsBoundary: ){re.escape(product)}(?=-[a-z0-9]+-boundary$)", re.MULTILINE)
        text = bounded.sub(rf"\g<1>{PRODUCT}", text)
    return text
