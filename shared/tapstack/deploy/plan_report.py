"""A plan in words: a table for a terminal, Markdown for a comment on a pull request."""

import sys
from collections.abc import Iterator, Sequence
from typing import Final

from tapstack.console.table import print_table
from tapstack.console.words import count_or_dot, listed
from tapstack.deploy.borders.turns import steps
from tapstack.deploy.data_loss import Loss
from tapstack.deploy.plan import KINDS, Change, LayerPlan, Plan
from tapstack.engine.policies import EXEMPTIONS
from tapstack.engine.rewrites import Rewrite
from tapstack.engine.words import OPTIONS

_REASONS_SHOWN: Final = 1
_LINES_SHOWN: Final = 12
"""How many changes of a layer have a line of their own; what comes new is told by its number."""


def order(plan: Plan) -> str:
    """Say in which order the layers deploy: `network ∥ data → compute`."""
    return " → ".join(" ∥ ".join(layer.layer for layer in wave) for wave in plan.waves)


def print_plan(plan: Plan, *, stderr: bool = False, title: str = "") -> None:
    """Print a plan as a table, and below it what deserves a line of its own."""
    stream = sys.stderr if stderr else sys.stdout
    print(title or _title(plan), file=stream)
    if not plan.layers:
        return
    kinds = _kinds(plan)
    rows = [(layer.layer, layer.wave, *_counts(layer, kinds), _remark(layer)) for layer in plan.layers]
    print_table(("layer", "order", *kinds, ""), rows, right=("order", *kinds), stderr=stderr)
    for line in _lines(plan):
        print(line, file=stream)


def as_markdown(plan: Plan) -> str:
    """Write a plan as Markdown, with a final newline."""
    lines = [f"### {_title(plan)}", ""]
    if plan.layers:
        kinds = _kinds(plan)
        lines += [f"| layer | order | {' | '.join(kinds)} | |", f"|---|--:|{'--:|' * len(kinds)}---|"]
        for layer in plan.layers:
            cells = [layer.layer, str(layer.wave), *_counts(layer, kinds), _remark(layer)]
            lines.append(f"| {' | '.join(map(_cell, cells))} |")
        lines += ["", *(f"- {_emphasised(line)}" for line in _lines(plan))]
    return "\n".join(lines).rstrip("\n") + "\n"


def loss_line(layer: str, loss: Loss) -> str:
    """Say what a layer loses, in capitals."""
    by = f", {loss.property}" if loss.property else ""
    return f"{layer}: {loss.kind.upper()} {loss.name!r} ({loss.type}{by}): {loss.lost.upper()} WILL BE LOST"


def _title(plan: Plan) -> str:
    since = (f" since {plan.since}" if plan.since else "") + (f" at {plan.at}" if plan.at else "")
    if not plan.layers:
        return f"Plan of {plan.stack}{since}: no layer is touched"
    return f"Plan of {plan.stack}{since}: {order(plan)}"


def _kinds(plan: Plan) -> list[str]:
    """Name the kinds of change that have a column: the usual ones, and what else a layer has, such as an import."""
    return list(dict.fromkeys([*KINDS, *(kind for layer in plan.layers for kind in layer.changes or ())]))


def _counts(layer: LayerPlan, kinds: Sequence[str]) -> list[str]:
    if layer.changes is None:
        return ["?" for _ in kinds]
    return [count_or_dot(layer.changes.get(kind, 0)) for kind in kinds]


def _remark(layer: LayerPlan) -> str:
    if layer.error:
        return "its preview fails"
    if layer.waits_for:
        return f"known once {' and '.join(layer.waits_for)} {'is' if len(layer.waits_for) == 1 else 'are'} up"
    on = f"with {listed(layer.previewed_on)} as planned" if layer.previewed_on else ""
    return "; ".join(filter(None, (_shortened(layer.because), on)))


def _shortened(reasons: Sequence[str]) -> str:
    more = len(reasons) - _REASONS_SHOWN
    return ", ".join(reasons[:_REASONS_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _lines(plan: Plan) -> Iterator[str]:
    for name, loss in plan.losses:
        yield loss_line(name, loss)
    for layer in plan.layers:
        told = [_changed(change) for change in layer.resources if change.kind != "create"]
        told += [_rewritten(rewrite) for rewrite in layer.rewrites]
        yield from (f"{layer.layer}: {line}" for line in told[:_LINES_SHOWN])
        if told[_LINES_SHOWN:]:
            yield f"{layer.layer}: … and {len(told) - _LINES_SHOWN} more; --json names all"
        yield from steps(
            plan.stack,
            layer.layer,
            layer.holds,
            makes=layer.makes,
            in_place=layer.in_place,
            planned=plan.names,
        )
        yield from (f"{layer.layer}: {line}" for line in layer.violations)
        if layer.refused:
            yield f"{layer.layer}: refuses what is deployed now, and is previewed again: {layer.refused}"
        for output in layer.new_outputs:
            yield f"{layer.layer}: output {output} is new"
        for output, readers in layer.outputs.items():
            seen = f"read by {', '.join(readers)}, to deploy after it" if readers else "no deployed layer reads it"
            yield f"{layer.layer}: output {output} changes; {seen}"
    for name in plan.unreadable:
        yield f"{name}: neither its state nor a note on it can be read; what it reads is as the contracts declare"
    if exempt := {layer.layer: len(layer.exemptions) for layer in plan.layers if layer.exemptions}:
        counts = ", ".join(f"{layer} {count}" for layer, count in exempt.items())
        yield f"exempt from controls: {counts}; each with its reason and owner in {EXEMPTIONS} and --json"
    yield from plan.obstacles


def _changed(change: Change) -> str:
    """Say what happens to a resource."""
    properties = f": {', '.join(change.properties)}" if change.properties else ""
    return f"{change.kind} {change.name!r} ({change.type}){properties}"


def _rewritten(rewrite: Rewrite) -> str:
    """Say what is written of a resource to the state alone."""
    written = [f"option{'s' if rewrite.options[1:] else ''} {', '.join(rewrite.options)}"] if rewrite.options else []
    written += [f"input{'s' if rewrite.inputs[1:] else ''} {', '.join(rewrite.inputs)}"] if rewrite.inputs else []
    was = f", before {rewrite.was!r}" if rewrite.was else ""
    return f"{OPTIONS} {rewrite.name!r} ({rewrite.type}{was}): {', '.join(written)}, in the state alone"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _emphasised(line: str) -> str:
    return f"**{line}**" if line.endswith("WILL BE LOST") else line
