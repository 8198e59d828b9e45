"""Draws the layers, their contracts, resources and what crosses their borders, from the state."""

from pathlib import Path
from typing import Final

from tapstack.checkout import CHECKOUT
from tapstack.cli import environments
from tapstack.console.errors import UserError
from tapstack.console.hints import command
from tapstack.console.progress import say
from tapstack.console.words import counted
from tapstack.deploy.forgotten import forgotten_in
from tapstack.deploy.graph.files import write_all
from tapstack.deploy.graph.mermaid import overview
from tapstack.deploy.graph.model import Model, build_model
from tapstack.deploy.graph.picture import compose
from tapstack.deploy.graph.png import rasterize
from tapstack.deploy.graph.svg import draw
from tapstack.engine.state import states_of

_OUTPUT: Final = CHECKOUT / ".tapstack" / "graph"


def graph(stack: str, *, output: Path | None) -> int:
    """Draw, and tell what was written; None writes to `.tapstack/graph`."""
    output = output or _OUTPUT
    environment = environments.environment_named(stack)
    with environment.opened("graph", starts=False):
        forgotten = forgotten_in(environment)
        states = {**states_of(environment), **forgotten.states}
    up = {layer: state.resources for layer, state in states.items() if state.is_up}
    if not up:
        raise UserError(f"no layer of {environment.name} is up; deploy them: {command('up', stack=environment.name)}")
    if left_out := [layer for layer in states if layer not in up]:
        say(f"not up, and not in the picture: {', '.join(left_out)}")
    for note in forgotten.notes(environment.name):
        say(note)
    model = build_model(up)
    svg = draw(compose(model))
    pictures = {
        "layers.svg": svg.encode(),
        "layers.png": rasterize(svg),
        "layers.mmd": f"{overview(model)}\n".encode(),
    }
    write_all(output, pictures)
    print(_summary(model))
    for name in pictures:
        print(output / name)
    return 0


def _summary(model: Model) -> str:
    resources = sum(len(layer.resources) for layer in model.layers)
    fields = sum(len(layer.fields) for layer in model.layers)
    counts = {"layer": len(model.layers), "resource": resources, "output": fields}
    uses = counted(len(model.uses), "use")
    return f"{', '.join(counted(number, noun) for noun, number in counts.items())}, {uses} across layers"
