"""The policy pack of a checkout: the engine runs it at every preview and update of a layer."""

from pathlib import Path
from typing import Final

FOLDER: Final = "policies"
EXEMPTIONS: Final = f"{FOLDER}/exemptions.toml"
"""What breaks a control on purpose, layer by layer."""
_MANIFEST: Final = "PulumiPolicy.yaml"


def policy_pack(root: Path) -> Path | None:
    """Find the pack of the tree at `root`; a tree without one is judged by none."""
    folder = root / FOLDER
    return folder if (folder / _MANIFEST).is_file() else None
