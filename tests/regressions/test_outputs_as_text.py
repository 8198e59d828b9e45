"""An Output put into text: `str(output)` and f-strings hold "Output object at 0x…" instead of the value."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tapstack.lane.lane import Lane

Break = Callable[[str, str, str], Path]
Fails = Callable[[str], str]


@pytest.mark.parametrize("text", ['f"{log_group.arn}:*"', 'str(log_group.arn) + ":*"'])
def test_the_program_ends_instead_of_deploying_it(lane: Lane, fails: Fails, replace: Break, text: str) -> None:
    replace("network/flow_logs.py", 'log_group.arn.apply(lambda arn: f"{arn}:*")', text)

    assert "Calling __str__ on an Output[T] is not supported" in fails("network")
