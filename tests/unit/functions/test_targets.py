"""Which URLs webhooks can be sent to is said where they are written."""

import pytest

from transactions.errors import InvalidSettingsError
from transactions.settings_document import parse_settings
from transactions.webhooks.targets import InvalidTargetError, parse_target

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
