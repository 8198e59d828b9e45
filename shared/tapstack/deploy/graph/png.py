"""The picture as PNG, with a font that comes along: the machine may have none, and its text would vanish."""

from typing import Final

import fontpkg_ibm_plex_mono as font  # type: ignore[import-untyped]
import resvg_py

_WEIGHTS: Final = ("Regular", "Medium", "SemiBold", "Bold")


def rasterize(svg: str) -> bytes:
    """Draw an SVG pixel for pixel."""
    files = [font.ROOT / "files" / f"IBMPlexMono-{weight}.ttf" for weight in _WEIGHTS]
    return resvg_py.svg_to_bytes(
        svg_string=svg,
        skip_system_fonts=True,
        font_files=[f"{file}" for file in files],
        font_family=font.FAMILY,
        monospace_family=font.FAMILY,
    )
