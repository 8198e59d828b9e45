"""The `config` section of a project's `Pulumi.yaml`, which the engine fills in settings from.

It is made from the settings' dataclass, and the engine's defaults are the file's: a default that changed in the
dataclass alone changes nothing, without a word. So a program is refused until both say the same.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from tapstack.program.errors import SettingError

NAME: Final = "Pulumi.yaml"

Schema = Mapping[str, Mapping[str, object]]
"""A setting's key to what the engine knows of it: type, default, description."""


def refuse_outdated(folder: Path, schema: Schema) -> None:
    """Refuse to go on with a manifest that is not made from the settings as they are.

    Args:
        folder: the project's, which holds the manifest.
        schema: what the settings' dataclass says.

    Raises:
        SettingError: names the first setting that differs, and the command that writes the manifest.
    """
    written = (yaml.safe_load((folder / NAME).read_text(encoding="utf-8")) or {}).get("config") or {}
    if difference := next(_differences(written, schema), None):
        raise SettingError(f"projects/{folder.name}/{NAME} {difference}; write it: tapstack generate manifests")


def _differences(written: Mapping[str, Any], schema: Schema) -> Iterator[str]:
    for key in sorted(schema.keys() | written.keys()):
        if key not in written:
            yield f"lacks the setting {key}, which settings.py has"
        elif key not in schema:
            yield f"has the setting {key}, which settings.py lacks"
        else:
            # The engine takes a bare value too, for all stacks.
            entry = written[key] if isinstance(written[key], Mapping) else {"value": written[key]}
            for word in sorted(schema[key].keys() | entry.keys()):
                here, there = entry.get(word), schema[key].get(word)
                if here != there:
                    yield f"has {key} with the {word} {here!r}, and settings.py with {there!r}"
