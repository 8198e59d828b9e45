"""Names: the environment stands in them once, at their beginning, and what people enter is no environment."""

from dataclasses import dataclass

import pytest
from pulumi import Output

from tapstack.program.errors import NamingError
from tapstack.program.naming import Names
from tapstack.program.settings import MaybeSecret, ProjectSettings, setting


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


@dataclass(frozen=True, kw_only=True)
class Addresses(ProjectSettings):
    told: list[MaybeSecret] = setting("Who is told.", default=[])
    merchants: list[str] = setting("Who sells.", default=[])


def test_what_is_kept_as_a_secret_is_part_of_no_name() -> None:
    settings = Addresses(told=[Output.secret("prod@acme.example")], merchants=["test-shop"])

    assert settings.entered == {"test-shop"}
