"""A layer's footprint: the files of the checkout that what it deploys is made of.

Read from the sources without running them, so that a plan need not wait: the project's folder, the modules that its
`__main__.py` imports, file by file through `shared/` and `functions/`, and whole the functions that it packages. A test
holds this reading to the files that each program is seen to use.
"""

import ast
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tapstack.checkout import CHECKOUT

EVERY_LAYER: Final = ("projects/layers.toml", "pyproject.toml", "uv.lock")
"""What every layer uses: the table that places it, and the environment that its program runs in."""

_SEARCHED: Final = ("shared", "functions")
_PACKAGING: Final = "shared/tapstack/program/packaging.py"
_WHOLE: Final = "/**"


@dataclass(frozen=True)
class Footprint:
    """What a layer uses.

    Attributes:
        layer: whose it is.
        globs: sorted paths below the checkout, with slashes; one that ends in `/**` is a whole folder.
    """

    layer: str
    globs: tuple[str, ...]

    def covers(self, path: str) -> bool:
        """Tell whether a path below the checkout, there or deleted, is part of it."""
        return any(
            path.startswith(glob.removesuffix("**")) if glob.endswith(_WHOLE) else path == glob for glob in self.globs
        )


def footprint(layer: str, root: Path = CHECKOUT) -> Footprint:
    """Find out what a layer of the checkout at `root` uses.

    Raises:
        FileNotFoundError: the layer has no program.
        SyntaxError: a module that it imports is no Python.
    """
    project = root / "projects" / layer
    program = project / "__main__.py"
    program.stat()
    imported = _closure([program], project, root)
    folders = {f"projects/{layer}"}
    if _PACKAGING in imported:
        own = [root / file for file in imported if file.startswith(f"projects/{layer}/")]
        folders |= _packaged([*own, root / _PACKAGING], root)
    wholes = {f"{folder}{_WHOLE}" for folder in folders}
    singles = {file for file in imported if not any(file.startswith(f"{folder}/") for folder in folders)}
    return Footprint(layer, tuple(sorted({*wholes, *singles, *EVERY_LAYER})))


def touched(layers: Iterable[str], changed_paths: Collection[str], root: Path = CHECKOUT) -> tuple[str, ...]:
    """Pick the layers that use one of the changed paths, in the order given.

    Args:
        layers: the layers to pick from.
        changed_paths: paths below the checkout, with slashes.
        root: the checkout.
    """
    return tuple(layer for layer in layers if any(map(footprint(layer, root).covers, changed_paths)))


def _closure(modules: Iterable[Path], project: Path, root: Path) -> set[str]:
    """Follow imports from some modules; the files are named relative to `root`."""
    seen: set[Path] = set()
    waiting = list(modules)
    while waiting:
        module = waiting.pop()
        if module not in seen:
            seen.add(module)
            waiting += _imports(module, project, root)
    return {module.relative_to(root).as_posix() for module in seen}


def _imports(module: Path, project: Path, root: Path) -> Iterator[Path]:
    """Find the files that the imports of a module run, those inside its functions included."""
    for name in _names(ast.parse(module.read_text(encoding="utf-8")), _package(module, root)):
        # A program finds the modules beside it first.
        for folder in (project, *(root / searched for searched in _SEARCHED)):
            if found := _files(folder, name.split(".")):
                yield from found
                break


def _names(tree: ast.AST, package: tuple[str, ...]) -> Iterator[str]:
    """Name all modules that the code may import, and whatever it takes out of one, which may be a module too."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}:
            for otherwise in node.orelse:
                yield from _names(ast.Module([otherwise], []), package)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) + 1 - node.level] if node.level else ()
            base = ".".join((*above, *([node.module] if node.module else [])))
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)
        else:
            yield from _names(node, package)


def _package(module: Path, root: Path) -> tuple[str, ...]:
    """Name the package that a module's relative imports begin at; a project's own modules are in none."""
    parts = module.relative_to(root).parts
    return parts[1:-1] if parts[0] in _SEARCHED else ()


def _files(folder: Path, parts: list[str]) -> list[Path]:
    """Find what importing a dotted name runs: the packages on the way to it, and the module."""
    found = []
    for part in parts:
        folder = folder / part
        if (package := folder / "__init__.py").is_file():
            found.append(package)
        elif (module := folder.with_suffix(".py")).is_file():
            return [*found, module]
        else:
            return found
    return found


def _packaged(modules: Iterable[Path], root: Path) -> set[str]:
    """Find the folders of `functions/` that code names, spelt as an operator reads them or as they are imported."""
    constants = {
        node.value.replace("-", "_")
        for module in modules
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return {
        f"functions/{folder.parent.name}"
        for folder in (root / "functions").glob("*/__init__.py")
        if folder.parent.name in constants
    }
