"""`tapstack merchant history`, `diff`, `rollback`, `draft`, `compare` and `promote`, as a shell sees them."""

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from simulation.merchants import settings_document
from simulation.model.cloud import Cloud
from tapstack.cli import environments
from tapstack.cli.actions import accounts
from tapstack.cli.main import main
from tapstack.console.errors import UserError
from tapstack.operate.caller import Caller
from transactions.merchants import Merchants
from transactions.shadow_counts import ShadowCounts, add_shadow_counts

Captured = pytest.CaptureFixture[str]
Write = Callable[..., str]
CALLER = "arn:aws:iam::123456789012:user/someone"
DOCUMENT = settings_document("acme")


@pytest.fixture
def cloud() -> Cloud:
    return Cloud()


@pytest.fixture
def merchants(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Merchants:
    """Have commands work on the model, with acme in it."""

    def enrolment(merchant_id: str) -> None:
        if merchant_id != "acme":
            raise UserError(f"there is no merchant {merchant_id!r}")

    configuration = {"Environment": {"Variables": {"WEBHOOK_ALLOW_PRIVATE_TARGETS": "false"}}}

    def account(_: Any) -> Any:
        return SimpleNamespace(
            merchants=Merchants(cloud.dynamodb, "merchants", cloud.clock),
            desk=SimpleNamespace(enrolment=enrolment),
            dynamodb=cloud.dynamodb,
            data=SimpleNamespace(velocity_table_name="velocity"),
            compute=SimpleNamespace(notifier_function_name="notifier", alias_name="live"),
            functions=SimpleNamespace(get_function_configuration=lambda **_: configuration),
            stack="local",
            caller=lambda: Caller(CALLER, cloud.now),
        )

    monkeypatch.setattr(environments, "environment_named", lambda _: None)
    monkeypatch.setattr(accounts, "Account", account)
    return Merchants(cloud.dynamodb, "merchants", cloud.clock)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def to_file(**changes: Any) -> str:
        file = tmp_path / "settings.json"
        file.write_text(json.dumps(DOCUMENT | changes), encoding="utf-8")
        return f"{file}"

    return to_file


@pytest.fixture(autouse=True)
def in_force(merchants: Merchants, write: Write, capsys: Captured) -> None:
    """Version 1 of nobody's, as earlier releases wrote it, and version 2."""
    from transactions.settings_document import parse_settings  # noqa: PLC0415

    merchants.write(parse_settings(DOCUMENT))
    assert main(["merchant", "set", write(blocked_bins=["4000"]), "--reason", "a run on 4000"]) == 0
    capsys.readouterr()


def told(capsys: Captured) -> str:
    """Take the one line of an error."""
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    return captured.err


def test_history_says_who_when_why_and_what(capsys: Captured) -> None:
    assert main(["merchant", "history", "acme", "--json"]) == 0
    latest, first = json.loads(capsys.readouterr().out)

    assert (latest["version"], latest["by"], latest["reason"]) == (2, CALLER, "a run on 4000")
    assert latest["changed"] == ["blocked_bins"]
    assert first == {"version": 1, "at": None, "by": None, "reason": None, "changed": []}
    assert main(["merchant", "history", "acme"]) == 0
    assert "a run on 4000" in capsys.readouterr().out


def test_diff_names_each_setting_by_its_path(write: Write, capsys: Captured) -> None:
    card = DOCUMENT["card_velocity"] | {"count": 9, "amounts": {"EUR": 5_000, "USD": 7}}
    assert main(["merchant", "set", write(card_velocity=card, night=None)]) == 0
    capsys.readouterr()

    assert main(["merchant", "diff", "acme", "2", "3", "--json"]) == 0

    found = {each["name"]: (each["before"], each["after"]) for each in json.loads(capsys.readouterr().out)}
    assert found == {
        "blocked_bins": (["4000"], ["400000-400099"]),
        "card_velocity.count": (2, 9),
        "card_velocity.amounts.USD": ("-", 7),
        "night": (DOCUMENT["night"], None),
    }


def test_rollback_is_the_next_version_and_lifts_no_suspension(merchants: Merchants, capsys: Captured) -> None:
    assert main(["merchant", "suspend", "acme", "--reason", "fraud"]) == 0
    capsys.readouterr()

    assert main(["merchant", "rollback", "acme", "1", "--reason", "it was wrong"]) == 0

    assert capsys.readouterr().err == "merchant acme: what version 1 says is version 4, and holds everywhere in 30 s\n"
    held = list(merchants.versions("acme"))
    assert [each.settings.version for each in held] == [1, 2, 3, 4]
    assert held[-1].settings.blocked_bins == held[0].settings.blocked_bins
    assert held[-1].settings.status == "suspended"
    assert held[-1].note
    assert held[-1].note.reason == "it was wrong"


def test_a_draft_is_stored_compared_promoted_and_gone(
    cloud: Cloud, merchants: Merchants, write: Write, capsys: Captured
) -> None:
    assert main(["merchant", "draft", "acme", write(card_countries=["FR"]), "--reason", "France alone"]) == 0
    held = merchants.held("acme")
    assert held
    assert held.draft
    assert (held.settings.version, held.settings.card_countries) == (2, [])
    counts = ShadowCounts(unknown=3)
    counts.add("txn_a", "approved", "declined", ["country_not_allowed"])
    add_shadow_counts(cloud.dynamodb, "velocity", "acme", held.draft.number, counts, cloud.now)
    capsys.readouterr()

    assert main(["merchant", "compare", "acme", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["judged"], document["unknown"], document["rules"]) == (1, 3, {"country_not_allowed": 1})
    assert document["sample"] == [{"transaction_id": "txn_a", "verdict": "approved", "draft": "declined"}]
    assert document["draft"]["by"] == CALLER
    assert main(["merchant", "compare", "acme"]) == 0
    assert "txn_a" in capsys.readouterr().out

    assert main(["merchant", "promote", "acme", "--reason", "it catches what it should"]) == 0
    merchants.forget("acme")
    held = merchants.held("acme")
    assert held
    assert (held.settings.version, held.settings.card_countries, held.draft) == (3, ["FR"], None)
    assert held.note
    assert held.note.reason == "it catches what it should"
    capsys.readouterr()
    assert main(["merchant", "promote", "acme", "--reason", "again"]) == 1
    assert "merchant 'acme' has no draft, and version 3 is in force: " in told(capsys)


def test_a_draft_is_taken_away(merchants: Merchants, write: Write, capsys: Captured) -> None:
    assert main(["merchant", "draft", "acme", write(card_countries=["FR"])]) == 0
    assert main(["merchant", "draft", "acme", "--remove"]) == 0
    assert main(["merchant", "draft", "acme", "--remove"]) == 0

    assert capsys.readouterr().err.endswith("merchant acme has no draft\nmerchant acme has no draft anyway\n")


def test_a_draft_beside_other_settings_is_not_promoted_but_a_suspension_does_not_matter(
    write: Write, capsys: Captured
) -> None:
    assert main(["merchant", "draft", "acme", write(card_countries=["FR"])]) == 0
    assert main(["merchant", "set", write(country="FR")]) == 0
    capsys.readouterr()
    assert main(["merchant", "promote", "acme", "--reason", "now"]) == 1
    assert (
        "the draft of merchant 'acme' was made beside version 2, and version 3 has another country, blocked_bins; "
        "make it anew: "
    ) in told(capsys)

    assert main(["merchant", "draft", "acme", write(card_countries=["FR"])]) == 0
    assert main(["merchant", "suspend", "acme"]) == 0
    assert main(["merchant", "promote", "acme", "--reason", "now"]) == 0


@pytest.mark.parametrize(
    ("arguments", "status", "complaint"),
    [
        (["history", "hooli"], 1, "there is no merchant 'hooli'"),
        (["diff", "acme", "1", "7"], 1, "merchant 'acme' has no version 7; the versions are 1, 2"),
        (["diff", "acme", "0", "1"], 64, "'0' is no version; give a whole number, 1 or more"),
        (["diff", "acme", "1"], 64, "missing argument 'V2'"),
        (["rollback", "acme", "9", "--reason", "x"], 1, "merchant 'acme' has no version 9"),
        (["rollback", "acme", "1"], 64, "missing option '--reason'"),
        (["rollback", "acme", "1", "--reason", ""], 1, "--reason is empty; say in a few words why"),
        (["rollback", "acme", "1", "--reason", " "], 1, "--reason is ' '; say in a few words why"),
        (["rollback", "acme", "1", "--reason", "a\nb"], 1, "--reason is 'a\\nb'; say in a few words why"),
        (["rollback", "acme", "1", "--reason", "x" * 201], 1, "--reason has 201 bytes; 200 is the most"),
        (["rollback", "acme", "1", "--reason", "4242 4242 4242 4242"], 1, "--reason holds what looks like a card"),
        (["promote", "acme"], 64, "missing option '--reason'"),
        (["promote", "acme", "--reason", "x"], 1, "merchant 'acme' has no draft"),
        (["compare", "acme"], 1, "merchant 'acme' has no draft, and version 2 is in force: "),
        (["draft", "acme"], 64, "draft takes a FILE, or --remove"),
        (["draft", "acme", "f.json", "--remove"], 64, "draft takes a FILE, or --remove"),
        (["draft", "acme", "/no/such"], 1, "/no/such cannot be read"),
    ],
)
def test_what_cannot_be_done_is_one_line(arguments: list[str], status: int, complaint: str, capsys: Captured) -> None:
    assert main(["merchant", *arguments]) == status

    assert complaint in told(capsys)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"id": "globex"}, "holds settings of merchant 'globex'; give those of merchant 'acme' alone"),
        ({"review_from": 500}, "settings of merchant 'acme': decline_from is 100, below review_from (500)"),
        ({"blocked_bins": ["4000"]}, "the draft of merchant 'acme' says what is in force; change something in it"),
    ],
)
def test_a_draft_that_is_wrong_is_one_line(
    changes: dict[str, Any], complaint: str, merchants: Merchants, write: Write, capsys: Captured
) -> None:
    assert main(["merchant", "draft", "acme", write(**changes)]) == 1

    assert complaint in told(capsys)
    held = merchants.held("acme")
    assert held
    assert held.draft is None
