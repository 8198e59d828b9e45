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
from tapstack.lane.samples import MERCHANTS
from tapstack.operate.account import Account
from tapstack.operate.caller import Caller
from tapstack.operate.merchants.api_keys import ApiKeys
from tapstack.operate.merchants.desk import Desk
from tapstack.operate.merchants.enrolments import Enrolment
from transactions.held_settings import VersionNote
from transactions.settings import MerchantSettings
from transactions.settings_document import parse_settings

Captured = pytest.CaptureFixture[str]
CALLER = "arn:aws:iam::123456789012:user/someone"
DOCUMENT: dict[str, Any] = json.loads(MERCHANTS.read_text(encoding="utf-8"))[0]
LONG = "x" * 10_000
PREFIX = "tapstack-dev-merchant"


class Merchants:
    """The merchants table."""

    def __init__(self) -> None:
        self.held: dict[str, MerchantSettings] = {"globex": parse_settings(DOCUMENT | {"id": "globex"})}
        self.written: list[str] = []
        self.desk: Any = None
        self.hears: Callable[[], None] = lambda: None
        """Called before each write."""

    def settings(self, merchant_id: str) -> MerchantSettings | None:
        return self.held.get(merchant_id)

    def write(self, settings: MerchantSettings, note: VersionNote, *, over: int) -> MerchantSettings:
        assert (note.by, over) == (CALLER, self.held[settings.id].version)
        self.hears()
        self.written.append(settings.id)
        return settings


@pytest.fixture
def merchants(monkeypatch: pytest.MonkeyPatch) -> Merchants:
    """Have the commands work on an environment of globex alone, whose notifier calls public addresses only."""
    merchants = Merchants()
    enrolled = {"globex": Enrolment(merchant_id="globex", version=2, state="enrolled", tier="premium", made_at=1)}
    enrolments: Any = SimpleNamespace(read=enrolled.get)
    nothing: Any = None
    held: Any = merchants
    desk = Desk(
        nothing, "t", held, enrolments, nothing, nothing, ("premium", "standard"), "local", lambda: 1, lambda: CALLER
    )
    merchants.desk = desk
    monkeypatch.setattr("tapstack.operate.merchants.desk.merchant_ids", lambda *_: {"globex", "hooli"})
    configuration = {"Environment": {"Variables": {"WEBHOOK_ALLOW_PRIVATE_TARGETS": "false"}}}
    account = SimpleNamespace(
        merchants=merchants,
        desk=desk,
        compute=SimpleNamespace(notifier_function_name="notifier", alias_name="live"),
        functions=SimpleNamespace(get_function_configuration=lambda **_: configuration),
        stack="local",
        caller=lambda: Caller(CALLER, 1),
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
        (["merchant", "propose", "acme"], "unknown command 'propose'"),
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


ACTIONS = {
    "show": [],
    "suspend": [],
    "resume": [],
    "rotate-key": [],
    "end-key-rotation": [],
    "rotate-secret": [],
    "end-rotation": [],
    "set-tier": ["premium"],
    "remove": [],
}
"""Actions on one merchant, to what they take beside its id."""
ADOPT = "is one of an earlier release, kept as resources; take it over: .venv/bin/tapstack merchant adopt"
ID_FORM = (
    "an id is 2 to 32 of the characters a to z, 0 to 9 and -, and begins with a letter; probe is the environment's own"
)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("globx", "there is no merchant 'globx'; did you mean 'globex'?"),
        ("initech", "there is no merchant 'initech'; add it: .venv/bin/tapstack merchant add FILE"),
        ("hooli", f"merchant 'hooli' {ADOPT}"),
        # What cannot be an id is looked up nowhere, and put into no command line.
        ("x; rm -rf ~", f"there is no merchant 'x; rm -rf ~'; {ID_FORM}"),
        ("globex#1", f"there is no merchant 'globex#1'; {ID_FORM}"),
        ("secret#globex", f"there is no merchant 'secret#globex'; {ID_FORM}"),
        ("", f"there is no merchant ''; {ID_FORM}"),
    ],
)
@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.usefixtures("merchants")
def test_a_merchant_that_is_none_is_told_with_what_can_be_done(
    action: str, typed: str, told: str, capsys: Captured
) -> None:
    assert main(["merchant", action, typed, *ACTIONS[action]]) == 1

    assert capsys.readouterr().err == f"error: {told}\n"


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.usefixtures("merchants")
def test_an_id_of_10_000_characters_is_refused_in_a_short_line(action: str, capsys: Captured) -> None:
    assert main(["merchant", action, "x" * 10_000, *ACTIONS[action]]) == 1

    assert len(capsys.readouterr().err) < 400


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["set-tier", "globex", "premum"], "there is no tier 'premum'; did you mean 'premium'?"),
        (["set-tier", "globex", "#"], "there is no tier '#'; the tiers are premium, standard"),
        (["rotate-key", "globex", "--tier", "gold"], "there is no tier 'gold'; the tiers are premium, standard"),
        (["rotate-key", "globex", "--label", "a.b"], "'a.b' is no label; a label is up to 32 of a to z, 0 to 9 and"),
        (["rotate-key", "globex", "--label", ""], "'' is no label"),
    ],
)
@pytest.mark.usefixtures("merchants")
def test_a_tier_or_a_label_that_is_none_is_refused(arguments: list[str], told: str, capsys: Captured) -> None:
    assert main(["merchant", *arguments]) == 1

    assert told in capsys.readouterr().err


