"""The README's block that the state fills: everything between two markers."""

from collections.abc import Iterable
from html import escape
from typing import Final

from tapstack.console.errors import UserError
from tapstack.deploy.graph.mermaid import overview
from tapstack.deploy.graph.model import Model

BEGIN: Final = "<!-- layers -->"
END: Final = "<!-- /layers -->"


def block(model: Model) -> str:
    """Write the block, from marker to marker."""
    return "\n".join(
        (
            BEGIN,
            "",
            "```mermaid",
            overview(model),
            "```",
            "",
            "<details><summary>The outputs that cross each border</summary>",
            "",
            *_crossings(model),
            "",
            "</details>",
            "",
            "Every resource and every field: [docs/layers.svg](docs/layers.svg). Made from the lane's state;",
            "after a change: `tapstack generate layers`.",
            "",
            END,
        )
    )


def _crossings(model: Model) -> Iterable[str]:
    """List what each layer takes of another, a line for each two."""
    for layer in model.layers:
        for producer in layer.reads:
            fields = ", ".join(f"<code>{escape(field)}</code>" for field in model.used(producer, layer.name))
            if fields:
                yield f"- {escape(producer)} → {escape(layer.name)}: {fields}"


def with_block(text: str, model: Model) -> str:
    """Put the block in place of the one that `text` has.

    Raises:
        UserError: the markers are not there, once each and in order.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end) or BEGIN in rest or END in after:
        raise UserError(f"README.md: the lines {BEGIN} and {END} must stand in it once, in this order; put them in")
    return f"{before}{block(model)}{after}"
