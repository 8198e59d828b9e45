"""Function code looked for in the folder the command happened to run in."""

from collections.abc import Callable
from pathlib import Path

from tapstack.lane.lane import Lane

Break = Callable[[str, str, str], Path]
Fails = Callable[[str], str]


def test_a_path_relative_to_the_wrong_folder_is_refused_with_the_path(lane: Lane, fails: Fails, replace: Break) -> None:
    for layer in ("network", "data"):
        lane.stack(layer).up()
    replace(
        "compute/function.py",
        "package(module, settings.function_platform)",
        'package(module, settings.function_platform, source=__import__("pathlib").Path("functions"))',
    )

    told = fails("compute")

    assert "function 'validator' has no code: functions/validator/handler.py is not there" in told
    assert not [urn for urn in lane.stack("compute").resources() if "lambda" in urn]
