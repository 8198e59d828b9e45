"""`docs/settings.md`: every setting of every project, as its `settings.py` has it."""

import json
from pathlib import Path
from typing import Final

from tapstack.generate.manifests import settings_of
from tapstack.layers import PROJECTS
from tapstack.program.settings import LayerSettings, ProjectSettings

PAGE: Final = "docs/settings.md"

_HEAD: Final = """\
<!-- Made from projects/*/settings.py; after a change: tapstack generate -->
# Settings

A setting belongs to one project and one stack: `pulumi config set NAME VALUE` in the project's folder writes it into
`Pulumi.<stack>.yaml`, and the commit of that file is what deployments by workflows see. A list is set by
`pulumi config set --path 'NAME[0]' VALUE`, an object by `pulumi config set --path NAME.KEY VALUE`. Values that a
program could not deploy are refused at its preview, with the command that changes them.

The AWS provider has settings of its own, of which `aws:region` is the one you need.
"""


def render(root: Path) -> dict[str, str]:
    """Write the page for the tree at `root`: path below it to text.

    Raises:
        UserError: a project's `settings.py` holds no settings dataclass.
    """
    parts = [_HEAD, _section("All projects", "What each project has.", ProjectSettings, None)]
    parts.append(_section("All layers", "What each layer has beside.", LayerSettings, ProjectSettings))
    for project in PROJECTS:
        settings, meaning = settings_of(project, root)
        base = LayerSettings if issubclass(settings, LayerSettings) else ProjectSettings
        parts.append(_section(f"`{project}`", meaning, settings, base))
    return {PAGE: "\n".join(parts)}


def _section(title: str, meaning: str, settings: type[ProjectSettings], inherited: type[ProjectSettings] | None) -> str:
    known = inherited.schema() if inherited else {}
    rows = [
        " | ".join(
            (
                f"| `{name}`",
                str(described["type"]),
                f"`{json.dumps(described['default'])}`",
                str(described["description"]).replace("|", "\\|") + " |",
            )
        )
        for name, described in settings.schema().items()
        if name not in known
    ]
    head = ["| setting | type | default | what it is |", "|---|---|---|---|"]
    return "\n".join([f"## {title}", "", meaning, "", *head, *rows, ""])
