"""What nobody would send: bytes, texts and JSON values a little beside, or far from, those that are wanted."""

import json
from copy import deepcopy
from random import Random
from typing import Any

# Signs and numbers that parsers trip over; card numbers, which must get in nowhere, among them.
TEXTS = (
    "", " ", "\x00", "\n", "\r\n", "\ud800", "\udfff", "\ufeff", "\u200b", "\u2028", "\uffff", "\U0010ffff", "e\u0301",
    "null", "NaN", "-1", "0", "1e999", "9" * 400, "0x10", "../..", "%00", "%2e%2e%2f", "%ff", "{id}", "${jndi:ldap://x}",
    "' OR 1=1 --", "<script>", "4242424242424242", "4242 4242 4242 4242", "tok_4242_4242_4242_4242",
    "4242.4242/4242*4242", "42424242-4242-4242-8000-00000000000a", "42424242424242421227042",
    "4242\u034f4242\u31644242\ufe0f4242", "a" * 3000,
    "\u0665", "txn_", "#", "\\",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, 1e308, float("inf"), float("nan"), 10**30, 4242424242424242, [], {}, [[]], {"": ""},
    *TEXTS,
)  # fmt: skip
TOKENS = (
    b"\x00", b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xef\xbb\xbf", b"{", b"}", b"[" * 2000, b'"',
    b"\\u0000", b"\\ud800", b"\\uDC00", b"1e999", b"-0", b"-", b"NaN", b"Infinity", b"4242424242424242", b"1 " * 4000,
    b',"amount":1', b'"amount":1.0e2,', b"/*", b"//", b"'", b"\t", b"null", b"true", b"0" * 5000,
)  # fmt: skip


class Mutator:
    """Makes hostile input out of good input, the same for the same random numbers."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def raw(self, good: bytes) -> bytes:
        """Change a few bytes, or send others altogether."""
        if self._random.random() < 0.1:
            return self._random.randbytes(self._random.choice((0, 1, 7, 300, 20_000)))
        data = bytearray(good)
        for _ in range(self._random.choice((1, 1, 2, 8))):
            start = self._random.randrange(len(data) + 1)
            end = min(len(data), start + self._random.choice((0, 1, 1, 10)))
            data[start:end] = self._random.choice(
                (b"", self._random.randbytes(1), self._random.choice(TOKENS), bytes(data[start:end]) * 3)
            )
        return bytes(data)

    def text(self, good: str = "") -> str:
        """Change a text, or send another."""
        match self._random.randrange(5):
            case 0:
                return self._random.choice(TEXTS)
            case 1:
                return f"{good} 4242424242424242"
            case 2:
                place = self._random.randrange(len(good) + 1)
                return good[:place] + self._random.choice(TEXTS) + good[place:]
            case 3:
                # Bytes that are no UTF-8 come as halves of characters.
                return self.raw(good.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogateescape")
            case _:
                return "".join(chr(self._random.randrange(0x110000)) for _ in range(self._random.randrange(30)))

    def value(self) -> Any:
        """Return any JSON value."""
        if self._random.random() < 0.05:
            nested: Any = "deep"
            for _ in range(self._random.choice((10, 200))):
                nested = [nested] if self._random.random() < 0.5 else {"a": nested}
            return nested
        return deepcopy(self._random.choice(VALUES))

    def tree(self, good: Any) -> Any:
        """Exchange, take away, rename or add something anywhere in a JSON value."""
        if not isinstance(good, dict | list) or not good or self._random.random() < 0.1:
            return self.text(good) if isinstance(good, str) and self._random.random() < 0.7 else self.value()
        changed: Any = deepcopy(good)
        place = self._random.choice(list(changed) if isinstance(changed, dict) else range(len(changed)))
        if self._random.random() < 0.6:
            changed[place] = self.tree(changed[place])
            return changed
        taken = changed.pop(place)
        if isinstance(changed, dict) and self._random.random() < 0.5:
            changed[self.text(place)] = taken
        return changed

    def document(self, good: Any) -> bytes:
        """Write JSON of a changed value, or change the bytes of good JSON."""
        if self._random.random() < 0.5:
            return self.raw(json.dumps(good).encode())
        text = json.dumps(self.tree(good), ensure_ascii=self._random.random() < 0.5)
        return text.encode("utf-8", "surrogatepass")
