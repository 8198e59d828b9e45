"""The model's figures as `docs/capacity.md` has them, and its picture on a light and on a dark ground."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from capacity.bottlenecks import Bottleneck, Measured, of_a_shard
from capacity.limits import LIMITS
from capacity.timing import CALL_MS, COMPUTING_MS
from fraud_detector.workers import WORKERS
from tapstack.checkout import CHECKOUT
from tapstack.deploy.graph.drawing import DARK, FONT_FAMILY, LIGHT, NAMESPACE, Palette, rect, text
from tapstack.deploy.graph.layout import Frame
from transactions.agreed.invocations import STREAM_BATCH, STREAM_BATCHES_AT_ONCE

PAGE: Final = "docs/capacity.md"
PICTURES: Final[Mapping[str, Palette]] = {"docs/capacity-light.svg": LIGHT, "docs/capacity-dark.svg": DARK}

_BEGIN: Final = "<!-- figures -->\n"
_END: Final = "<!-- /figures -->\n"

_ROW: Final = 30
_NAMES: Final = 330
_BAR: Final = 470
_FIGURES: Final = 90
_LARGEST: Final = 1_000_000
"""Transactions a second at the right end of the bars, which begin with 10."""


def files(measured: Measured, found: Sequence[Bottleneck]) -> dict[str, str]:
    """Give path to text of the page and its pictures."""
    page = (CHECKOUT / PAGE).read_text(encoding="utf-8")
    before, _, rest = page.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    drawn = {path: "\n".join(_draw(palette, found)) + "\n" for path, palette in PICTURES.items()}
    return {PAGE: f"{before}{_BEGIN}\n{figures(measured, found)}\n\n{_END}{after}", **drawn}


def figures(measured: Measured, found: Sequence[Bottleneck]) -> str:
    """Write the tables."""
    brought, decided, alone = of_a_shard(measured)
    earlier = LIMITS["partition_write_units"].value / measured.earlier_list_share
    share = measured.memory_mb / LIMITS["lambda_mb_of_a_processor"].value
    decided_as = f"{measured.batch.calls} calls in {measured.batch.ms:,.0f} ms for {STREAM_BATCH}"
    alone_as = f"{measured.alone.calls} calls in {measured.alone.ms:,.0f} ms"
    assumed = (
        f"Assumed: a call takes {CALL_MS:g} ms and {COMPUTING_MS:g} ms of a whole processor; the fraud-detector has "
        f"{measured.memory_mb} MB, which is {share:.2f} of one."
    )
    both = (
        "While `listForEarlierVersions` is on, a merchant's partition of `merchant-index` takes "
        f"{measured.earlier_list_share:g} units for each transaction, and a merchant ends at {earlier:,.0f} a second."
    )
    rows = [
        "| of | transactions a second | ends at | moved by | how it comes about |",
        "|---|---:|---|---|---|",
        *(f"| {one.scope} | {one.rate:,.0f} | {one.name} | {one.nature} | {_how(one)} |" for one in found),
        "",
        f"| a shard of the stream, {STREAM_BATCHES_AT_ONCE} batches at once | transactions a second |",
        "|---|---:|",
        f"| what its partition can take: {measured.transaction_units:g} units for each | {brought:,.0f} |",
        f"| decided, {WORKERS} calls at once: {decided_as} | {decided:,.0f} |",
        f"| decided, one call after another: {alone_as} | {alone:,.0f} |",
        "",
        assumed,
        "",
        both,
        "",
        "| what AWS takes | | raised on request | |",
        "|---|---|---|---|",
        *(
            f"| {one.value:,} | {one.unit} | {'yes' if one.raised else 'no'} | [page]({one.page}) |"
            for one in LIMITS.values()
        ),
    ]
    return "\n".join(rows)


def _how(one: Bottleneck) -> str:
    return f"{one.how}; {one.delays} come late, nothing is refused" if one.delays else one.how


def _draw(palette: Palette, found: Sequence[Bottleneck]) -> Iterator[str]:
    """Draw a bar for each bottleneck; ten times as many a second are as much longer everywhere."""
    scopes = list(dict.fromkeys(one.scope for one in found))
    width, height = _NAMES + _BAR + _FIGURES, (len(found) + len(scopes)) * _ROW + 16
    yield f'<svg xmlns="{NAMESPACE}" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">'
    yield "<title>Transactions a second at which a card, a merchant and all merchants end</title>"
    yield (
        f"<style>text{{font-family:{FONT_FAMILY};font-size:12px;fill:{palette.ink}}}"
        f".scope{{font-weight:600;font-size:14px}}.behind{{fill:{palette.muted}}}</style>"
    )
    yield rect(Frame(0, 0, width, height), 12, f'fill="{palette.panel}"')
    y = 0
    for place, scope in enumerate(scopes):
        y += _ROW
        yield text("scope", scope, 16, y - 4, palette.layer(place))
        for rank, one in enumerate(each for each in found if each.scope == scope):
            y += _ROW
            length = round(_BAR * math.log10(one.rate / 10) / math.log10(_LARGEST / 10))
            # The first is what holds back; those behind it are shown fainter.
            look = f'fill="{palette.layer(place)}" fill-opacity="{1 if rank == 0 else 0.4}"'
            yield text("name" if rank == 0 else "behind", one.name, 16, y - 4)
            yield rect(Frame(_NAMES, y - 16, max(length, 2), 16), 3, look)
            yield text("name" if rank == 0 else "behind", f"{one.rate:,.0f}", _NAMES + length + 8, y - 4)
    yield "</svg>"
