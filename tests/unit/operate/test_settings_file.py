"""Files of settings, as operators write them."""

import io
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tapstack.console.errors import UserError
from tapstack.lane.samples import MERCHANTS
from tapstack.operate.settings_file import checked, read_documents
from transactions.errors import InvalidSettingsError

DOCUMENT: dict[str, Any] = json.loads(MERCHANTS.read_text(encoding="utf-8"))[0]


@pytest.mark.parametrize("text", ["", "{", "[]", "[1]", '"acme"', '{"id": "a", "id": "b"}', '{"n": NaN}'])
def test_a_file_that_holds_no_settings_is_named(text: str, tmp_path: Path) -> None:
    file = tmp_path / "acme.json"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(UserError, match=r"acme\.json holds no settings"):
        read_documents(str(file))


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(UserError, match=r"/nowhere/acme\.json cannot be read: No such file or directory"):
        read_documents("/nowhere/acme.json")


def test_one_object_and_an_array_are_both_settings_and_stdin_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    for value in (DOCUMENT, [DOCUMENT]):
        monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(json.dumps(value).encode())))
        assert read_documents("-") == [DOCUMENT]


def test_a_merchant_that_is_there_twice_is_named(tmp_path: Path) -> None:
    file = tmp_path / "acme.json"
    file.write_text(json.dumps([DOCUMENT, DOCUMENT]), encoding="utf-8")

    with pytest.raises(UserError, match="holds the settings of merchant 'acme' twice"):
        read_documents(str(file))


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "10.0.0.1", "127.1", "2130706433", "[::1]", "169.254.169.254", "localhost", "a.localhost."]
)
def test_a_webhook_goes_to_no_private_address_unless_the_notifier_does(host: str) -> None:
    document = DOCUMENT | {"webhook_url": f"https://{host}/hooks"}

    with pytest.raises(UserError, match="is not public; the notifier calls it only where"):
        checked(document, allow_private=False)
    assert checked(document, allow_private=True).webhook_url == document["webhook_url"]


def test_a_webhook_over_http_is_refused_unless_the_notifier_calls_it() -> None:
    document = DOCUMENT | {"webhook_url": "http://example.com/hooks"}

    with pytest.raises(InvalidSettingsError, match="settings of merchant 'acme': webhook_url must be an https URL"):
        checked(document, allow_private=False)
    assert checked(document, allow_private=True)


def test_a_webhook_to_a_name_is_left_to_the_notifier_to_resolve() -> None:
    assert checked(DOCUMENT | {"webhook_url": "https://hooks.example.com/acme"}, allow_private=False)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"tier": "gold"}, "settings of merchant 'acme': unknown setting 'tier': the settings are id, version, "),
        ({"currencis": {}}, "unknown setting 'currencis': did you mean 'currencies'"),
        ({"id": 7}, "settings of a merchant '7'; an id is 2 to 32 of the characters"),
        ({"id": "x" * 10_000}, r"settings of a merchant 'x{60}'… \(10000 characters\); an id is 2 to 32"),
        ({"id": None}, "settings of a merchant 'None'; an id is"),
    ],
)
def test_what_is_no_setting_and_no_id_is_named(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(UserError, match=complaint):
        checked(DOCUMENT | changes, allow_private=True)


def test_settings_of_nobody_are_told() -> None:
    with pytest.raises(UserError, match="settings of no merchant: id is missing; an id is"):
        checked({name: value for name, value in DOCUMENT.items() if name != "id"}, allow_private=True)


def test_a_file_s_name_stays_one_short_line() -> None:
    with pytest.raises(UserError, match=r"x{60}… \(10000 characters\) cannot be read: File name too long"):
        read_documents("x" * 10_000)
    with pytest.raises(UserError, match=r"^no\\nwhere cannot be read"):
        read_documents("no\nwhere")
