"""`docs/rules.md`: what AWS refuses and the lane does, rule by rule."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tapstack.providers.rules import Rule

PAGE: Final = "docs/rules.md"

_HEAD: Final = """\
<!-- Made from shared/tapstack/providers/rules; after a change: tapstack generate -->
# What the lane refuses in AWS's words

Each row is a rule of AWS about a resource type in use: what AWS answers, the operation that does, and the page of that
operation. The lane's stand-in provider refuses the same. The codes are held to botocore's models; the words are AWS's
as far as they were met in public, and no account was asked for each, so a word may differ. What a resource's inputs
alone tell is refused by the preview already, as soon as they are known; what depends on what else is there, when the
call would be sent. `tests/engine/test_rules.py` breaks every rule by a program on a real engine.

Beside these the lane holds, at the preview, the values that a real provider's own validators refuse
(`argument_rules.json`), with the property and what is allowed; and the lengths, ranges and characters that botocore's
models give the parameters of {services}, in the words that those services share: `1 validation
error detected: Value 'a b' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression
pattern: …`.

What AWS knows by the clock is not held: a queue's name in the minute after its deletion (the genuine provider waits
that out), a second change of a time-to-live within the hour, a second change of a billing mode within the day. Quotas
that AWS raises on request are not held either, but for the concurrency that it keeps unreserved. AWS takes alarms and
widgets of metrics that nobody publishes; `tests/unit/test_metrics.py` does not.
"""


def render(root: Path) -> dict[str, str]:  # noqa: ARG001 - the rules are the product's own
    """Write the page: path to text."""
    from tapstack.providers.rules import RULES  # noqa: PLC0415 - boto3, which other files do not need
    from tapstack.providers.rules.constraints import CODES  # noqa: PLC0415

    services = sorted({_service(rule) for rule in RULES})
    parts = [_HEAD.format(services=", ".join(sorted(CODES))), f"{len(RULES)} rules.\n"]
    parts += [_section(service, [rule for rule in RULES if _service(rule) == service]) for service in services]
    return {PAGE: "\n".join(parts)}


def _service(rule: "Rule") -> str:
    return rule.operation.partition(":")[0]


def _section(service: str, rules: Sequence["Rule"]) -> str:
    rows = [
        f"| {rule.name} | {_types(rule)} | {rule.operation.partition(':')[2]} | `{rule.code}`: {_text(rule.message)} "
        f"| [page]({rule.source}) |"
        for rule in rules
    ]
    head = ["| rule | of | operation | what AWS says | source |", "|---|---|---|---|---|"]
    return "\n".join([f"## {service}", "", *head, *rows, ""])


def _types(rule: "Rule") -> str:
    return ", ".join(token.rpartition(":")[2] for token in rule.types)


def _text(message: str) -> str:
    shown = message.replace("|", "\\|").replace("\n", " ").replace("*", "\\*").replace("<", "&lt;")
    return shown.replace("[", "\\[").replace("_", "\\_")
