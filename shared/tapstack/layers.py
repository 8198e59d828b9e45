"""The layers, as `projects/layers.toml` declares them, in the order they deploy.

`noxfile.py` runs this file by its path, before there is an environment: it imports the standard library alone.
"""

import tomllib
from collections.abc import Collection, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any, Final, NamedTuple


class Layer(NamedTuple):
    """One layer's entry."""

    name: str
    reads: tuple[str, ...]
    """The layers whose contracts it reads."""
    owners: tuple[str, ...]
    """Who reviews changes of it, as CODEOWNERS names them."""


def read_layers(text: str) -> dict[str, Layer]:
    """Take the layers from the text of a `layers.toml`, in the order they deploy.

    Layers that do not wait for each other keep the order of the text.

    Raises:
        ValueError: a layer reads one that is not there, layers read each other in a circle, or an entry lacks a key.
    """
    entries: Mapping[str, Mapping[str, Any]] = tomllib.loads(text)
    layers: dict[str, Layer] = {}
    for name, entry in entries.items():
        if entry.keys() != {"reads", "owners"}:
            raise ValueError(f"layers.toml, [{name}]: it needs `reads` and `owners`, and has {', '.join(entry)}")
        if unknown := [read for read in entry["reads"] if read not in entries]:
            raise ValueError(f"layers.toml, [{name}]: it reads {unknown[0]!r}, which is no layer of this file")
        layers[name] = Layer(name, tuple(entry["reads"]), tuple(entry["owners"]))
    try:
        return {name: layers[name] for wave in _waves(layers) for name in wave}
    except CycleError as error:
        raise ValueError(
            f"layers.toml: these layers read each other in a circle: {' → '.join(error.args[1])}"
        ) from error


def _waves(layers: Mapping[str, Layer]) -> list[tuple[str, ...]]:
    sorter = TopologicalSorter({layer.name: layer.reads for layer in layers.values()})
    sorter.prepare()
    waves = []
    while sorter.is_active():
        ready = sorter.get_ready()
        waves.append(tuple(name for name in layers if name in ready))
        sorter.done(*ready)
    return waves


FILE: Final = Path(__file__).resolve().parents[2] / "projects" / "layers.toml"
BY_NAME: Final[Mapping[str, Layer]] = read_layers(FILE.read_text(encoding="utf-8"))
LAYERS: Final[tuple[str, ...]] = tuple(BY_NAME)

BOOTSTRAP: Final = "bootstrap"
"""What an account has once, before any layer: where state is kept, and the roles that deploy the layers."""
PROJECTS: Final[tuple[str, ...]] = (BOOTSTRAP, *LAYERS)
"""The folders of `projects/`, each a Pulumi project."""


def waves(layers: Collection[str] = LAYERS) -> list[tuple[str, ...]]:
    """Group layers into waves: those of one wave can deploy side by side, each wave after the one before."""
    return [chosen for wave in _waves(BY_NAME) if (chosen := tuple(name for name in wave if name in layers))]


def downstream(layer: str) -> tuple[str, ...]:
    """Name the layers that read a layer's contract, in the order they deploy."""
    return tuple(other.name for other in BY_NAME.values() if layer in other.reads)
