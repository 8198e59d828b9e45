"""Draw the layers, their contracts, resources and what crosses their borders, from the state."""

import argparse
from pathlib import Path
from typing import Final

from tapstack.checkout import CHECKOUT
from tapstack.console.errors import UserError
from tapstack.console.progress import say
from tapstack.deploy.graph.files import write_all
from tapstack.deploy.graph.mermaid import overview
from tapstack.deploy.graph.model import Model, build_model
from tapstack.deploy.graph.picture import compose
from tapstack.deploy.graph.png import rasterize
from tapstack.deploy.graph.readme import with_block
from tapstack.deploy.graph.svg import draw
from tapstack.engine.environment import environment_named
from tapstack.engine.state import states_of
from tapstack.lane.stack_config import STACK

_OUTPUT: Final = CHECKOUT / ".tapstack" / "graph"


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("stack", nargs="?", default=STACK, help=f"name of the stacks (default: {STACK}, the lane's)")
    parser.add_argument(
        "--output", type=Path, default=_OUTPUT, metavar="FOLDER", help="where layers.svg, layers.png, layers.mmd go"
    )
    parser.add_argument("--readme", action="store_true", help="write README.md's block and docs/layers.svg instead")


def run(options: argparse.Namespace) -> int:
    """Draw, and tell what was written."""
    environment = environment_named(options.stack)
    with environment.opened("graph", starts=False):
        states = states_of(environment)
    up = {layer: state.resources for layer, state in states.items() if state.is_up}
    if not up:
        raise UserError(f"no layer of {environment.name} is up; deploy them: {environment.command('up')}")
    if left_out := [layer for layer in states if layer not in up]:
        say(f"not up, and not in the picture: {', '.join(left_out)}")
    model = build_model(up)
    svg = draw(compose(model))
    if options.readme:
        readme = with_block((CHECKOUT / "README.md").read_text(encoding="utf-8"), model)
        write_all(CHECKOUT / "docs", {"layers.svg": svg.encode()})
        write_all(CHECKOUT, {"README.md": readme.encode()})
        written = [CHECKOUT / "README.md", CHECKOUT / "docs" / "layers.svg"]
    else:
        pictures = {
            "layers.svg": svg.encode(),
            "layers.png": rasterize(svg),
            "layers.mmd": f"{overview(model)}\n".encode(),
        }
        write_all(options.output, pictures)
        written = [options.output / name for name in pictures]
    print(_summary(model))
    for path in written:
        print(path)
    return 0


def _summary(model: Model) -> str:
    resources = sum(len(layer.resources) for layer in model.layers)
    fields = sum(len(layer.fields) for layer in model.layers)
    return f"{len(model.layers)} layers, {resources} resources, {fields} outputs, {len(model.uses)} uses across layers"
