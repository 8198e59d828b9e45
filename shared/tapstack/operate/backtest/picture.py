"""Scores and thresholds as a picture: a bar for each score, coloured by what it comes to, as SVG."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

from tapstack.operate.backtest.comparison import Scored
from transactions.settings import MerchantSettings
from transactions.transaction import Verdict

MOST_BARS: Final = 24
"""Where there are more scores than that, a bar stands for several."""

_WIDTH: Final = 760
_ROW: Final = 26
_TOP: Final = 60
_LEFT: Final = 96
_BAR: Final = 520
_STYLE: Final = (
    "text{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:#1b2333}"
    ".title{font-weight:600;font-size:14px}.paper{fill:#f6f8fb}.approved{fill:#2e7960}.review{fill:#946831}"
    ".declined{fill:#a23b4a}.before{fill:none;stroke:#59657a}.threshold{stroke:#59657a;stroke-dasharray:4 3}"
    "@media(prefers-color-scheme:dark){text{fill:#e4e9f2}.paper{fill:#161b26}.approved{fill:#5fb894}"
    ".review{fill:#d0a05c}.declined{fill:#e07f8d}.before{stroke:#98a4ba}.threshold{stroke:#98a4ba}}"
)


@dataclass(frozen=True)
class Bar:
    """Scores that are near each other.

    Attributes:
        first: the lowest.
        last: the highest.
        before: how many had one of them.
        now: how many have one now.
        verdict: what they come to.
    """

    first: int
    last: int
    before: int
    now: int
    verdict: Verdict

    @property
    def label(self) -> str:
        """The scores, as a person reads them."""
        return f"{self.first}" if self.first == self.last else f"{self.first}-{self.last}"


def bars_of(scores: Mapping[int, Scored], settings: MerchantSettings) -> list[Bar]:
    """Put scores together so that there are not too many bars, and none of two verdicts."""
    size = 1
    while len({_place(score, size, settings) for score in scores}) > MOST_BARS:
        size += 1
    groups: dict[tuple[Verdict, int], list[int]] = {}
    for score in sorted(scores):
        groups.setdefault(_place(score, size, settings), []).append(score)
    return [
        Bar(
            held[0],
            held[-1],
            sum(scores[score].before for score in held),
            sum(scores[score].now for score in held),
            verdict,
        )
        for (verdict, _), held in groups.items()
    ]


def draw(title: str, bars: list[Bar], settings: MerchantSettings) -> str:
    """Draw the picture: filled is what comes out now, outlined what was decided; the length is the count."""
    return "\n".join(_lines(title, bars, settings)) + "\n"


def _lines(title: str, bars: list[Bar], settings: MerchantSettings) -> Iterator[str]:
    rows = len(bars) + len({bar.verdict for bar in bars}) - 1
    height = _TOP + _ROW * max(rows, 1) + 16
    most = max((max(bar.before, bar.now) for bar in bars), default=1) or 1
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img">'
    yield f"<title>{escape(title)}</title>"
    yield f"<style>{_STYLE}</style>"
    yield f'<rect class="paper" width="{_WIDTH}" height="{height}" rx="12"/>'
    yield f'<text class="title" x="16" y="26">{escape(title)}</text>'
    yield '<text x="16" y="44">score; filled: now, outlined: as decided</text>'
    y, verdict = _TOP, None
    for bar in bars:
        if verdict not in {None, bar.verdict}:
            threshold = settings.review_from if bar.verdict == "review" else settings.decline_from
            yield f'<line class="threshold" x1="16" x2="{_WIDTH - 110}" y1="{y + 12}" y2="{y + 12}"/>'
            yield f'<text x="{_WIDTH - 104}" y="{y + 16}">{bar.verdict} ≥ {threshold}</text>'
            y += _ROW
        verdict = bar.verdict
        yield f'<text x="16" y="{y + 14}">{bar.label}</text>'
        yield f'<rect class="{bar.verdict}" x="{_LEFT}" y="{y + 3}" width="{_BAR * bar.now / most:.1f}" height="14"/>'
        yield f'<rect class="before" x="{_LEFT}" y="{y + 1}" width="{_BAR * bar.before / most:.1f}" height="18"/>'
        end = _LEFT + _BAR * max(bar.before, bar.now) / most + 8
        yield f'<text x="{end:.1f}" y="{y + 14}">{bar.now:,}</text>'
        y += _ROW
    yield "</svg>"


def _place(score: int, size: int, settings: MerchantSettings) -> tuple[Verdict, int]:
    if score >= settings.decline_from:
        return "declined", score // size
    return ("review" if score >= settings.review_from else "approved"), score // size
