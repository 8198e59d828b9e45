"""Texts with signs that no text has use of are refused, and no others."""

import json
import unicodedata

import pytest

from transactions.strict_json import load

CODES = [*range(0x3000), *range(0xD700, 0xE100), 0x10FFFF]


def test_control_characters_and_halves_of_characters_are_refused_and_nothing_else() -> None:
    for code in CODES:
        body = json.dumps({"text": f"a{chr(code)}b"}).encode()
        if unicodedata.category(chr(code)) in {"Cc", "Cs"}:
            with pytest.raises(ValueError, match="it holds a control character"):
                load(body)
        else:
            assert load(body) == {"text": f"a{chr(code)}b"}
