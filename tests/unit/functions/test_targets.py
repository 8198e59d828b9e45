"""Which URLs webhooks can be sent to is said where they are written."""

import pytest

from transactions.errors import InvalidSettingsError
from transactions.settings_document import parse_settings
from transactions.webhooks.targets import InvalidTargetError, is_public, parse_target

SETTINGS = {
    "id": "acme",
    "country": "DE",
    "currencies": {"EUR": {"amount_limit": 9_000, "foreign_card_review_above": 3_000}},
    "card_velocity": {"window_seconds": 600, "count": 2},
}


@pytest.mark.parametrize(
    ("written", "called"),
    [
        ("https://shop.example/hooks", "https://shop.example/hooks"),
        ("https://shop.example", "https://shop.example/"),
        ("https://shop.example:443/hooks", "https://shop.example/hooks"),
        ("https://shop.example/wäbhook?käse=1", "https://shop.example/w%C3%A4bhook?k%C3%A4se=1"),
        ("https://shop.example/a%20b?q=%C3%A4&x=1", "https://shop.example/a%20b?q=%C3%A4&x=1"),
        ("https://münchen.example/h", "https://xn--mnchen-3ya.example/h"),
        ("https://[2600:1f14::1]/h", "https://[2600:1f14::1]/h"),
        ("https://shop.example./h", "https://shop.example./h"),
        ("https://127.example/h", "https://127.example/h"),
        ("https://SHOP.example/h", "https://shop.example/h"),
    ],
)
def test_a_url_is_kept_as_it_is_called(written: str, called: str) -> None:
    settings = parse_settings({**SETTINGS, "webhook_url": written})

    assert settings.webhook_url == called
    assert parse_target(called, allow_private=False).url == called


@pytest.mark.parametrize(
    ("url", "wrong"),
    [
        ("https://shop.example/a b", "has a blank"),
        ("https://shop.example/a\tb", "has a blank"),
        ("https://shop.example\\@evil.example/", "backslash"),
        ("https://shop.example:0/hooks", "has port 0"),
        ("https://shop.example:8443/hooks", "port 443 alone"),
        ("https://shop.example:99999/hooks", "is no URL"),
        ("http://shop.example/hooks", "must be an https URL"),
        ("https://10.0.0.1/h", "which is not public"),
        ("https://[::1]/h", "which is not public"),
        ("https://localhost/h", "which is not public"),
        ("https://shop/h", "which is not public"),
        ("https://metadata.internal/h", "which is not public"),
        ("https://2130706433/h", "which is not public"),
        ("https://0x7f.1/h", "which is not public"),
        ("https://127.1/h", "which is not public"),
        ("https://-shop.example/h", "which is no name"),
        ("https://a..example/h", "which is no name"),
        ("https://user@shop.example/h", "neither user name nor fragment"),
        ("https://shop.example/h#part", "neither user name nor fragment"),
    ],
)
def test_a_url_that_can_never_be_called_is_refused_when_it_is_written(url: str, wrong: str) -> None:
    with pytest.raises(InvalidSettingsError, match=rf"settings of merchant 'acme': webhook_url .*{wrong}"):
        parse_settings({**SETTINGS, "webhook_url": url})


def test_a_receiver_on_the_same_machine_has_any_port_but_none() -> None:
    assert parse_target("http://127.0.0.1:8080/h", allow_private=True).authority == "127.0.0.1:8080"
    with pytest.raises(InvalidTargetError, match="port 0"):
        parse_target("http://127.0.0.1:0/h", allow_private=True)


def test_a_receiver_on_the_same_machine_may_be_called_without_tls_at_its_port() -> None:
    target = parse_target("http://receiver/h?a=1", allow_private=True)

    assert (target.is_secure, target.port, target.authority) == (False, 80, "receiver")
    assert target.url == "http://receiver/h?a=1"
    assert parse_target("http://receiver:443/h", allow_private=True).url == "http://receiver:443/h"
    assert parse_target("https://receiver:80/h", allow_private=True).url == "https://receiver:80/h"


@pytest.mark.parametrize("allow_private", [False, True])
def test_a_port_of_a_scheme_of_its_own_is_that_of_https_where_none_is_written(*, allow_private: bool) -> None:
    assert parse_target("https://shop.example/h", allow_private=allow_private).port == 443


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("64:ff9b::808:808", True),
        ("64:ff9b::a00:1", False),
        ("2002:808:808::1", True),
        ("2002:a00:1::1", False),
        ("::ffff:8.8.8.8", True),
        ("::ffff:10.0.0.1", False),
        ("fe80::1%eth0", False),
        ("2600:1f14::1%eth0", True),
        ("224.0.0.1", False),
    ],
)
def test_an_ipv4_address_within_one_of_ipv6_is_what_counts(address: str, expected: bool) -> None:  # noqa: FBT001
    assert is_public(address) is expected


@pytest.mark.parametrize("host", ["shop.example.0x7f000001", "shop.example.0177", "shop.example.1"])
def test_a_name_that_ends_like_an_old_spelling_of_an_address_is_refused(host: str) -> None:
    with pytest.raises(InvalidTargetError):
        parse_target(f"https://{host}/", allow_private=False)


def test_an_address_with_a_zone_is_judged_without_it() -> None:
    assert is_public("2600:1f14::1%eth0")
    assert not is_public("fe80::1%eth0")
