"""`tapstack backtest`, as a shell sees it."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from simulation.history import MERCHANT, MadeHistory
from tapstack.cli import environments
from tapstack.cli.actions import accounts
from tapstack.cli.actions import backtest as action
from tapstack.cli.main import main
from tapstack.console.errors import UserError
from tapstack.operate.backtest.trial import stored

Captured = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def made() -> MadeHistory:
    made = MadeHistory(seed=5)
    made.make(300)
    return made


@pytest.fixture(autouse=True)
def account(made: MadeHistory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have commands work on the model, and judge in this process."""

    def enrolment(merchant_id: str) -> None:
        if merchant_id != MERCHANT:
            raise UserError(f"there is no merchant {merchant_id!r}")

    configuration = {"Environment": {"Variables": {"WEBHOOK_ALLOW_PRIVATE_TARGETS": "false"}}}
    account = SimpleNamespace(
        merchants=made.operators,
        desk=SimpleNamespace(enrolment=enrolment),
        history=lambda merchant_id: stored(made.store, made.listing, merchant_id),
        compute=SimpleNamespace(notifier_function_name="notifier", alias_name="live"),
        functions=SimpleNamespace(get_function_configuration=lambda **_: configuration),
        stack="local",
    )
    monkeypatch.setattr(environments, "environment_named", lambda _: None)
    monkeypatch.setattr(accounts, "Account", lambda _: account)
    monkeypatch.setattr(action, "_PROCESSES", 0)


def written(tmp_path: Path, value: Any) -> str:
    file = tmp_path / "new.json"
    file.write_text(json.dumps(value), encoding="utf-8")
    return f"{file}"


def test_without_settings_it_says_that_all_is_as_stored(capsys: Captured) -> None:
    assert main(["backtest", "--merchant", MERCHANT]) == 0

    told = capsys.readouterr()
    assert "unexplained  0\n" in told.out
    assert "by the settings then in force" in told.out
    assert told.err.startswith("not known: the order of decisions")


def test_what_has_no_explanation_is_status_2(made: MadeHistory, capsys: Captured) -> None:
    item = made.cloud.transactions.items()[0]
    other = {**item, "decision": {"M": {**item["decision"]["M"], "reasons": {"L": [{"S": "card_expired"}]}}}}
    made.cloud.transactions.write(item["id"]["S"], other)
    try:
        assert main(["backtest", "--merchant", MERCHANT]) == 2
    finally:
        made.cloud.transactions.write(item["id"]["S"], item)

    assert "unexplained  1\n" in capsys.readouterr().out


def test_settings_are_tried_shown_drawn_and_printed_as_data(
    made: MadeHistory, tmp_path: Path, capsys: Captured
) -> None:
    file = written(tmp_path, {**made.document, "card_countries": ["FR"]})
    picture = tmp_path / "scores.svg"

    assert main(["backtest", "--merchant", MERCHANT, "--settings", file, "--picture", f"{picture}"]) == 0
    shown = capsys.readouterr().out
    assert main(["backtest", "--merchant", MERCHANT, "--settings", file, "--json"]) == 0
    data = json.loads(capsys.readouterr().out)

    assert data["settings"] == "tried"
    assert data["comparison"]["count"] == 300
    assert sum(row["count"] for row in data["comparison"]["verdicts"]) == 300
    assert data["comparison"]["rules"]["country_not_allowed"]["now"]["count"] > 100
    assert "country_not_allowed" in shown
    assert "█" in shown
    assert "review from 50, declined from 100" in shown
    drawn = ET.fromstring(picture.read_text(encoding="utf-8"))  # noqa: S314 - our own
    widths = {"approved": 0.0, "review": 0.0, "declined": 0.0}
    for rectangle in drawn.iter("{http://www.w3.org/2000/svg}rect"):
        if (name := rectangle.attrib["class"]) in widths:
            widths[name] += float(rectangle.attrib["width"])
    declined = sum(row["count"] for row in data["comparison"]["verdicts"] if row["now"] == "declined")
    assert widths["declined"] / sum(widths.values()) == pytest.approx(declined / 300, abs=0.001)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"id": "globex"}, "holds settings of merchant 'globex'; give those of merchant 'acme' alone"),
        ({"country": "Germany"}, "settings of merchant 'acme': Expected `str` matching regex"),
        ({"contry": "DE"}, "settings of merchant 'acme': unknown setting 'contry': did you mean 'country'?"),
    ],
)
def test_wrong_settings_are_one_line(
    changes: dict[str, Any], complaint: str, made: MadeHistory, tmp_path: Path, capsys: Captured
) -> None:
    file = written(tmp_path, {**made.document, **changes})

    assert main(["backtest", "--merchant", MERCHANT, "--settings", file]) == 1

    told = capsys.readouterr()
    assert complaint in told.err
    assert (told.out, told.err.count("\n")) == ("", 1)


@pytest.mark.parametrize(
    ("arguments", "status", "complaint"),
    [
        (["--merchant", "hooli"], 1, "there is no merchant 'hooli'"),
        (["--merchant", MERCHANT, "--since", "1s"], 1, "has no decided transaction since"),
        (["--merchant", MERCHANT, "--since", "2999-01-01"], 64, "'2999-01-01' is no time to look back to"),
        (["--merchant", MERCHANT, "--settings", "/no/such/file"], 1, "/no/such/file cannot be read"),
        (["--merchant", MERCHANT, "--picture", "/no/such/folder/a.svg"], 1, "there is no such folder"),
        ([], 64, "missing option '--merchant'"),
    ],
)
def test_what_cannot_be_tried_is_one_line(arguments: list[str], status: int, complaint: str, capsys: Captured) -> None:
    assert main(["backtest", *arguments]) == status

    told = capsys.readouterr()
    assert complaint in told.err
    assert (told.out, told.err.count("\n")) == ("", 1)
