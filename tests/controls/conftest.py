"""The policy pack as it is shipped, running."""

from collections.abc import Iterator

import pytest

from support.analyzer import Pack, running
from tapstack.checkout import CHECKOUT


@pytest.fixture(scope="session")
def pack() -> Iterator[Pack]:
    with running(CHECKOUT / "policies") as found:
        yield found
