"""Ids, times and numbers as merchants write them into keys, references and metadata: one generator per kind.

Each takes random numbers and returns one text. Times lie between 2020 and 2032.
"""

import base64
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Address
from random import Random
from typing import Final

Generator = Callable[[Random], str]

_FIRST_MS: Final = 1_577_836_800_000
_LAST_MS: Final = 1_956_528_000_000
_CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_BASE_62: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_NANO: Final = f"{_BASE_62}_-"
# What Twitter and Discord count milliseconds from, and a service that began to count when it was made.
_SNOWFLAKE_EPOCHS: Final = (1_288_834_974_657, 1_420_070_400_000, _FIRST_MS)
# Country to the form of its account numbers: n digits, a capital letters, c either (the registry of ISO 13616).
_IBANS: Final = {
    "AT": "16n", "BE": "12n", "CH": "5n12c", "CZ": "20n", "DE": "18n", "DK": "14n", "ES": "20n", "FI": "14n",
    "FR": "10n11c2n", "GB": "4a14n", "HU": "24n", "IE": "4a14n", "IT": "1a10n12c", "LT": "16n", "NL": "4a10n",
    "NO": "11n", "PL": "24n", "PT": "21n", "RO": "4a16c", "SE": "20n",
}  # fmt: skip
# Country code to how many digits follow it; Germany has mobile numbers of both lengths.
_TELEPHONES: Final = (
    ("1", 10), ("33", 9), ("34", 9), ("351", 9), ("36", 9), ("370", 8), ("39", 10), ("41", 9), ("43", 10), ("43", 11),
    ("44", 10), ("45", 8), ("46", 9), ("48", 9), ("49", 10), ("49", 11), ("55", 11), ("62", 11), ("86", 11), ("91", 10),
)  # fmt: skip


def digits(random: Random, count: int) -> str:
    """Return digits, the first not 0."""
    return f"{random.randrange(10 ** (count - 1), 10**count)}"


def _milliseconds(random: Random) -> int:
    return random.randrange(_FIRST_MS, _LAST_MS)


def _moment(random: Random) -> datetime:
    return datetime.fromtimestamp(random.randrange(_FIRST_MS * 1_000, _LAST_MS * 1_000) / 1_000_000, UTC)


def _in(alphabet: str, number: int, length: int) -> str:
    signs = []
    for _ in range(length):
        number, place = divmod(number, len(alphabet))
        signs.append(alphabet[place])
    return "".join(reversed(signs))


def _uuid(random: Random) -> str:
    number = uuid.UUID(int=random.getrandbits(128), version=random.choice((1, 4)))
    if random.random() < 1 / 3:
        # Version 7 begins with the time.
        low = (random.getrandbits(74) & ~(3 << 62) | 2 << 62) & ((1 << 74) - 1)
        number = uuid.UUID(int=_milliseconds(random) << 80 | 7 << 76 | low)
    return random.choice((str, lambda made: f"{made}".upper(), lambda made: made.hex))(number)


def _ulid(random: Random) -> str:
    return _in(_CROCKFORD, _milliseconds(random) << 80 | random.getrandbits(80), 26)


def _ksuid(random: Random) -> str:
    # It counts seconds from 2014-05-13.
    return _in(_BASE_62, (_milliseconds(random) // 1_000 - 1_400_000_000) << 128 | random.getrandbits(128), 27)


def _nano_id(random: Random) -> str:
    return "".join(random.choice(_NANO) for _ in range(21))


def _object_id(random: Random) -> str:
    return f"{_milliseconds(random) // 1_000:08x}{random.getrandbits(64):016x}"


def _snowflake(random: Random) -> str:
    epoch = random.choice(_SNOWFLAKE_EPOCHS)
    return f"{(random.randrange(max(_FIRST_MS, epoch + 1), _LAST_MS) - epoch) << 22 | random.getrandbits(22)}"


def _sonyflake(random: Random) -> str:
    # Tens of milliseconds from 2014-09-01, a sequence of 8 bits and a machine of 16.
    return f"{(_milliseconds(random) - 1_409_529_600_000) // 10 << 24 | random.getrandbits(24)}"


def _order_number(random: Random) -> str:
    at = _moment(random)
    return random.choice(
        (
            lambda: f"#{digits(random, random.randrange(4, 7))}",
            lambda: f"ORD-{digits(random, random.randrange(5, 13))}",
            lambda: digits(random, random.randrange(5, 13)),
            lambda: f"{at:%Y}-{random.randrange(10**7):07}",
            lambda: f"INV-{at:%Y}-{at:%m}-{random.randrange(10**5):05}",
            lambda: f"{at:%Y%m%d}-{random.randrange(10**6):06}",
            lambda: f"{at:%Y%m%d%H%M%S}{random.randrange(10**4):04}",
            lambda: f"{at:%y%m%d}-{at:%H%M%S}-{random.randrange(10**4):04}",
            lambda: f"{digits(random, 3)}-{digits(random, 7)}-{digits(random, 7)}",
            lambda: f"{random.randrange(100):02}-{random.randrange(10**5):05}-{random.randrange(10**5):05}",
            lambda: f"GPA.33{digits(random, 2)}-{digits(random, 4)}-{digits(random, 4)}-{digits(random, 5)}",
            lambda: _in(_CROCKFORD, random.getrandbits(60), 12),
        )
    )()


def _ean(random: Random) -> str:
    body = f"{random.randrange(10**12):012}"
    weighed = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body))
    return f"{body}{-weighed % 10}"