@pytest.mark.usefixtures("merchants")
def test_a_label_of_10_000_characters_is_refused_in_a_short_line(capsys: Captured) -> None:
    assert main(["merchant", "rotate-key", "globex", "--label", "x" * 10_000]) == 1

    told = capsys.readouterr().err
    assert "is no label" in told
    assert len(told) < 400


@pytest.mark.parametrize("overlap", ["0", "7", "-1d", "1w", "366d", "9999999999d", "\u0661d"])
@pytest.mark.usefixtures("merchants")
def test_an_overlap_that_is_no_length_of_time_is_refused(overlap: str, capsys: Captured) -> None:
    assert main(["merchant", "rotate-key", "globex", "--overlap", overlap]) == 64

    assert "is no length of time; give one such as 30m, 24h or 7d" in capsys.readouterr().err


def test_merchants_are_added_one_at_a_time(merchants: Merchants, tmp_path: Path, capsys: Captured) -> None:
    file = written(tmp_path, [DOCUMENT, DOCUMENT | {"id": "initech"}])

    assert main(["merchant", "add", file]) == 1

    assert "holds the settings of 2 merchants; add them one at a time" in capsys.readouterr().err
    assert merchants.written == []


@pytest.mark.parametrize(
    ("document", "tier", "told"),
    [
        (DOCUMENT, "gold", "there is no tier 'gold'"),
        (DOCUMENT | {"id": "globex"}, "premium", "merchant 'globex' is there already; change its settings with: "),
        (DOCUMENT | {"id": "acme#1"}, "premium", "settings of a merchant 'acme#1'"),
        (DOCUMENT | {"id": "merchant#globex"}, "premium", "settings of a merchant 'merchant#globex'"),
    ],
)
@pytest.mark.usefixtures("merchants")
def test_what_cannot_be_added_is_told(
    document: dict[str, Any], tier: str, told: str, tmp_path: Path, capsys: Captured
) -> None:
    assert main(["merchant", "add", written(tmp_path, document), "--tier", tier]) == 1

    assert told in capsys.readouterr().err


@pytest.mark.parametrize(("held", "lines"), [(8_999, 0), (9_000, 1), (9_999, 1)])
def test_an_account_with_nearly_all_api_keys_is_told_so_before_it_has_them(
    held: int, lines: int, capsys: Captured
) -> None:
    pages = [{"id": f"{number}"} for number in range(held)]

    def get_api_keys(*, limit: int, position: str = "0") -> dict[str, Any]:
        begin, end = int(position), int(position) + limit
        return {"items": pages[begin:end], **({"position": f"{end}"} if end < held else {})}

    client: Any = SimpleNamespace(get_api_keys=get_api_keys)
    ApiKeys(client, PREFIX, {}, "dev").check_room()

    told = f"the account has {held} of 10000 API keys in this region, which AWS does not raise\n"
    assert capsys.readouterr().err == told * lines


