"""The mutants of a source file: each place that one of mutmut's operators knows how to change, changed.

mutmut makes and runs mutants of functions' bodies alone. What a module holds outside of them, such as limits, times and
tables, decides as much here, and so do decorated functions and defaults; so its operators are taken, and nothing else.
"""

import hashlib
import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from inspect import CO_NEWLOCALS
from pathlib import Path
from types import CodeType
from typing import Final

import libcst
from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper
from mutmut.mutation.mutators import mutation_operators

from tapstack.checkout import CHECKOUT

FUNCTIONS: Final = CHECKOUT / "functions"


@dataclass(frozen=True)
class Mutant:
    """A source file with one change.

    Attributes:
        file: below `functions`.
        place: the qualified name of the function or class that is changed; empty at the module's top.
        was: the lines that are replaced, without their indentation.
        becomes: what takes their place, likewise.
        ordinal: which of several with all of that the same, from 1.
        source: the whole file as it becomes.
        function: the outermost function in whose body the change is, by qualified name; empty where it is in none.
    """

    file: str
    place: str
    was: str
    becomes: str
    ordinal: int
    source: str
    function: str

    @property
    def digest(self) -> str:
        """What tells it from any other code."""
        return hashlib.sha256(f"{self.file} {self.source}".encode()).hexdigest()[:16]

    @property
    def name(self) -> str:
        """What tells it from all others, wherever its lines move to."""
        again = f" #{self.ordinal}" if self.ordinal > 1 else ""
        return f"{self.file} {self.place or '-'}: {self.was} -> {self.becomes}{again}"


@dataclass(frozen=True)
class _Change:
    original: libcst.CSTNode
    changed: libcst.CSTNode
    place: str
    function: str


def mutants_of(path: Path) -> list[Mutant]:
    """Make all mutants of a file, but for those that compile to the same code."""
    raw = path.read_bytes()
    source = raw.decode()
    code = _compiled(source)
    wrapper = MetadataWrapper(libcst.parse_module(source))
    visitor = _Visitor()
    wrapper.visit(visitor)
    file = path.relative_to(FUNCTIONS).as_posix()
    seen: Counter[tuple[str, str, str]] = Counter()
    found = []
    for change in visitor.changes:
        changed = _spliced(wrapper, raw, change)
        if _compiled(changed) == code:
            continue
        was, becomes = _lines(source, changed)
        seen[change.place, was, becomes] += 1
        ordinal = seen[change.place, was, becomes]
        found.append(Mutant(file, change.place, was, becomes, ordinal, changed, change.function))
    return found


def source_files(parts: Sequence[str] = ()) -> list[Path]:
    """List the functions' files whose path begins with one of the given, all of them for none."""
    files = sorted(FUNCTIONS.rglob("*.py"))
    return [path for path in files if not parts or path.relative_to(FUNCTIONS).as_posix().startswith(tuple(parts))]


def outermost_functions(path: Path) -> dict[str, set[int]]:
    """Tell the lines of each function's body, what is defined within it included, by its qualified name."""
    found: dict[str, set[int]] = {}

    def look(code: CodeType, within: str) -> None:
        for inner in (constant for constant in code.co_consts if isinstance(constant, CodeType)):
            function = within or (inner.co_qualname if inner.co_flags & CO_NEWLOCALS else "")
            if function:
                lines = {line for _, _, line in inner.co_lines() if line and line != inner.co_firstlineno}
                found.setdefault(function, set()).update(lines)
            look(inner, function)

    look(compile(path.read_bytes(), f"{path}", "exec", dont_inherit=True), "")
    return found


def _compiled(source: str) -> CodeType | None:
    """Compile a mutant; None for one that is no program, such as an assignment to nothing."""
    try:
        return compile(source, "<mutant>", "exec", dont_inherit=True)
    except SyntaxError:
        return None


def _spliced(wrapper: MetadataWrapper, source: bytes, change: _Change) -> str:
    """Put a change into a source; by replacing a node's own bytes where they are all of it, as that is fast."""
    span = wrapper.resolve(ByteSpanPositionProvider)[change.original]
    end = span.start + span.length
    if source[span.start : end].decode() == wrapper.module.code_for_node(change.original):
        return f"{source[: span.start].decode()}{wrapper.module.code_for_node(change.changed)}{source[end:].decode()}"
    replaced = wrapper.module.deep_replace(change.original, change.changed)
    assert isinstance(replaced, libcst.Module)
    return replaced.code


def _lines(before: str, after: str) -> tuple[str, str]:
    """Tell the lines that two sources do not begin or end with alike, each run of them as one line."""
    old, new = before.splitlines(), after.splitlines()
    first = _alike(old, new)
    last = _alike(old[first:][::-1], new[first:][::-1])
    return _joined(old[first : len(old) - last]), _joined(new[first : len(new) - last])


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    """Count the lines that both begin with."""
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _joined(lines: Sequence[str]) -> str:
    return " ".join(line.strip() for line in lines if line.strip())


class _Visitor(libcst.CSTVisitor):
    """Gathers what can be changed, outside of what is no behaviour: types, imports, decorators, errors' wording."""

    def __init__(self) -> None:
        super().__init__()
        self.changes: list[_Change] = []
        self._scopes: list[libcst.FunctionDef | libcst.ClassDef] = []
        self._in_body: list[libcst.FunctionDef] = []

    def on_visit(self, node: libcst.CSTNode) -> bool:
        if _is_no_behaviour(node):
            return False
        self.changes.extend(self._changes(node))
        if isinstance(node, libcst.FunctionDef | libcst.ClassDef):
            self._scopes.append(node)
        return True

    def on_leave(self, original_node: libcst.CSTNode) -> None:
        if self._scopes and self._scopes[-1] is original_node:
            self._scopes.pop()

    def visit_FunctionDef_body(self, node: libcst.FunctionDef) -> None:  # noqa: N802 - libcst's name
        self._in_body.append(node)

    def leave_FunctionDef_body(self, node: libcst.FunctionDef) -> None:  # noqa: N802 - libcst's name
        self._in_body.pop()

    def _changes(self, node: libcst.CSTNode) -> Iterator[_Change]:
        place = ".".join(scope.name.value for scope in self._scopes)
        function = ""
        if self._in_body:
            within = self._scopes[: self._scopes.index(self._in_body[0]) + 1]
            function = ".".join(scope.name.value for scope in within)
        for kind, operator in mutation_operators:
            if isinstance(node, kind):
                for changed in operator(node):
                    yield _Change(node, changed, place, function)


def _is_no_behaviour(node: libcst.CSTNode) -> bool:
    """Tell what only types, imports, decorates or words an error; a name in capitalized words stands for a type."""
    if isinstance(node, libcst.Annotation | libcst.Decorator | libcst.Import | libcst.ImportFrom | libcst.Raise):
        return True
    if isinstance(node, libcst.If):
        return isinstance(node.test, libcst.Name) and node.test.value == "TYPE_CHECKING"
    if isinstance(node, libcst.Assign):
        name = node.targets[0].target
        return isinstance(name, libcst.Name) and re.fullmatch(r"_?[A-Z]([a-z]\w*)?", name.value) is not None
    return isinstance(node, libcst.Call) and isinstance(node.func, libcst.Name) and node.func.value == "cast"
