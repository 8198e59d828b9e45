"""Ways to what another layer exports that go around its contract.

Who reads a stack by a reference of its own, or a contract through a class of its own, is in nobody's `read_by`: the
next change of what it reads breaks it without a word. A preview refuses a StackReference that no contract made; here is
found, in the programs and in what they share, what a preview does not see.
"""

import ast
from pathlib import Path
from typing import Final

from tapstack.checkout import CHECKOUT
from tapstack.deploy.contracts.outside import PUBLISHED
from tapstack.deploy.contracts.problems import Problem
from tapstack.deploy.python_source import parse_file
from tapstack.layers import LAYERS

_CONTRACTS: Final = "tapstack.contracts"
_GATES: Final = ("tapstack.program.upstream", "tapstack.contracts.published")
"""What contracts are read by, and what other repositories read them by: neither is for a program here."""
_OWN: Final = ("shared/tapstack/contracts/contract.py", "shared/tapstack/program/upstream.py")
"""Where contracts are read."""
_SHARED: Final = ("shared/tapstack/contracts", "shared/tapstack/program")
_READERS: Final = ("StackReference", "readStackOutputs")
"""The engine's two ways to a stack's outputs, as the SDK and the engine call them."""
_MODULES: Final = ("pulumi", "pulumi.runtime")


def detours(root: Path = CHECKOUT) -> list[Problem]:
    """List the places in the checkout at `root`, in the order of layers, files and lines.

    Raises:
        UserError: a file is no Python.
    """
    folders = [(layer, f"projects/{layer}") for layer in LAYERS] + [(LAYERS[0], folder) for folder in _SHARED]
    return [
        Problem(layer, f"{path}:{line} {wrong}, and no contract says so; read the contract in {_home()} as it is")
        for layer, folder in folders
        for file in sorted((root / folder).rglob("*.py"))
        if (path := file.relative_to(root).as_posix()) not in _OWN and not path.startswith(f"{PUBLISHED}/")
        for line, wrong in _found(parse_file(file, root), is_program=folder not in _SHARED)
    ]


def _home() -> str:
    return f"shared/{_CONTRACTS.replace('.', '/')}"


class _Finder(ast.NodeVisitor):
    """Collects what goes around a contract in one file."""

    def __init__(self, *, is_program: bool) -> None:
        self._is_program = is_program
        self._imported: dict[str, str] = {}
        self.found: set[tuple[int, str]] = set()

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            first = alias.name.partition(".")[0]
            self._imported[alias.asname or first] = alias.name if alias.asname else first
            self._refuse_import(node, alias.name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            full = f"{node.module or ''}.{alias.name}"
            self._imported[alias.asname or alias.name] = full
            self._refuse_import(node, full)

    def visit_Name(self, node: ast.Name) -> None:
        self._refuse_name(node, node.id)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self._refuse_name(node, node.attr)
        if node.attr == "__dict__":
            self._refuse_contents(node, node.value)
        self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # a docstring tells of things and does none
            self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        for name in _READERS:
            if isinstance(node.value, str) and name in node.value:
                self._refuse_name(node, name)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for base in node.bases:
            if self._is_program and self._full(base).startswith(f"{_CONTRACTS}."):
                self._refuse(node, f"makes {node.name} of {ast.unparse(base)}")
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        match node:
            case ast.Call(func=ast.Name(id="getattr"), args=[whose, name, *_]) if not isinstance(name, ast.Constant):
                self._refuse_contents(node, whose)
            case ast.Call(func=ast.Name(id="vars"), args=[whose]):
                self._refuse_contents(node, whose)
        self.generic_visit(node)

    def _refuse_import(self, node: ast.stmt, full: str) -> None:
        self._refuse_name(node, full.rpartition(".")[2])
        if full.startswith("pulumi.automation"):
            self._refuse(node, "runs an engine of its own by pulumi.automation")
        for gate in _GATES:
            if self._is_program and f"{full}.".startswith(f"{gate}."):
                self._refuse(node, f"reads a stack by {gate}")

    def _refuse_name(self, node: ast.expr | ast.stmt, name: str) -> None:
        if name in _READERS:
            self._refuse(node, f"reads a stack by {name}")

    def _refuse_contents(self, node: ast.expr, whose: ast.expr) -> None:
        if self._full(whose) in _MODULES:
            self._refuse(node, f"takes of {ast.unparse(whose)} what only a run tells")

    def _refuse(self, node: ast.expr | ast.stmt, wrong: str) -> None:
        self.found.add((node.lineno, wrong))

    def _full(self, node: ast.expr) -> str:
        """Spell a dotted name in full, as its import has it."""
        first, _, rest = ast.unparse(node).partition(".")
        return f"{self._imported.get(first, first)}.{rest}".removesuffix(".")


def _found(tree: ast.Module, *, is_program: bool) -> list[tuple[int, str]]:
    finder = _Finder(is_program=is_program)
    finder.visit(tree)
    return sorted(finder.found)
