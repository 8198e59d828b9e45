"""The commands, as a shell sees them: status, stdout, stderr."""

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tapstack.cli import environments
from tapstack.cli.actions import accounts
from tapstack.cli.main import main
from tapstack.lane.lane import Lane
from tapstack.lane.merchants import SAMPLES
from tapstack.operate.account import Account
from transactions.settings import MerchantSettings
from transactions.settings_document import parse_settings

Captured = pytest.CaptureFixture[str]
DOCUMENT: dict[str, Any] = json.loads(SAMPLES.read_text(encoding="utf-8"))[0]


class Merchants:
    """The merchants table."""

    def __init__(self) -> None:
        self.held: dict[str, MerchantSettings] = {"globex": parse_settings(DOCUMENT | {"id": "globex"})}
        self.written: list[str] = []
        self.hears: Callable[[], None] = lambda: None
        """Called before each write."""

    def settings(self, merchant_id: str) -> MerchantSettings | None:
        return self.held.get(merchant_id)

    def write(self, settings: MerchantSettings) -> MerchantSettings:
        self.hears()
        self.written.append(settings.id)
        return settings


@pytest.fixture
def merchants(monkeypatch: pytest.MonkeyPatch) -> Merchants:
    """Have the commands work on an environment of two merchants whose notifier calls public addresses only."""
    merchants = Merchants()
    configuration = {"Environment": {"Variables": {"WEBHOOK_ALLOW_PRIVATE_TARGETS": "false"}}}
    account = SimpleNamespace(
        merchants=merchants,
        data=SimpleNamespace(merchant_ids=["acme", "globex"], webhook_secret_prefix="hooks/"),
        compute=SimpleNamespace(notifier_function_name="notifier", alias_name="live"),
        functions=SimpleNamespace(get_function_configuration=lambda **_: configuration),
        stack="local",
        take_on=lambda merchant_id: f"take on {merchant_id}",
    )
    monkeypatch.setattr(environments, "environment_named", lambda _: None)
    monkeypatch.setattr(accounts, "Account", lambda _: account)
    return merchants


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A lane that is not there."""
    monkeypatch.setenv("TAPSTACK_LANE", str(tmp_path / "lane"))
    return Lane().folder


def written(tmp_path: Path, value: Any) -> str:
    file = tmp_path / "settings.json"
    file.write_text(json.dumps(value), encoding="utf-8")
    return str(file)


@pytest.mark.parametrize(
    "arguments", [["merchant", "list"], ["merchant", "show", "acme"], ["explain", "txn_1"], ["redrive"], ["reconcile"]]
)
def test_without_a_lane_a_command_says_what_to_run(arguments: list[str], nowhere: Path, capsys: Captured) -> None:
    assert main(arguments) == 1

    told = capsys.readouterr()
    assert told.out == ""
    assert (
        told.err == f"error: the lane in {nowhere} is not up: there is nothing in it; run: .venv/bin/tapstack local\n"
    )


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "missing command"),
        (["merchant"], "missing command"),
        (["merchant", "promote", "acme"], "unknown command 'promote'"),
        (["merchant", "add"], "missing argument 'FILE'"),
        (["explain"], "missing argument 'TRANSACTION_ID'"),
        (["reconcile", "--older-than", "-1"], "'-1' is no number of seconds; give a whole number, 0 or more"),
        (["reconcile", "--older-than", "soon"], "'soon' is no number of seconds"),
    ],
)
def test_a_wrong_command_line_is_one_line_and_status_64(arguments: list[str], complaint: str, capsys: Captured) -> None:
    assert main(arguments) == 64

    error = capsys.readouterr().err
    assert complaint in error
    assert error.count("\n") == 1


def test_what_aws_refuses_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    def refused(_: Any) -> Account:
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "not yours"}}, "GetItem")

    monkeypatch.setattr(accounts, "Account", refused)

    assert main(["redrive"]) == 1
    assert capsys.readouterr().err == (
        "error: An error occurred (AccessDeniedException) when calling the GetItem operation: not yours\n"
    )


def test_a_ctrl_c_is_one_line_and_status_130(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    def interrupted(_: Any) -> Account:
        raise KeyboardInterrupt

    monkeypatch.setattr(accounts, "Account", interrupted)

    assert main(["redrive"]) == 130
    assert capsys.readouterr().err.count("\n") == 1


def test_one_bad_merchant_of_a_file_leaves_all_of_them_unwritten(
    merchants: Merchants, tmp_path: Path, capsys: Captured
) -> None:
    file = written(tmp_path, [DOCUMENT, DOCUMENT | {"id": "initech"}])

    assert main(["merchant", "add", file]) == 1

    assert merchants.written == []
    assert capsys.readouterr().err == (
        "error: merchant 'initech' is none of layer 'data', whose merchants are acme, globex; "
        "to take it on, run: take on initech\n"
    )


def test_a_merchant_is_added_once(merchants: Merchants, tmp_path: Path, capsys: Captured) -> None:
    assert main(["merchant", "add", written(tmp_path, DOCUMENT)]) == 0
    assert main(["merchant", "add", written(tmp_path, DOCUMENT | {"id": "globex"})]) == 1

    assert merchants.written == ["acme"]
    assert (
        "merchant 'globex' has settings already; change them with: .venv/bin/tapstack merchant set FILE"
        in capsys.readouterr().err
    )


def limited_to(seconds: int) -> dict[str, Any]:
    return DOCUMENT | {"id": "globex", "merchant_velocity": {"window_seconds": seconds, "count": 100}}


@pytest.mark.parametrize(
    ("earlier", "later", "told"), [(60, 86_400, "26 h"), (60, 600, "10 min"), (60, 3_600, "64 min")]
)
def test_a_much_longer_window_is_told_of_before_it_is_written(
    earlier: int, later: int, told: str, merchants: Merchants, tmp_path: Path, capsys: Captured
) -> None:
    merchants.held["globex"] = parse_settings(limited_to(earlier))
    told_by_then: list[str] = []
    merchants.hears = lambda: told_by_then.append(capsys.readouterr().err)

    assert main(["merchant", "set", written(tmp_path, limited_to(later))]) == 0

    assert told_by_then == [
        (
            f"merchant globex: merchant_velocity.window_seconds goes from {earlier} to {later}; "
            "what the shorter window has forgotten the longer one could hold, "
            f"so for up to {told} every transaction is for review (velocity_merchant_unknown)\n"
        )
    ]


@pytest.mark.parametrize(("earlier", "later"), [(60, 60), (600, 60), (600, 900)])
def test_of_a_window_that_is_not_much_longer_there_is_nothing_to_say(
    earlier: int, later: int, merchants: Merchants, tmp_path: Path, capsys: Captured
) -> None:
    merchants.held["globex"] = parse_settings(limited_to(earlier))

    assert main(["merchant", "set", written(tmp_path, limited_to(later))]) == 0

    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("action", ["add", "set"])
def test_a_webhook_the_notifier_would_refuse_is_refused(
    action: str, merchants: Merchants, tmp_path: Path, capsys: Captured
) -> None:
    file = written(tmp_path, DOCUMENT | {"id": "globex", "webhook_url": "http://hooks.example.com"})

    assert main(["merchant", action, file]) == 1

    assert "settings of merchant 'globex': webhook_url must be an https URL" in capsys.readouterr().err
    assert merchants.written == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ["set", "{file}"],
            "merchant 'acme' has no settings yet; write them with: .venv/bin/tapstack merchant add FILE",
        ),
        (
            ["suspend", "acme"],
            "merchant 'acme' has no settings yet; write them with: .venv/bin/tapstack merchant add FILE",
        ),
        (["resume", "nobody"], "merchant 'nobody' is none of layer 'data'"),
        (["rotate-secret", "nobody"], "merchant 'nobody' is none of layer 'data'"),
        (["end-rotation", "nobody"], "merchant 'nobody' is none of layer 'data'"),
    ],
)
def test_a_merchant_that_is_not_set_up_is_named(
    arguments: list[str], told: str, merchants: Merchants, tmp_path: Path, capsys: Captured
) -> None:
    file = written(tmp_path, DOCUMENT)

    assert main(["merchant", *(argument.format(file=file) for argument in arguments)]) == 1

    assert told in capsys.readouterr().err


def test_a_merchant_s_id_that_is_nearly_right_is_offered_and_no_new_merchant(
    merchants: Merchants, capsys: Captured
) -> None:
    assert main(["merchant", "suspend", "acm"]) == 1

    assert capsys.readouterr().err == (
        "error: merchant 'acm' is none of layer 'data', whose merchants are acme, globex; did you mean 'acme'?\n"
    )


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("acm", "did you mean 'acme'?"),
        ("ACME", "did you mean 'acme'?"),
        ("initech", "to take it on, run: take on initech"),
        # What cannot be an id is put into no command line.
        ("x; rm -rf ~", "an id is 2 to 32 of the characters a to z, 0 to 9 and -, and begins with a letter"),
        ("", "an id is 2 to 32 of the characters a to z, 0 to 9 and -, and begins with a letter"),
    ],
)
@pytest.mark.parametrize("action", ["show", "suspend", "resume", "rotate-secret", "end-rotation"])
@pytest.mark.usefixtures("merchants")
def test_a_merchant_that_is_typed_wrong_is_told_with_the_one_that_was_meant(
    action: str, typed: str, told: str, capsys: Captured
) -> None:
    assert main(["merchant", action, typed]) == 1

    assert capsys.readouterr().err == (
        f"error: merchant {typed!r} is none of layer 'data', whose merchants are acme, globex; {told}\n"
    )


@pytest.mark.usefixtures("merchants")
def test_a_new_merchant_that_is_called_nearly_as_another_can_be_taken_on(tmp_path: Path, capsys: Captured) -> None:
    assert main(["merchant", "add", written(tmp_path, DOCUMENT | {"id": "acme2"})]) == 1

    assert capsys.readouterr().err.endswith("; did you mean 'acme'? to take it on, run: take on acme2\n")
