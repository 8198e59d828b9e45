"""A layer's footprint: the files of the checkout that what it deploys is made of.

Read from the sources without running them, so that a plan need not wait: the project's folder, the modules that its
`__main__.py` imports, file by file through `shared/` and `functions/`, the data files that these name, and whole the
functions that it packages. What only a run tells, such as a module whose name is put together, is not read: `nox -s
lint` runs each program and holds this reading to the files that it is seen to execute and open.
"""

import ast
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tapstack.checkout import CHECKOUT
from tapstack.deploy.named_files import named_files
from tapstack.deploy.python_source import parse_file

EVERY_LAYER: Final = ("policies/**", "projects/layers.toml", "pyproject.toml", "uv.lock")
"""What every layer uses: what judges it, the table that places it, and the environment that its program runs in."""

_SEARCHED: Final = ("shared", "functions")
_PACKAGING: Final = "shared/tapstack/program/packaging.py"
_WHOLE: Final = "/**"
_IMPORTERS: Final = frozenset({"import_module", "__import__"})


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
        UserError: a module that it imports is no Python.
    """
    project = root / "projects" / layer
    program = project / "__main__.py"
    program.stat()
    imported = _closure([program], project, root)
    folders = {f"projects/{layer}"}
    if _PACKAGING in imported:
        own = [root / file for file in imported if file.startswith(f"projects/{layer}/")]
        folders |= _linked(_packaged([*own, root / _PACKAGING], root), root)
    imported |= {file for module in imported for file in named_files(root / module, root)}
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
    for name in _names(parse_file(module, root), _package(module, root)):
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
            base = _absolute(node.module or "", node.level, package)
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)
        else:
            if isinstance(node, ast.Call):
                yield from _name_in_call(node, package)
            yield from _names(node, package)


def _name_in_call(call: ast.Call, package: tuple[str, ...]) -> Iterator[str]:
    """Name the module that `importlib.import_module("…")` and its like import, where the code says it."""
    match call:
        case ast.Call(args=[ast.Constant(value=str(name)), *rest]):
            called = ast.unparse(call.func).rpartition(".")[2]
        case _:
            return
    if called in _IMPORTERS:
        module = name.lstrip(".")
        match rest:
            case [ast.Constant(value=str(anchor))]:
                package = tuple(anchor.split("."))
        yield _absolute(module, len(name) - len(module), package)


def _absolute(module: str, level: int, package: tuple[str, ...]) -> str:
    above = package[: len(package) + 1 - level] if level else ()
    return ".".join((*above, *([module] if module else [])))


def _package(module: Path, root: Path) -> tuple[str, ...]:
    """Name the package that a module's relative imports begin at; what lies beside a project's program is in none."""
    parts = module.relative_to(root).parts
    return parts[1:-1] if parts[0] in _SEARCHED else parts[2:-1]


def _files(folder: Path, parts: list[str]) -> list[Path]:
    """Find what importing a dotted name runs: the packages on the way to it, and the module.

    A folder without an `__init__.py` is a package too, of which nothing is run.
    """
    found = []
    for part in parts:
        folder = folder / part
        if (package := folder / "__init__.py").is_file():
            found.append(package)
        elif (module := folder.with_name(f"{part}.py")).is_file():
            return [*found, module]
        elif not folder.is_dir():
            return found
    return found


def _packaged(modules: Iterable[Path], root: Path) -> set[str]:
    """Find the folders of `functions/` that code names, spelt as an operator reads them or as they are imported."""
    constants = {
        node.value.replace("-", "_")
        for module in modules
        for node in ast.walk(parse_file(module, root))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return {
        f"functions/{folder.parent.name}"
        for folder in (root / "functions").glob("*/__init__.py")
        if folder.parent.name in constants
    }


def _linked(folders: set[str], root: Path) -> set[str]:
    """Add the folders and files that links in folders lead to."""
    links = (path for folder in folders for path in (root / folder).rglob("*") if path.is_symlink())
    targets = {path.resolve() for path in links}
    inside = {target for target in targets if target.is_relative_to(root.resolve())}
    return folders | {
        (target if target.is_dir() else target.parent).relative_to(root.resolve()).as_posix() for target in inside
    }
