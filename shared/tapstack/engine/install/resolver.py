"""Where the engine comes from: the routes, in order, and what to say when none is open."""

import json
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Final

from tapstack.console.errors import UserError
from tapstack.console.progress import Step, step
from tapstack.engine.cache import build_once, cache_folder
from tapstack.engine.install import official, on_path, source
from tapstack.engine.install.golang import NEEDED
from tapstack.engine.install.route import ACCEPTED, VERSION, Engine, RouteClosedError, cli_version

# Written last into a cache entry; holds the words for the route it came by.
_MARKER: Final = "route.json"


def find_engine() -> Engine:
    """Find a Pulumi engine: on `PATH`, in the cache, from the vendor, or built from its published source.

    Raises:
        UserError: no route is open; the message lists what was tried and what to install.
    """
    with step("engine", "looking for Pulumi") as current:
        engine = _find(current)
        current.result = f"pulumi {engine.version}, {engine.route}"
    return engine


def _find(current: Step) -> Engine:
    tried: list[str] = []
    try:
        return on_path.find()
    except RouteClosedError as error:
        tried.append(f"PATH: {error}")
    try:
        return _from_cache(current, tried)
    except RouteClosedError as error:
        tried.append(f"published Go modules: {error}")
    raise UserError(
        f"there is no Pulumi engine on this machine ({'; '.join(tried)}); install Pulumi {ACCEPTED} "
        f"(pulumi.com/docs/install), or Go {NEEDED} or newer to build it"
    )


def _from_cache(current: Step, tried: list[str]) -> Engine:
    folder = build_once(cache_folder() / "engine" / f"{VERSION}-{_recipe()}", partial(_fill, current, tried))
    binary = folder / "bin" / "pulumi"
    route = json.loads((folder / _MARKER).read_text(encoding="utf-8"))["route"]
    return Engine(cli_version(binary), route, binary, on_path.language_host(binary))


def _fill(current: Step, tried: list[str], folder: Path) -> None:
    routes: tuple[tuple[str, Callable[[Path, Step], None]], ...] = (
        ("official release", official.install),
        ("built from its Go modules", source.build),
    )
    last = len(routes) - 1
    for number, (route, fill) in enumerate(routes):
        try:
            fill(folder, current)
        except RouteClosedError as error:
            if number == last:
                raise
            tried.append(f"{route}: {error}")
        else:
            (folder / _MARKER).write_text(json.dumps({"route": route}), encoding="utf-8")
            return


def _recipe() -> str:
    """Eight digits that change with anything that goes into a build, so that a cached one is never out of date."""
    digest = sha256()
    for file in sorted(Path(__file__).parent.glob("*/go.*")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:8]
