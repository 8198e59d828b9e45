"""Trying a mutant: in a child of a process that has collected the tests, so that a trial costs little but its tests.

A change within a function that tests run takes the place of that function's code. Any other has the functions imported
anew from the changed source, by tests and a simulation that are imported anew too.
"""

import gc
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
from collections.abc import Iterator, Sequence
from importlib.machinery import ModuleSpec
from types import CodeType, FunctionType, ModuleType
from typing import Any, Final

import pytest

from mutation.mutants import FUNCTIONS, Mutant

FRESH: Final = frozenset(
    {
        "bench", "conftest", "corpora", "fraud_detector", "hostile", "notifier", "simulation", "support", "tapstack",
        "tests", "transactions", "validator",
    }
)  # fmt: skip
"""Whose modules are imported anew: the functions' and those that import something of theirs."""
PYTEST_ARGUMENTS: Final = (
    "-q", "--capture=no", "--no-header", "--exitfirst", "--tb=no", "--hypothesis-seed=0",
    "-p", "no:cacheprovider", "-p", "no:xdist", "-o", "timeout=0",
)  # fmt: skip


def is_killed_in_place(mutant: Mutant, items: Sequence[pytest.Item], steps: int) -> bool:
    """Put a mutant's code into the function as it is loaded; run tests until one fails, then the simulation.

    Raises:
        LookupError: nothing of that name is loaded.
    """
    code = next(
        (found for found in _codes(compile(mutant.source, "", "exec")) if found.co_qualname == mutant.function), None
    )
    targets = [function for function in _loaded(mutant.file) if function.__code__.co_qualname == mutant.function]
    if code is None or not targets:
        raise LookupError(f"{mutant.file} has no function {mutant.function} that is loaded")
    for function in targets:
        function.__code__ = code
    for item, following in zip(items, [*items[1:], None], strict=True):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if item.session.testsfailed:
            return True
    return _is_found(steps)


def is_killed_anew(mutant: Mutant, tests: Sequence[str], first: Sequence[str], steps: int) -> bool:
    """Import the functions and the tests with a mutant in them, and run the tests and the simulation.

    Args:
        mutant: the change.
        tests: paths for pytest.
        first: ids of the tests that are run before all, as they are the likeliest to fail.
        steps: how many the simulation takes.
    """
    sys.meta_path.insert(0, _Mutated(mutant))
    for selected in (first, tests):
        _forget()
        if selected and pytest.main([*PYTEST_ARGUMENTS, *selected]) != pytest.ExitCode.OK:
            return True
    return _is_found(steps)


def _forget() -> None:
    """Have whatever is of the functions, or imports them, imported anew."""
    for name in [name for name in sys.modules if name.partition(".")[0] in FRESH]:
        del sys.modules[name]
    importlib.invalidate_caches()


def _is_found(steps: int) -> bool:
    """Have the simulation, with whatever functions are imported, look for what no test has found."""
    simulate = importlib.import_module("simulation.run").simulate
    return steps > 0 and simulate(1, steps, shorten=False).violation is not None


class _Mutated(importlib.abc.MetaPathFinder):
    """Finds the module that is mutated."""

    def __init__(self, mutant: Mutant) -> None:
        self._name = mutant.file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        self._loader = _FromMutant(self._name, f"{FUNCTIONS / mutant.file}")
        self._loader.source = mutant.source

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self._name:
            return None
        return importlib.util.spec_from_file_location(fullname, self._loader.path, loader=self._loader)


class _FromMutant(importlib.machinery.SourceFileLoader):
    """Loads a module from the mutant's source in place of its file's."""

    source: str

    def get_code(self, fullname: str) -> CodeType:
        return compile(self.source, self.path, "exec", dont_inherit=True)


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _loaded(file: str) -> list[FunctionType]:
    """Find all functions of a file that are loaded, decorated ones and properties too."""
    path = os.fspath(FUNCTIONS / file)
    found: list[Any] = gc.get_objects()
    return [each for each in found if isinstance(each, FunctionType) and each.__code__.co_filename == path]
