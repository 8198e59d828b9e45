"""Where a tree of Python files uses the layers' contracts: each call of `read`, each field that is read.

Found in the syntax alone. A name holds a contract where its annotation says so, or where something that holds one is
assigned to it; what is annotated or assigned as an attribute, returned by a function or named in a module holds it
under that name in every file of the tree. mypy, strict, sees to it that annotations are there and true.
"""

import ast
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from tapstack.deploy.python_source import parse

_Producers = frozenset[str]
_NOBODY: Final[_Producers] = frozenset()

Function = ast.FunctionDef | ast.AsyncFunctionDef
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


class ContractClass(NamedTuple):
    """A contract as code names it."""

    producer: str
    """The layer that exports it."""
    fields: Collection[str]


class Use(NamedTuple):
    """One place."""

    producer: str
    field: str | None
    """None where the contract itself is read from its stack."""
    file: str
    line: int


def uses(sources: Mapping[str, str | bytes], contracts: Mapping[str, ContractClass]) -> list[Use]:
    """Find the places in one tree of files, in the order of the files and lines.

    Args:
        sources: path to the file's content; the path is repeated in what is found.
        contracts: a class's full name, such as `tapstack.contracts.data.DataContract`, to what it is.

    Raises:
        UserError: a file is no Python; one line with file and line.
    """
    trees = {file: parse(text, file) for file, text in sources.items()}
    members: defaultdict[str, set[str]] = defaultdict(set)
    known = -1
    # What one file makes known, another may assign on.
    while known != (known := sum(map(len, members.values()))):
        found = [use for file, tree in trees.items() for use in _File(file, contracts, members).uses_in(tree)]
    return sorted(set(found), key=lambda use: (use.file, use.line, use.producer, use.field or ""))


_Scope = dict[str, _Producers]


class _ClassScope(_Scope):
    """A class's own names, which the functions in it do not see."""


