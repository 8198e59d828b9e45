"""Pictures read back: an SVG's texts, a PNG's pixels."""

import struct
import zlib
from xml.etree import ElementTree as ET

SVG = "{http://www.w3.org/2000/svg}"


def parse_svg(svg: str) -> ET.Element:
    """Parse a picture of our own making."""
    return ET.fromstring(svg)  # noqa: S314


def texts(svg: str) -> list[str]:
    """Give all texts that are drawn, in the order of the file."""
    return [f"{item.text}" for item in parse_svg(svg).iter(f"{SVG}text")]


def details(svg: str) -> list[str]:
    """Give all texts that show under the pointer, in the order of the file."""
    return [f"{item.text}" for item in parse_svg(svg).iter(f"{SVG}title")]


def pixels(png: bytes) -> tuple[int, int, bytes]:
    """Give width, height and the filtered rows of a PNG."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    data, offset = b"", 8
    while offset < len(png):
        length, kind = struct.unpack(">I4s", png[offset : offset + 8])
        if kind == b"IDAT":
            data += png[offset + 8 : offset + 8 + length]
        offset += 12 + length
    width, height = struct.unpack(">II", png[16:24])
    return width, height, zlib.decompress(data)
