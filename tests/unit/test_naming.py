"""Names: the environment stands in them once, at their beginning, and what people enter is no environment."""

import pytest

from tapstack.program.errors import NamingError
from tapstack.program.naming import Names


@pytest.mark.parametrize("thing", ["orders-prod", "prod", "test_orders", "DevOrders-dev"])
def test_a_program_writes_no_environment_into_a_name(thing: str) -> None:
    with pytest.raises(NamingError, match=f"the name '{thing}' has the environment"):
        Names("dev", frozenset({"acme"}))(thing)


@pytest.mark.parametrize("entered", ["test-shop", "prod", "qa-alerts@acme.example"])
def test_what_people_enter_is_taken_as_it_is(entered: str) -> None:
    assert Names("dev", frozenset({entered}))(f"merchant-{entered}") == f"tapstack-dev-merchant-{entered}"


def test_what_people_enter_excuses_nothing_beside_it() -> None:
    with pytest.raises(NamingError, match="the environment 'prod'"):
        Names("dev", frozenset({"test-shop", "test"}))("prod-merchant-test-shop")
