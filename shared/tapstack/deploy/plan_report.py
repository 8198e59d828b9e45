"""A plan in words: a table for a terminal, Markdown for a comment on a pull request."""

import sys
from collections.abc import Iterator, Sequence
from typing import Final

from tapstack.console.table import print_table
from tapstack.deploy.plan import KINDS, LayerPlan, Loss, Plan

_REASONS_SHOWN: Final = 1


def order(plan: Plan) -> str:
    """Say in which order the layers deploy: `network ∥ data → compute`."""
    return " → ".join(" ∥ ".join(layer.layer for layer in wave) for wave in plan.waves)


def print_plan(plan: Plan, *, stderr: bool = False) -> None:
    """Print a plan as a table, and below it what deserves a line of its own."""
    stream = sys.stderr if stderr else sys.stdout
    print(_title(plan), file=stream)
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
    return f"{layer}: {loss.kind.upper()} {loss.name!r} ({loss.type}): {loss.lost.upper()} WILL BE LOST"


def _title(plan: Plan) -> str:
    since = f" since {plan.since}" if plan.since else ""
    if not plan.layers:
        return f"Plan of {plan.stack}{since}: no layer is touched"
    return f"Plan of {plan.stack}{since}: {order(plan)}"


def _kinds(plan: Plan) -> list[str]:
    """Name the kinds of change that have a column: the usual ones, and what else a layer has, such as an import."""
    return list(dict.fromkeys([*KINDS, *(kind for layer in plan.layers for kind in layer.changes or ())]))


def _counts(layer: LayerPlan, kinds: Sequence[str]) -> list[str]:
    if layer.changes is None:
        return ["?" for _ in kinds]
    return [str(layer.changes.get(kind, 0) or "·") for kind in kinds]


def _remark(layer: LayerPlan) -> str:
    if layer.error:
        return "its preview fails"
    if layer.waits_for:
        return f"known once {' and '.join(layer.waits_for)} {'is' if len(layer.waits_for) == 1 else 'are'} up"
    return _shortened(layer.because)


def _shortened(reasons: Sequence[str]) -> str:
    more = len(reasons) - _REASONS_SHOWN
    return ", ".join(reasons[:_REASONS_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _lines(plan: Plan) -> Iterator[str]:
    for name, loss in plan.losses:
        yield loss_line(name, loss)
    for layer in plan.layers:
        for output in layer.new_outputs:
            yield f"{layer.layer}: output {output} is new"
        for output, readers in layer.outputs.items():
            seen = f"read by {', '.join(readers)}, to deploy after it" if readers else "no deployed layer reads it"
            yield f"{layer.layer}: output {output} changes; {seen}"
    for name in plan.unreadable:
        yield f"{name}: its state is not for these credentials to read; what it reads is as the contracts declare"
    yield from plan.obstacles


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _emphasised(line: str) -> str:
    return f"**{line}**" if line.endswith("WILL BE LOST") else line
