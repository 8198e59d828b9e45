"""`CODEOWNERS`: who reviews what; a layer's owners review all that is the layer's alone."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from tapstack.deploy.footprint import Footprint
from tapstack.deploy.github.workflows import preview_file
from tapstack.layers import Layer

PLATFORM: Final = "@tapstack/platform"
"""Who reviews what no layer has for itself."""

_HEADER: Final = """\
# Made from projects/layers.toml and what the layers use; after a change: tapstack generate
# The last line that matches a file decides.
"""


def render(layers: Sequence[Layer], footprints: Mapping[str, Footprint], root: Path) -> str:
    """Make the file for the layers of the checkout at `root`."""
    used = Counter(glob for footprint in footprints.values() for glob in footprint.globs)
    lines = [("*", PLATFORM)]
    for layer in layers:
        paths = [f"projects/{layer.name}/", *_functions(footprints[layer.name], used)]
        paths += [*_contract(layer.name, root), *tests_of(layer.name, layers, root), preview_file(layer.name)]
        lines += [(f"/{path}", " ".join(layer.owners)) for path in paths]
    return _HEADER + "".join(f"{path} {owners}\n" for path, owners in lines)


def _functions(footprint: Footprint, used: Mapping[str, int]) -> Iterator[str]:
    """Name the functions' folders that no other layer packages; what others import a file of is the platform's."""
    for glob in footprint.globs:
        folder = glob.removesuffix("**")
        shared = any(path.startswith(folder) and path != glob for path in used) or used[glob] > 1
        if folder != glob and folder.startswith("functions/") and not shared:
            yield folder


def _contract(layer: str, root: Path) -> Iterator[str]:
    folder = "shared/tapstack/contracts"
    for path in (f"{folder}/{_stem(layer)}.py", f"{folder}/snapshots/{layer}.json"):
        if (root / path).exists():
            yield path


def tests_of(layer: str, layers: Sequence[Layer], root: Path) -> list[str]:
    """Name the tests that `nox -s test-<layer>` runs, but for those of a layer whose name goes on from this one's."""
    longer = [
        f"test_{name}" for other in layers if (name := other.name.replace("-", "_")).startswith(_stem(layer) + "_")
    ]
    tests = root / "tests"
    files = [path for path in tests.glob(f"*/test_{_stem(layer)}*.py") if not path.name.startswith(tuple(longer))]
    folders = [path for path in tests.glob(f"*/{_stem(layer)}") if path.is_dir()]
    return sorted(f"{path.relative_to(root).as_posix()}{'/' if path in folders else ''}" for path in [*files, *folders])


def _stem(layer: str) -> str:
    return layer.replace("-", "_")
