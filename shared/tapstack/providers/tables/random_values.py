"""The types of the package `random`: they live in the state, as with the real provider."""

import base64
import secrets
import string
import uuid
from collections.abc import Sequence
from typing import Final

from tapstack.providers.table import Row
from tapstack.providers.values import Props

_SPECIAL: Final = "!@#$%&*()-_=+[]{}<>:?"


def _bytes(_: str, inputs: Props) -> tuple[str, Props]:
    value = secrets.token_bytes(inputs["length"])
    # The real provider's id would be the value itself; it is no secret there, so it is a word here as there.
    return "none", {"base64": base64.b64encode(value).decode(), "hex": value.hex()}


def _characters(inputs: Props) -> str:
    """Draw as many characters as wanted, at least so many of each kind, and shuffle them."""
    kinds: Sequence[tuple[str, str, str]] = (
        ("lower", "minLower", string.ascii_lowercase),
        ("upper", "minUpper", string.ascii_uppercase),
        ("numeric", "minNumeric", string.digits),
        ("special", "minSpecial", inputs.get("overrideSpecial") or _SPECIAL),
    )
    allowed = "".join(letters for kind, _, letters in kinds if inputs.get(kind, True))
    drawn = [secrets.choice(letters) for _, least, letters in kinds for _ in range(inputs.get(least, 0))]
    drawn += [secrets.choice(allowed) for _ in range(inputs["length"] - len(drawn))]
    secrets.SystemRandom().shuffle(drawn)
    return "".join(drawn)


def _password(_: str, inputs: Props) -> tuple[str, Props]:
    return "none", {"result": _characters(inputs)}


def _string(_: str, inputs: Props) -> tuple[str, Props]:
    value = _characters(inputs)
    return value, {"result": value}


def _id(_: str, inputs: Props) -> tuple[str, Props]:
    value, prefix = secrets.token_bytes(inputs["byteLength"]), inputs.get("prefix") or ""
    url = base64.urlsafe_b64encode(value).decode().rstrip("=")
    return url, {
        "b64Std": prefix + base64.b64encode(value).decode(),
        "b64Url": prefix + url,
        "dec": f"{prefix}{int.from_bytes(value, 'big')}",
        "hex": prefix + value.hex(),
    }


def _uuid(_: str, inputs: Props) -> tuple[str, Props]:
    del inputs
    value = f"{uuid.uuid4()}"
    return value, {"result": value}


_CHARACTERS: Final = (
    "keepers",
    "length",
    "lower",
    "minLower",
    "minNumeric",
    "minSpecial",
    "minUpper",
    "number",
    "numeric",
    "overrideSpecial",
    "special",
    "upper",
)

ROWS: Final = {
    "random:index/randomBytes:RandomBytes": Row(
        generate=_bytes, replace_on=("keepers", "length"), secrets=("base64", "hex")
    ),
    "random:index/randomPassword:RandomPassword": Row(
        generate=_password, replace_on=_CHARACTERS, secrets=("bcryptHash", "result")
    ),
    "random:index/randomString:RandomString": Row(generate=_string, replace_on=_CHARACTERS),
    "random:index/randomId:RandomId": Row(generate=_id, replace_on=("byteLength", "keepers", "prefix")),
    "random:index/randomUuid:RandomUuid": Row(generate=_uuid, replace_on=("keepers",)),
}
