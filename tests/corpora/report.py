"""The measured figures as the tables of docs/card-numbers.md."""

from collections.abc import Iterable
from typing import Final

from corpora.measure import MOST_REFUSED, SIZE, Measured, headers, ordinary, random_digits
from tapstack.checkout import CHECKOUT

FILE: Final = CHECKOUT / "docs" / "card-numbers.md"

_BEGIN: Final = "<!-- figures -->\n"
_END: Final = "<!-- /figures -->\n"
_LONGEST_EXAMPLE: Final = 60


def render(
    texts: Iterable[Measured] | None = None,
    requests: Iterable[Measured] | None = None,
    random: Iterable[Measured] | None = None,
) -> str:
    """Write the tables of what was measured, or of what is measured now."""
    return "\n".join(
        (
            f"Of {SIZE:,} each; none of the first two tables may pass {MOST_REFUSED:.1%}.",
            "",
            *_table("ids, times and numbers in kept texts", ordinary() if texts is None else texts),
            *_table("requests with the headers of", headers() if requests is None else requests),
            *_table("what cannot be told from card numbers", random_digits() if random is None else random),
        )
    )


def written(document: str, figures: str) -> str:
    """Put the tables between the document's marks."""
    before, _, rest = document.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return f"{before}{_BEGIN}\n{figures}\n{_END}{after}"


def _table(title: str, measured: Iterable[Measured]) -> list[str]:
    rows = [f"| {one.kind} | `{_short(one.example)}` | {one.refused} | {one.share:.3%} |" for one in measured]
    return [f"| {title} | such as | refused | share |", "|---|---|---:|---:|", *rows, ""]


def _short(example: str) -> str:
    return example if len(example) <= _LONGEST_EXAMPLE else f"{example[:_LONGEST_EXAMPLE]}…"