def test_without_room_for_another_key_nothing_of_a_merchant_is_made(
    merchants: Merchants, tmp_path: Path, capsys: Captured
) -> None:
    client: Any = SimpleNamespace(get_api_keys=lambda **_: {"items": [{"id": f"{number}"} for number in range(10_000)]})
    object.__setattr__(merchants.desk, "api_keys", ApiKeys(client, PREFIX, {}, "dev"))

    assert main(["merchant", "add", written(tmp_path, DOCUMENT)]) == 1

    assert "the account has 10000 API keys in this region, and AWS allows no more than 10000" in capsys.readouterr().err
    assert merchants.written == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["list", "--limit", "0"], "'0' is no number of merchants; give a whole number, 1 or more"),
        (["list", "--limit", "-1"], "'-1' is no number of merchants"),
        (["list", "--limit", "all"], "'all' is no number of merchants"),
        (["list", "acme"], "unexpected extra argument (acme)"),
        (["reconcile", "acme"], "unexpected extra argument (acme)"),
        (["adopt", "acme"], "unexpected extra argument (acme)"),
        (["list", "--limit", LONG], "is no number of merchants"),
        (["show"], "missing argument 'ID'"),
        (["set-tier", "globex"], "missing argument 'TIER'"),
    ],
)
def test_what_is_no_command_on_merchants_is_one_line(arguments: list[str], told: str, capsys: Captured) -> None:
    assert main(["merchant", *arguments]) == 64

    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1
    assert len(error) < 400


@pytest.mark.parametrize("action", ["add", "set"])
@pytest.mark.parametrize(
    ("content", "told"),
    [
        (DOCUMENT | {"id": LONG}, "settings of a merchant '"),
        (DOCUMENT | {"id": ["globex"]}, "settings of a merchant "),
        (DOCUMENT | {"id": "probe"}, "probe is the environment's own"),
        (DOCUMENT | {"id": "globex", LONG: 1}, "settings of merchant 'globex': unknown setting '"),
        (DOCUMENT | {"id": "globex", "country": LONG}, "country"),
        ([DOCUMENT, DOCUMENT], "holds the settings of merchant 'acme' twice; leave one of them"),
        ([], "holds no settings; write one JSON object, or an array of them"),
        ([1], "holds no settings; write one JSON object, or an array of them"),
        (LONG, "holds no settings; write one JSON object, or an array of them"),
    ],
)
def test_a_file_that_is_none_is_one_short_line_and_nothing_is_written(
    action: str, content: Any, told: str, merchants: Merchants, tmp_path: Path, capsys: Captured
) -> None:
    assert main(["merchant", action, written(tmp_path, content)]) == 1

    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1
    assert len(error) < 600
    assert merchants.written == []


@pytest.mark.usefixtures("merchants")
def test_a_tier_of_10_000_characters_is_refused_in_a_short_line(tmp_path: Path, capsys: Captured) -> None:
    for words in (["add", written(tmp_path, DOCUMENT), "--tier", LONG], ["set-tier", "globex", LONG]):
        assert main(["merchant", *words]) == 1

        told = capsys.readouterr().err
        assert "there is no tier" in told
        assert len(told) < 400


def test_of_a_file_with_one_merchant_that_is_none_nothing_is_changed(
    merchants: Merchants, tmp_path: Path, capsys: Captured
) -> None:
    file = written(tmp_path, [DOCUMENT | {"id": "globex"}, DOCUMENT | {"id": "globx"}])

    assert main(["merchant", "set", file]) == 1

    assert "there is no merchant 'globx'; did you mean 'globex'?" in capsys.readouterr().err
    assert merchants.written == []
