"""Measures the paths, the imports and the packages.

What is compared is measured in turns within one run, as processor time, and the median of the turns' ratios is taken:
what else the machine does at a moment then meets both sides.
"""

import compileall
import io
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path as File
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

from bench.paths import BARE, Path, paths
from simulation.functions import ENVIRONMENTS, variables_of
from support.lambda_runtime import copy_sdk, run_alone
from tapstack.program.packaging import NATIVE, package

ROUNDS: Final = 25
COLD_ROUNDS: Final = 5
WITH_BYTECODE: Final = "with bytecode"
WITHOUT_BYTECODE: Final = "without bytecode, as it is packaged"

_TIMED: Final = "import time; began = time.process_time(); {code}; print(time.process_time() - began)"
_COLD: Final = "validator"


@dataclass(frozen=True)
class Ratio:
    """What a path costs.

    Attributes:
        name: of the path.
        median: of its processor time by that of a bare `put_item`.
        calls: of the SDK, as often as the path was gone, or shared in.
    """

    name: str
    median: float
    calls: float


@dataclass(frozen=True)
class Size:
    """A package.

    Attributes:
        function: whose.
        deflated: bytes of the archive when it is deflated.
        files: how many are in it.
    """

    function: str
    deflated: int
    files: int


def ratios(rounds: int = ROUNDS) -> list[Ratio]:
    """Measure each path beside a bare `put_item`."""
    times: dict[str, list[float]] = {}
    calls: dict[str, float] = {}
    with paths() as (made, stub):
        for path in made:
            # Memories are filled and lazy imports done; what is counted is what comes again.
            path.call()
            stub.calls.clear()
            path.call()
            calls[path.name] = stub.calls.total() / path.shares
        for _ in range(rounds):
            for path in made:
                times.setdefault(path.name, []).append(_time(path))
    bare = times[BARE]
    return [
        Ratio(name, median(one / other for one, other in zip(taken, bare, strict=True)), calls[name])
        for name, taken in times.items()
    ]


def _time(path: Path) -> float:
    began = time.process_time()
    for _ in range(path.calls):
        path.call()
    return (time.process_time() - began) / path.calls / path.shares


def imports(rounds: int = COLD_ROUNDS) -> dict[str, float]:
    """Measure the validator's first import, out of its package, beside that of a bare client.

    Returns:
        Whether the package comes with bytecode, to the ratio. The SDK has its own in each, as the runtime's has.
    """
    times: dict[str, list[float]] = {WITHOUT_BYTECODE: [], WITH_BYTECODE: []}
    bare: list[float] = []
    with TemporaryDirectory() as folder:
        root = File(folder)
        sdk = copy_sdk(root / "sdk")
        compileall.compile_dir(sdk, quiet=2)
        for kind in times:
            with zipfile.ZipFile(package(_COLD, NATIVE).path) as archive:
                archive.extractall(root / kind)
        compileall.compile_dir(root / WITH_BYTECODE, quiet=2)
        for _ in range(rounds + 1):
            bare.append(_cold("import boto3; boto3.client('dynamodb')", sdk))
            times[WITHOUT_BYTECODE].append(_cold(f"import {_COLD}.handler", root / WITHOUT_BYTECODE, sdk))
            times[WITH_BYTECODE].append(_cold(f"import {_COLD}.handler", root / WITH_BYTECODE, sdk))
    # In the first turn the machine reads every file for the first time.
    return {
        kind: median(one / other for one, other in zip(taken[1:], bare[1:], strict=True))
        for kind, taken in times.items()
    }


def _cold(code: str, *folders: File) -> float:
    """Run code in a Python of its own that finds modules in folders alone; return seconds of processor time."""
    return float(run_alone(_TIMED.format(code=code), variables_of(_COLD), *folders))


def sizes() -> list[Size]:
    """Weigh each function's package."""
    return [_size(function) for function in ENVIRONMENTS]


def _size(function: str) -> Size:
    deflated = io.BytesIO()
    with (
        zipfile.ZipFile(package(function, NATIVE).path) as stored,
        zipfile.ZipFile(deflated, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name in stored.namelist():
            archive.writestr(name, stored.read(name))
    return Size(function, len(deflated.getvalue()), len(stored.namelist()))