class _File(ast.NodeVisitor):
    def __init__(self, file: str, contracts: Mapping[str, ContractClass], members: defaultdict[str, set[str]]) -> None:
        self._file = file
        self._contracts = contracts
        self._fields = {contract.producer: contract.fields for contract in contracts.values()}
        self._members = members
        self._imported: dict[str, str] = {}
        self._scopes: list[_Scope] = [{}]
        # Functions run once everything around them is there.
        self._later: list[Callable[[], None]] = []
        self._found: list[Use] = []

    def uses_in(self, tree: ast.Module) -> list[Use]:
        self.generic_visit(tree)
        self._publish(self._scopes[0])
        while self._later:
            self._later.pop(0)()
        return self._found

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            first = alias.name.partition(".")[0]
            self._imported[alias.asname or first] = alias.name if alias.asname else first

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            name = alias.asname or alias.name
            self._imported[name] = f"{node.module}.{alias.name}"
            self._scopes[-1][name] = frozenset(self._members[alias.name])

    def visit_Assign(self, node: ast.Assign) -> None:
        self.generic_visit(node)
        for target in node.targets:
            self._bind(target, node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.generic_visit(node)
        self._hold(node.target, self._named_in(node.annotation))
        if node.value:
            self._bind(node.target, node.value)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.generic_visit(node)
        self._bind(node.target, node.value)

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self._bind(node.target, node.iter)
        self.generic_visit(node)

    def visit_AsyncFor(self, node: ast.AsyncFor) -> None:
        self.visit_For(node)

    def visit_FunctionDef(self, node: Function) -> None:
        for outside in (*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)):
            self.visit(outside)
        self._members[node.name] |= self._named_in(node.returns)
        self._later_in(node.args, node.body)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self.visit_FunctionDef(node)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._later_in(node.args, [node.body])

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for outside in (*node.decorator_list, *node.bases):
            self.visit(outside)
        inside = _ClassScope()
        self._scopes.append(inside)
        for item in node.body:
            self.visit(item)
        self._scopes.pop()
        self._publish(inside)

    def visit_ListComp(self, node: Comprehension) -> None:
        self._scopes.append({})
        for generator in node.generators:
            self._bind(generator.target, generator.iter)
        self.generic_visit(node)
        self._scopes.pop()

    def visit_SetComp(self, node: ast.SetComp) -> None:
        self.visit_ListComp(node)

    def visit_DictComp(self, node: ast.DictComp) -> None:
        self.visit_ListComp(node)

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> None:
        self.visit_ListComp(node)

    def visit_Call(self, node: ast.Call) -> None:
        if (producer := self._read_by_call(node)) is not None:
            self._found.append(Use(producer, None, self._file, node.lineno))
        match node:
            case ast.Call(func=ast.Name(id="getattr"), args=[whose, ast.Constant(value=str(field)), *_]):
                for producer in self._held_by(whose):
                    self._use(producer, field, node)
        self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        for producer in self._held_by(node.value):
            self._use(producer, node.attr, node)
        self.generic_visit(node)

    def _use(self, producer: str, field: str, node: ast.expr) -> None:
        if field in self._fields[producer]:
            self._found.append(Use(producer, field, self._file, node.lineno))

    def _later_in(self, arguments: ast.arguments, body: Iterable[ast.AST]) -> None:
        named = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg)
        inside = {argument.arg: self._named_in(argument.annotation) for argument in named if argument}
        around = [scope for scope in self._scopes if not isinstance(scope, _ClassScope)]

        def visit() -> None:
            self._scopes = [*around, inside]
            for item in body:
                self.visit(item)

        self._later.append(visit)

    def _publish(self, scope: Mapping[str, _Producers]) -> None:
        for name, producers in scope.items():
            if producers:
                self._members[name] |= producers

    def _bind(self, target: ast.expr, value: ast.expr) -> None:
        many = (ast.Tuple, ast.List)
        if isinstance(target, many) and isinstance(value, many) and len(target.elts) == len(value.elts):
            for one, its in zip(target.elts, value.elts, strict=True):
                self._bind(one, its)
        else:
            self._hold(target, self._held_by(value))

    def _hold(self, target: ast.expr, producers: _Producers) -> None:
        match target:
            case ast.Name(id=name):
                # Of two branches, one may hold it and the other not.
                self._scopes[-1][name] = self._scopes[-1].get(name, _NOBODY) | producers
            case ast.Attribute(attr=name) if producers:
                self._members[name] |= producers
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                for one in targets:
                    self._hold(one, producers)

    def _held_by(self, node: ast.expr) -> _Producers:
        """Name the layers whose contract an expression may be, or hold as an item."""
        match node:
            case ast.Name(id=name):
                return next((scope[name] for scope in reversed(self._scopes) if name in scope), _NOBODY)
            case ast.Call() if (producer := self._read_by_call(node)) is not None:
                return frozenset((producer,))
            case ast.Attribute(attr=name) | ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                return frozenset(self._members.get(name, ()))
        return _NOBODY.union(*map(self._held_by, _may_be(node)))

    def _read_by_call(self, node: ast.Call) -> str | None:
        """Name the layer of `XContract.read(…)`."""
        if isinstance(node.func, ast.Attribute) and node.func.attr == "read":
            return self._class(node.func.value)
        return None

    def _named_in(self, annotation: ast.expr | None) -> _Producers:
        named: set[str] = set()
        for node in ast.walk(annotation) if annotation else ():
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                named |= self._named_in(_parsed(node.value))
            elif isinstance(node, ast.Name | ast.Attribute) and (producer := self._class(node)) is not None:
                named.add(producer)
        return frozenset(named)

    def _class(self, node: ast.expr) -> str | None:
        first, _, rest = ast.unparse(node).partition(".")
        full = f"{self._imported.get(first, first)}.{rest}".removesuffix(".")
        contract = self._contracts.get(full)
        return contract.producer if contract else None


def _may_be(node: ast.expr) -> Sequence[ast.expr]:
    """Give the expressions of which one is what an expression comes to, or an item of it."""
    match node:
        case ast.Subscript(value=inner) | ast.NamedExpr(value=inner) | ast.Starred(value=inner):
            return [inner]
        case ast.IfExp(body=one, orelse=other):
            return [one, other]
        case ast.BoolOp(values=items) | ast.Tuple(elts=items) | ast.List(elts=items) | ast.Dict(values=items):
            return items
    return ()


def _parsed(annotation: str) -> ast.expr | None:
    try:
        return ast.parse(annotation, mode="eval").body
    except SyntaxError:  # a Literal's text, not a type's name
        return None
