"""The pictures in the documents: a transaction's way, and the layers as the lane has deployed them."""

from pathlib import Path

from tapstack.console.errors import UserError
from tapstack.console.hints import command
from tapstack.deploy.graph import transaction
from tapstack.deploy.graph.model import build_model
from tapstack.deploy.graph.picture import compose
from tapstack.deploy.graph.readme import with_block
from tapstack.deploy.graph.svg import draw
from tapstack.engine.state import states_of
from tapstack.lane.environment import LaneEnvironment
from tapstack.lane.lane import Lane


def render_transaction(root: Path) -> dict[str, str]:  # noqa: ARG001 - contracts are code, and so this checkout's
    """Draw a transaction's way through the layers."""
    return {f"docs/{name}": svg for name, svg in transaction.render().items()}


def render_layers(root: Path) -> dict[str, str]:
    """Draw the layers of the lane, into a block of README.md and a file of their own.

    Raises:
        UserError: a layer is not up in the lane, or README.md has no place for the picture.
    """
    environment = LaneEnvironment(Lane())
    with environment.opened("generate", starts=False):
        states = states_of(environment)
    if missing := [layer for layer, state in states.items() if not state.is_up]:
        raise UserError(f"layer {missing[0]!r} is not up in the lane; bring all layers up: {command('local')}")
    model = build_model({layer: state.resources for layer, state in states.items()})
    return {
        "README.md": with_block((root / "README.md").read_text(encoding="utf-8"), model),
        "docs/layers.svg": draw(compose(model)),
    }
