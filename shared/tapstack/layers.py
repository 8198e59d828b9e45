"""The layers, as `projects/layers.toml` declares them, in the order they deploy.

`noxfile.py` runs this file by its path, before there is an environment: it imports the standard library alone.
"""

import re
import sys
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from difflib import get_close_matches
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any, Final, NamedTuple

FILE: Final = Path(__file__).resolve().parents[2] / "projects" / "layers.toml"
TABLE: Final = f"projects/{FILE.name}"
"""The table of layers, below a checkout."""

BOOTSTRAP: Final = "bootstrap"
"""What an account has once, before any layer: where state is kept, and the roles that deploy the layers."""

LAYER_NAME: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
"""What a layer can be called."""
# https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
OWNER: Final = re.compile(r"@[A-Za-z0-9][A-Za-z0-9-]*(/[A-Za-z0-9._-]+)?|[^@\s]+@[^@\s]+\.[^@\s]+")
"""What CODEOWNERS takes for an owner: `@user`, `@organisation/team` or an e-mail address."""
_EXAMPLES: Final = {"reads": '["data"]', "owners": '["@organisation/team"]'}
"""The keys of an entry, each with a value that it may have."""


class LayersError(ValueError):
    """The table of layers cannot be read; the message is one line that names the file, the key and the value."""


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
        LayersError: it is not TOML, an entry is not as entries are, a layer reads one that is not there, or layers
            read each other in a circle.
    """
    try:
        entries = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise LayersError(f"{TABLE} is not TOML: {error}; correct it there") from error
    layers: dict[str, Layer] = {}
    for name, entry in entries.items():
        if problem := next(_problems(name, entry, entries), None):
            raise LayersError(f"{TABLE}, [{name}]: {problem}")
        layers[name] = Layer(name, tuple(entry["reads"]), tuple(entry["owners"]))
    try:
        return {name: layers[name] for wave in _waves(layers) for name in wave}
    except CycleError as error:
        raise LayersError(
            f"{TABLE}: these layers read each other in a circle: {' → '.join(error.args[1])}; "
            "take one of these out of the `reads` of the other"
        ) from error


def _problems(name: str, entry: Any, entries: Mapping[str, Any]) -> Iterator[str]:
    """Say what is wrong with a layer's entry."""
    if not LAYER_NAME.fullmatch(name) or name == BOOTSTRAP:
        yield f"{name!r} cannot be a layer's name; write lower-case letters, digits and hyphens, such as audit-log"
    if not isinstance(entry, dict):
        yield f"it is {entry!r}, and a layer is a table; write [{name}], with `reads` and `owners` below it"
    elif entry.keys() != set(_EXAMPLES):
        yield f"it needs `reads` and `owners`, and has {', '.join(entry) or 'neither'}; write these two"
    else:
        for key in _EXAMPLES:
            yield from _list_problems(key, entry[key])
        yield from _value_problems(entry["reads"], entry["owners"], entries)


def _list_problems(key: str, values: Any) -> Iterator[str]:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        yield f"`{key}` is {values!r}, and must be a list of texts; write it as {key} = {_EXAMPLES[key]}"
    elif twice := [value for place, value in enumerate(values) if value in values[:place]]:
        yield f"`{key}` has {twice[0]!r} twice; take one out"


def _value_problems(reads: Iterable[str], owners: Iterable[str], entries: Mapping[str, Any]) -> Iterator[str]:
    for read in reads:
        if read not in entries:
            near = get_close_matches(read, entries, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"the layers are {', '.join(entries)}"
            yield f"it reads {read!r}, which is no layer of this file; {hint}"
    for owner in owners:
        if not OWNER.fullmatch(owner):
            yield f"owner {owner!r} is none that CODEOWNERS takes; write @user or @organisation/team"


def _waves(layers: Mapping[str, Layer]) -> list[tuple[str, ...]]:
    sorter = TopologicalSorter({layer.name: layer.reads for layer in layers.values()})
    sorter.prepare()
    waves = []
    while sorter.is_active():
        ready = sorter.get_ready()
        waves.append(tuple(name for name in layers if name in ready))
        sorter.done(*ready)
    return waves


def _declared() -> dict[str, Layer]:
    try:
        return read_layers(FILE.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise LayersError(f"{TABLE} cannot be read: {error}; take back the one that is committed") from error


try:
    BY_NAME: Final[Mapping[str, Layer]] = _declared()
except LayersError as problem:
    # The command line, nox and each layer's program import this before anything of theirs could tell an error in one
    # line, and none of them can go on.
    sys.exit(f"error: {problem}")
LAYERS: Final[tuple[str, ...]] = tuple(BY_NAME)
PROJECTS: Final[tuple[str, ...]] = (BOOTSTRAP, *LAYERS)
"""The folders of `projects/`, each a Pulumi project."""


def waves(layers: Collection[str] = LAYERS) -> list[tuple[str, ...]]:
    """Group layers into waves: those of one wave can deploy side by side, each wave after the one before."""
    return [chosen for wave in _waves(BY_NAME) if (chosen := tuple(name for name in wave if name in layers))]


def downstream(layer: str) -> tuple[str, ...]:
    """Name the layers that read a layer's contract, in the order they deploy."""
    return tuple(other.name for other in BY_NAME.values() if layer in other.reads)
