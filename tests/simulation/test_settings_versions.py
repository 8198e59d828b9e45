"""Who, when and why stay with every version of settings; of two who change them at once, one hears of the other."""

import msgspec
import pytest

from simulation.merchants import settings_document
from simulation.model.cloud import Cloud
from simulation.model.faults import Fault
from transactions.held_settings import Draft, VersionNote
from transactions.merchants import Merchants, SettingsChangedError
from transactions.settings import MerchantSettings
from transactions.settings_document import parse_settings


def settings(country: str) -> MerchantSettings:
    return msgspec.structs.replace(parse_settings(settings_document("acme")), country=country)


def note(reason: str, by: str = "ann") -> VersionNote:
    return VersionNote(f"arn:aws:iam::123456789012:user/{by}", 1_767_225_600_000, reason)


def drafted(merchants: Merchants, country: str, at: int = 1) -> Draft:
    draft = Draft(settings(country), VersionNote("arn:aws:iam::123456789012:user/ann", at, "to try it"))
    merchants.write_draft("acme", draft)
    return draft


def test_a_merchant_without_settings_has_no_versions(merchants: Merchants) -> None:
    assert list(merchants.versions("acme")) == []


def test_every_version_keeps_who_when_and_why(merchants: Merchants) -> None:
    for country in ("DE", "FR", "US"):
        merchants.write(settings(country), note(f"for {country}"))
        drafted(merchants, "GB")

    held = list(merchants.versions("acme"))
    assert [each.settings.country for each in held] == ["DE", "FR", "US"]
    assert [each.note for each in held] == [note("for DE"), note("for FR"), note("for US")]
    # A draft is beside what is in force, and nowhere else.
    assert [each.draft is not None for each in held] == [False, False, True]


def test_settings_are_put_in_the_place_of_the_version_that_was_looked_at_alone(merchants: Merchants) -> None:
    merchants.write(settings("DE"), note("first"))
    merchants.write(settings("FR"), note("second", "ben"), over=1)

    with pytest.raises(SettingsChangedError, match=r"version 2 is in force, put there by .*user/ben at 2026-01-01T"):
        merchants.write(settings("US"), note("third"), over=1)

    assert [each.settings.country for each in merchants.versions("acme")] == ["DE", "FR"]


def test_of_two_at_once_one_wins_and_the_other_hears_who(cloud: Cloud, merchants: Merchants) -> None:
    merchants.write(settings("DE"), note("first"))
    other = Merchants(cloud.dynamodb, "merchants", cloud.clock)
    puts: list[str] = []

    def between(service: str, operation: str) -> None:
        if operation == "PutItem":
            puts.append(operation)
            if len(puts) == 2:
                other.write(settings("FR"), note("second", "ben"), over=1)

    cloud.faults.between = between
    with pytest.raises(SettingsChangedError, match=r"put there by .*user/ben"):
        merchants.write(settings("US"), note("third"), over=1)

    assert [each.settings.country for each in merchants.versions("acme")] == ["DE", "FR"]


def test_a_draft_is_there_at_once_for_whoever_wrote_it(merchants: Merchants) -> None:
    merchants.write(settings("DE"))
    held = merchants.held("acme")
    assert held
    assert held.draft is None

    draft = drafted(merchants, "FR")

    held = merchants.held("acme")
    assert held
    assert held.draft == draft


def test_a_draft_that_is_promoted_is_in_force_and_none_any_more(merchants: Merchants) -> None:
    merchants.write(settings("DE"), note("first"))
    draft = drafted(merchants, "FR")

    written = merchants.write(draft.settings, note("it was right"), over=1, promoted=draft)

    held = merchants.held("acme")
    assert (written.version, written.country) == (2, "FR")
    assert held
    assert (held.draft, held.note) == (None, note("it was right"))


@pytest.mark.parametrize("kind", ["draft made anew", "draft taken away", "settings changed"])
def test_a_draft_that_is_no_longer_the_one_looked_at_is_not_promoted(
    cloud: Cloud, merchants: Merchants, kind: str
) -> None:
    merchants.write(settings("DE"), note("first"))
    draft = drafted(merchants, "FR")
    other = Merchants(cloud.dynamodb, "merchants", cloud.clock)
    puts: list[str] = []

    def between(service: str, operation: str) -> None:
        puts.extend([operation] if operation == "PutItem" else [])
        if operation == "PutItem" and len(puts) == 2:
            if kind == "settings changed":
                other.write(settings("US"))
            else:
                other.write_draft("acme", None if kind == "draft taken away" else Draft(settings("US"), note("other")))

    cloud.faults.between = between
    with pytest.raises(SettingsChangedError):
        merchants.write(draft.settings, note("it was right"), over=1, promoted=draft)

    countries = [each.settings.country for each in merchants.versions("acme")]
    assert countries == (["DE", "US"] if kind == "settings changed" else ["DE"])


def test_a_change_of_settings_loses_no_draft_that_is_made_meanwhile(cloud: Cloud, merchants: Merchants) -> None:
    merchants.write(settings("DE"))
    other = Merchants(cloud.dynamodb, "merchants", cloud.clock)
    puts: list[str] = []

    def between(service: str, operation: str) -> None:
        puts.extend([operation] if operation == "PutItem" else [])
        if operation == "PutItem" and len(puts) == 2:
            drafted(other, "FR")

    cloud.faults.between = between
    with pytest.raises(SettingsChangedError):
        merchants.write(settings("US"))

    held = merchants.held("acme")
    assert held
    assert held.draft
    assert (held.settings.country, held.draft.settings.country) == ("DE", "FR")


def test_a_draft_that_the_sdk_wrote_twice_is_there_once(cloud: Cloud, merchants: Merchants) -> None:
    merchants.write(settings("DE"))
    cloud.faults.decide = lambda service, operation: Fault.RESENT if operation == "PutItem" else None

    draft = drafted(merchants, "FR")

    held = merchants.held("acme")
    assert held
    assert held.draft == draft
    assert merchants.write_draft("acme", None)
    assert not merchants.write_draft("acme", None)


def test_a_draft_of_a_merchant_without_settings_is_refused(merchants: Merchants) -> None:
    with pytest.raises(SettingsChangedError, match="merchant 'acme' has no settings any more"):
        drafted(merchants, "FR")
