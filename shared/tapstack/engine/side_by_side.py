"""Runs the engine on several layers at once, and ends all of them at a Ctrl-C."""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from tapstack.console.errors import UserError
from tapstack.engine.environment import Environment

_T = TypeVar("_T")


def side_by_side(
    environment: Environment, layers: Sequence[str], run: Callable[[str], _T]
) -> Mapping[str, _T | UserError]:
    """Call `run` for every layer, as many at once as there are cores.

    Returns:
        Layer to what came of it: the result, or the error it ended with.
    """

    def outcome(layer: str) -> _T | UserError:
        try:
            return run(layer)
        except UserError as error:
            return environment.explain(error)

    with ThreadPoolExecutor(min(len(layers), os.cpu_count() or 1) or 1) as pool:
        running = {layer: pool.submit(outcome, layer) for layer in layers}
        try:
            return {layer: future.result() for layer, future in running.items()}
        except BaseException:
            environment.stop.set()
            raise
