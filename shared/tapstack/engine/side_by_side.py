"""Runs the engine on several layers at once, and ends all of them at a Ctrl-C."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any, TypeVar

from tapstack.console.errors import UserError
from tapstack.console.progress import say
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
            _wound_up(running.values())
            raise


def _wound_up(running: Iterable[Future[Any]]) -> None:
    """Wait for engines that were told to end, whatever else is typed meanwhile: one that is left behind goes on alone.

    An engine that does not end in good order is killed after a minute.
    """
    told = False
    while not_done := wait(running, timeout=0).not_done:
        try:
            if not told:
                say("stopping: what is under way is brought to its end, which takes up to a minute")
                told = True
            wait(not_done)
        except KeyboardInterrupt:
            continue