def _iban(random: Random) -> str:
    country, form = random.choice(list(_IBANS.items()))
    account, count = "", ""
    for sign in form:
        if sign.isdecimal():
            count += sign
            continue
        alphabet = {"n": "0123456789", "a": _BASE_62[10:36], "c": _BASE_62[:36]}[sign]
        account += "".join(random.choice(alphabet) for _ in range(int(count)))
        count = ""
    check = 98 - int("".join(f"{int(sign, 36)}" for sign in f"{account}{country}00")) % 97
    iban = f"{country}{check:02}{account}"
    if random.random() < 0.5:
        return iban
    return " ".join(iban[start : start + 4] for start in range(0, len(iban), 4))


def _telephone(random: Random) -> str:
    country, count = random.choice(_TELEPHONES)
    number = digits(random, count)
    return random.choice(
        (f"+{country}{number}", f"+{country} {number[:3]} {number[3:]}", f"00{country}{number}",
         f"+{country} {number[:3]} {number[3:7]} {number[7:]}")
    )  # fmt: skip


def _ip(random: Random) -> str:
    four, six = IPv4Address(random.getrandbits(32)), IPv6Address(random.getrandbits(128))
    port = random.randrange(1_024, 65_536)
    return random.choice(
        (f"{four}", f"{four}:{port}", f"{six}", f"[{six}]:{port}", f"{four}, {IPv4Address(random.getrandbits(32))}")
    )


def _iso_date(random: Random) -> str:
    at, zone = _moment(random), random.choice(("Z", "+00:00", "+02:00", "-05:00", "+05:30"))
    return random.choice(
        (f"{at:%Y-%m-%d}", f"{at:%Y-%m-%dT%H:%M:%S}{zone}", f"{at:%Y-%m-%dT%H:%M:%S.%f}{zone}",
         f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1_000:03}", f"{at:%Y-%m-%dT%H:%M:%S.%f}000{zone}",
         f"{at:%d.%m.%Y %H:%M:%S}", f"{at:%Y-%m-%d}/{_moment(random):%Y-%m-%d}")
    )  # fmt: skip


def _compact_time(random: Random) -> str:
    at = _moment(random)
    return random.choice(
        (f"{at:%Y%m%d}", f"{at:%Y%m%d%H%M%S}", f"{at:%Y%m%d%H%M%S}{at.microsecond // 1_000:03}", f"{at:%Y%m%d%H%M%S%f}",
         f"{at:%Y%m%d%H%M%S%f}000", f"{at:%y%m%d%H%M%S}", f"{at:%y%m%d%H%M%S}{at.microsecond // 1_000:03}",
         f"{at:%y%m%d%H%M%S}{at.microsecond // 100:04}", f"{at:%d%m%Y%H%M%S}", f"{at:%Y%m%dT%H%M%SZ}",
         f"{at:%Y%m%d-%H%M%S-%f}")
    )  # fmt: skip


KINDS: Final[Mapping[str, Generator]] = {
    "UUID, versions 1, 4 and 7, with dashes and without": _uuid,
    "ULID": _ulid,
    "KSUID": _ksuid,
    "NanoID": _nano_id,
    "ObjectId": _object_id,
    "128 random bits in hexadecimal": lambda random: f"{random.getrandbits(128):032x}",
    "128 random bits in base64": lambda random: base64.b64encode(random.randbytes(16)).decode(),
    "snowflake of Twitter, Discord and of a service's own": _snowflake,
    "Sonyflake": _sonyflake,
    "seconds since the epoch": lambda random: f"{_milliseconds(random) // 1_000}",
    "milliseconds since the epoch": lambda random: f"{_milliseconds(random)}",
    "microseconds since the epoch": lambda random: f"{_milliseconds(random) * 1_000 + random.randrange(1_000)}",
    "nanoseconds since the epoch": lambda random: f"{_milliseconds(random) * 10**6 + random.randrange(10**6)}",
    "order-<milliseconds>": lambda random: f"order-{_milliseconds(random)}",
    "other order numbers": _order_number,
    "EAN-13": _ean,
    "IBAN, as stored and as printed": _iban,
    "telephone number in E.164, as stored and as written": _telephone,
    "IPv4 and IPv6 address, with port and without": _ip,
    "ISO 8601 date and time": _iso_date,
    "compact date and time": _compact_time,
}
"""Kind to its generator."""

RANDOM_DIGITS: Final = (13, 14, 15, 16, 19)
"""How many digits in one run can be a card number. Numbers of digits drawn at random are no kind of their own: some of
them are what a card number is, and nothing tells the two apart."""
