"""The figures as the tables of docs/benchmarks.md."""

from collections.abc import Iterable, Mapping
from typing import Final

from bench.measure import Ratio, Size
from bench.units import Used
from tapstack.checkout import CHECKOUT

FILE: Final = CHECKOUT / "docs" / "benchmarks.md"

_BEGIN: Final = "<!-- figures -->\n"
_END: Final = "<!-- /figures -->\n"


def render(
    ratios: Iterable[Ratio], consumed: Iterable[Used], imports: Mapping[str, float], sizes: Iterable[Size]
) -> str:
    """Write what was measured."""
    return "\n".join(
        (
            "| processor time | of a bare `put_item` | calls of the SDK |",
            "|---|---:|---:|",
            *(f"| {one.name} | {one.median:.2f} | {one.calls:g} |" for one in ratios),
            "",
            render_units(consumed),
            "",
            '| the validator\'s first import, out of its package | of `boto3.client("dynamodb")` |',
            "|---|---:|",
            *(f"| {kind} | {ratio:.2f} |" for kind, ratio in imports.items()),
            "",
            "| package | deflated, MB | files |",
            "|---|---:|---:|",
            *(f"| {one.function.replace('_', '-')} | {one.deflated / 1e6:.2f} | {one.files} |" for one in sizes),
        )
    )


def render_units(consumed: Iterable[Used]) -> str:
    """Write what the paths consume, which is the same in every run."""
    return "\n".join(
        (
            "| consumed by | calls of the SDK | write units | of the index | read units |",
            "|---|---:|---:|---:|---:|",
            *(
                f"| {one.name} | {one.calls} | {one.write_units} | {one.index_write_units} | {one.read_units:g} |"
                for one in consumed
            ),
        )
    )


def written(document: str, figures: str) -> str:
    """Put the tables between the document's marks."""
    before, _, rest = document.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return f"{before}{_BEGIN}\n{figures}\n\n{_END}{after}"
