"""`Pulumi.local.yaml`: what makes a layer's stack a stack of the lane.

The lane owns the settings that lead to its emulator and renews them; every other setting is written once, as a default,
and what a user changes with `pulumi config set` stays.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from tapstack.account_names import project_name
from tapstack.console.hints import LANE
from tapstack.lane.emulator.server import REGION
from tapstack.layers import PROJECTS
from tapstack.providers import endpoint_keys
from transactions.product import PRODUCT

STACK: Final = LANE
SUFFIX: Final = "local"

_OWNER: Final = "# Settings of the local lane in "


def config_file(projects: Path, layer: str) -> Path:
    """Where the settings of a layer's lane stack are."""
    return projects / layer / f"Pulumi.{STACK}.yaml"


def write(projects: Path, layer: str, lane: Path, endpoint: str) -> None:
    """Write the settings of a layer's lane stack, or bring the lane's own among them up to date.

    Args:
        projects: the folder with the four projects.
        layer: which of them.
        lane: the lane's folder, named in the file as its owner.
        endpoint: where the emulator answers.
    """
    file = config_file(projects, layer)
    known = _load(file)
    config = _defaults(layer) | known.get("config", {}) | _emulator_settings(endpoint)
    _replace(file, f"{_OWNER}{lane}\n", {**known, "config": config})


def set_suffix(projects: Path, suffix: str) -> None:
    """Name the environment in the settings of all projects."""
    for layer in PROJECTS:
        file = config_file(projects, layer)
        known = _load(file)
        config = {**known.get("config", {}), _suffix_key(layer): suffix}
        _replace(file, f"{_OWNER}{owner(file)}\n" if owner(file) else "", {**known, "config": config})


def suffix(projects: Path, layer: str) -> str:
    """Tell which environment the settings of a layer's lane stack name."""
    return str(_load(config_file(projects, layer)).get("config", {}).get(_suffix_key(layer), SUFFIX))


def owner(file: Path) -> Path | None:
    """Tell which lane's folder wrote the settings in a file; None where no lane did."""
    if not file.exists():
        return None
    first, *_ = [*file.read_text(encoding="utf-8").splitlines(), ""]
    return Path(first.removeprefix(_OWNER)) if first.startswith(_OWNER) else None


def _suffix_key(layer: str) -> str:
    return f"{project_name(layer)}:environmentSuffix"


def _defaults(layer: str) -> dict[str, Any]:
    of_layer: dict[str, dict[str, Any]] = {
        "bootstrap": {
            "repository": f"{PRODUCT}/{PRODUCT}",
            "repositoryOwnerId": 1,
            "repositoryId": 1,
            "pullRequestPreviews": True,
            "deletionProtection": False,
        },
        "compute": {
            "functionPlatform": "native",
            "production": False,
            "webhookAllowPrivateTargets": True,
            "testTokens": True,
        },
    }
    settings = {"environmentSuffix": SUFFIX, **of_layer.get(layer, {})}
    return {f"{project_name(layer)}:{name}": value for name, value in settings.items()}


def _emulator_settings(endpoint: str) -> dict[str, Any]:
    return {
        "aws:region": REGION,
        "aws:accessKey": "test",
        "aws:secretKey": "test",
        "aws:skipCredentialsValidation": True,
        "aws:skipMetadataApiCheck": True,
        "aws:skipRegionValidation": True,
        # The bucket's name before the emulator's address would lead off this machine.
        "aws:s3UsePathStyle": True,
        "aws:endpoints": [dict.fromkeys(endpoint_keys(), endpoint)],
    }


def _load(file: Path) -> dict[str, Any]:
    return (yaml.safe_load(file.read_text(encoding="utf-8")) or {}) if file.exists() else {}


def _replace(file: Path, header: str, content: Mapping[str, Any]) -> None:
    text = header + yaml.safe_dump(dict(content), sort_keys=False, width=120)
    if file.exists() and file.read_text(encoding="utf-8") == text:
        return
    unfinished = file.with_suffix(".unfinished")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(file)
