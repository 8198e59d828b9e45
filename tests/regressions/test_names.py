"""An environment written into a name is refused; a stage is a resource and no environment."""

from collections.abc import Callable
from pathlib import Path

from tapstack.lane.lane import Lane

Break = Callable[[str, str, str], Path]
Fails = Callable[[str], str]


def test_a_hard_coded_environment_is_refused_with_the_name_and_the_word(
    lane: Lane, fails: Fails, replace: Break
) -> None:
    replace("network/flow_logs.py", 'name=names("flow-logs"), retention', 'name="tapstack-flow-logs-prod", retention')

    told = fails("network")

    assert "'tapstack-flow-logs-prod' has the environment 'prod' written into it" in told


def test_the_word_stage_in_a_name_is_no_environment(lane: Lane, replace: Break) -> None:
    replace("network/flow_logs.py", 'name=names("flow-logs"), retention', 'name=names("stage-flow-logs"), retention')

    assert lane.stack("network").up().counts["create"] > 20
