"""Every version of a merchant's settings stays, whoever writes at the same time."""

import msgspec
import pytest

from simulation.merchants import settings_document
from simulation.model.cloud import Cloud
from simulation.model.faults import Crash, Fault
from transactions.merchants import Merchants, SettingsChangedError
from transactions.settings import MerchantSettings
from transactions.settings_document import parse_settings


def settings(**changes: str) -> MerchantSettings:
    return msgspec.structs.replace(parse_settings(settings_document("acme")), **changes)


def test_each_change_has_the_next_version_and_those_before_can_be_read(merchants: Merchants) -> None:
    written = [merchants.write(settings(country=country)) for country in ("DE", "FR", "US")]

    assert [each.version for each in written] == [1, 2, 3]
    assert [merchants.settings_at("acme", version) for version in (1, 2, 3)] == written
    assert merchants.settings_at("acme", 4) is None
    assert merchants.settings("acme") == written[-1]


def test_writing_what_is_in_force_changes_nothing(merchants: Merchants) -> None:
    assert merchants.write(settings()) == merchants.write(settings())


def test_what_is_in_force_is_told_from_a_change_whichever_version_it_was_read_as(merchants: Merchants) -> None:
    first = merchants.write(settings(country="DE"))
    second = merchants.write(settings(country="FR"))

    assert merchants.write(msgspec.structs.replace(second, version=first.version)) == second


def test_of_two_that_write_at_once_one_is_refused_and_nothing_of_it_stays(cloud: Cloud, merchants: Merchants) -> None:
    merchants.write(settings())
    other = Merchants(cloud.dynamodb, "merchants", cloud.clock)
    puts: list[str] = []

    def between(service: str, operation: str) -> None:
        if operation == "PutItem":
            puts.append(operation)
            if len(puts) == 2:
                other.write(settings(country="FR"))

    cloud.faults.between = between
    with pytest.raises(SettingsChangedError, match="'acme'"):
        merchants.write(settings(country="US"))

    held = [merchants.settings_at("acme", version) for version in (1, 2, 3)]
    assert [each.country if each else None for each in held] == ["DE", "FR", None]


@pytest.mark.parametrize("put", [1, 2])
@pytest.mark.parametrize("fault", [Fault.CRASH_BEFORE, Fault.CRASH_AFTER])
def test_a_write_that_is_cut_short_loses_no_version(cloud: Cloud, merchants: Merchants, put: int, fault: Fault) -> None:
    merchants.write(settings())
    puts: list[str] = []

    def decide(service: str, operation: str) -> Fault | None:
        puts.extend([operation] if operation == "PutItem" else [])
        return fault if operation == "PutItem" and len(puts) == put else None

    cloud.faults.decide = decide
    with pytest.raises(Crash):
        merchants.write(settings(country="FR"))

    merchants.write(settings(country="US"))
    held = merchants.settings("acme")
    assert held is not None
    versions = [merchants.settings_at("acme", version) for version in range(1, held.version + 1)]
    assert [each.country for each in versions if each] in (["DE", "US"], ["DE", "FR", "US"])
    assert [each.version for each in versions if each] == list(range(1, held.version + 1))


@pytest.mark.parametrize("is_first", [True, False])
def test_a_write_that_the_sdk_sent_again_is_in_force_and_no_change_of_somebody_else(
    cloud: Cloud,
    merchants: Merchants,
    is_first: bool,  # noqa: FBT001
) -> None:
    if not is_first:
        merchants.write(settings())
    cloud.faults.decide = lambda service, operation: Fault.RESENT if operation == "PutItem" else None

    written = merchants.write(settings(country="FR"))

    assert (written.version, written.country) == (1 if is_first else 2, "FR")
    assert merchants.settings("acme") == written
