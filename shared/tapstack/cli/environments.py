"""Turns the name of a stack into an environment: the one place that does."""

from tapstack.cli.parameters import stacks
from tapstack.console.errors import UserError
from tapstack.console.hints import LANE
from tapstack.console.words import unknown
from tapstack.engine.environment import BackendEnvironment, Environment
from tapstack.lane.environment import LaneEnvironment
from tapstack.lane.lane import Lane


def environment_named(stack: str) -> Environment:
    """Find the environment whose stacks have a name: the lane, or those of the backend of this shell.

    Raises:
        UserError: no layer of this checkout has settings for such a stack.
    """
    if stack == LANE:
        return LaneEnvironment(Lane())
    if stack not in (known := stacks()):
        raise UserError(
            f"{unknown('stack', stack, known)}; a new one begins with the settings of its layers: "
            f"projects/<layer>/Pulumi.{stack}.yaml"
        )
    return BackendEnvironment(stack)
