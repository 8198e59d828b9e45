"""Draw the layers, their contracts, resources and what crosses their borders, from the state."""

import argparse
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from tapstack.checkout import CHECKOUT
from tapstack.layers import LAYERS
from tapstack_delivery.errors import DeliveryError
from tapstack_delivery.graph.files import write_all
from tapstack_delivery.graph.mermaid import overview
from tapstack_delivery.graph.model import Model, build_model
from tapstack_delivery.graph.picture import compose
from tapstack_delivery.graph.png import rasterize
from tapstack_delivery.graph.readme import with_block
from tapstack_delivery.graph.svg import draw
from tapstack_local.lane import Lane
from tapstack_local.stack_config import STACK

_OUTPUT: Final = CHECKOUT / ".tapstack" / "graph"


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("stack", nargs="?", default=STACK, help=f"the stack of each layer; {STACK} unless named")
    parser.add_argument(
        "--output", type=Path, default=_OUTPUT, metavar="FOLDER", help="where layers.svg, layers.png, layers.mmd go"
    )
    parser.add_argument("--readme", action="store_true", help="write README.md's block and docs/layers.svg instead")


def run(options: argparse.Namespace) -> int:
    """Draw, and tell what was written."""
    model = build_model(lane_states(Lane(), options.stack))
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


def lane_states(lane: Lane, stack: str) -> Mapping[str, Mapping[str, Any]]:
    """Export each layer's stack of a lane, secrets encrypted as they are.

    Raises:
        DeliveryError: it is not the lane's stack, or a layer is not deployed.
        LaneError: the lane is not up, or the engine cannot export a stack.
    """
    if stack != STACK:
        raise DeliveryError(f"stack {stack!r}: the lane in {lane.folder} has the stack {STACK!r} alone; leave it out")
    lane.require_running()
    for layer in LAYERS:
        if not lane.stack(layer).exists():
            raise DeliveryError(f"layer {layer!r} is not deployed in the lane in {lane.folder}; run: nox -s up-{layer}")
    with ThreadPoolExecutor(len(LAYERS)) as pool:
        exported = pool.map(lambda layer: lane.stack(layer).command("stack", "export"), LAYERS)
    return {layer: json.loads(text) for layer, text in zip(LAYERS, exported, strict=True)}


def _summary(model: Model) -> str:
    resources = sum(len(layer.resources) for layer in model.layers)
    fields = sum(len(layer.fields) for layer in model.layers)
    return f"{len(model.layers)} layers, {resources} resources, {fields} outputs, {len(model.uses)} uses across layers"
