"""What is left to do across borders once a command has ended, and by whom."""

from collections.abc import Sequence

from tapstack.console.errors import UserError
from tapstack.deploy.borders.holds import Hold, holds_of_left, left_in
from tapstack.deploy.borders.turns import contract_turn, next_turn, readers_of, stuck
from tapstack.deploy.interfaces import GROUP, placed_functions
from tapstack.deploy.plan import LayerPlan, Plan
from tapstack.engine.environment import Environment
from tapstack.engine.state import states_of
from tapstack.layers import BY_NAME


def tell_turns(environment: Environment, plan: Plan) -> None:
    """Tell of the layers that a plan has to do with and that have kept what they replaced: whose turn it is.

    It is what the command comes to, a line a layer on stdout, for workflows to hand on; progress is on stderr.

    Raises:
        UserError: layers of the plan hold on to what another has kept, although they are as their programs say.
    """
    planned = {layer.layer: layer for layer in plan.layers}
    concerned = {*plan.names, *(read for layer in plan.names for read in BY_NAME[layer].reads)}
    states = states_of(environment, concerned)
    for layer in (name for name in BY_NAME if name in concerned):
        left = left_in(states[layer])
        holds = holds_of_left(states[layer], states.values()) or _kept(planned.get(layer), plan)
        if holds and set(readers_of(holds)) <= set(plan.names):
            raise UserError(stuck(environment.name, layer, holds))
        if holds:
            _tell(next_turn(environment.name, layer, holds))
        elif left:
            groups = any(item["type"] == GROUP for item in left)
            placed = [name for name, state in states.items() if groups and placed_functions(state.resources)]
            _tell(contract_turn(environment.name, layer, len(left), placed))


def _tell(turn: str) -> None:
    print(turn, flush=True)


def _kept(layer: LayerPlan | None, plan: Plan) -> Sequence[Hold]:
    """List what a layer was to take out and kept, as readers that the plan does not deploy hold it."""
    kept = layer.kept if layer else ()
    return () if set(readers_of(kept)) <= set(plan.names) else kept
