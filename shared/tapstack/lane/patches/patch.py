"""The form of a row."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """One thing that the emulator does otherwise than AWS.

    Attributes:
        name: by which a test has the requests that show it.
        ministack: what the emulator does.
        aws: what AWS does.
        source: AWS's document that says so.
        request: the least that shows it, in the words of AWS's command line.
        apply: puts it right, before the emulator serves.
    """

    name: str
    ministack: str
    aws: str
    source: str
    request: str
    apply: Callable[[], None]
