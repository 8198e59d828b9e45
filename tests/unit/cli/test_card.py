"""`tapstack card`, as a shell sees it, on tables in memory."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from simulation.merchants import settings_document
from simulation.model.cloud import Cloud
from tapstack.cli import environments
from tapstack.cli.actions import accounts
from tapstack.cli.main import main
from tapstack.operate.caller import Caller
from transactions.attributes import to_item
from transactions.card_lists.entry import MOST_ENTRIES
from transactions.card_lists.register import CardListRegister
from transactions.clock import iso, moment_of, now
from transactions.held_settings import HeldSettings
from transactions.merchants import Merchants
from transactions.rules import BY_CODE, UNLIFTED
from transactions.settings_document import parse_settings

Captured = pytest.CaptureFixture[str]
CARD = ("tok_4f2a91c7", "--merchant", "acme")
WHY = ("--reason", "chargeback of 2 May")
BY = "arn:aws:sts::123456789012:assumed-role/Operators/jane"
PAN = "4242424242424242"


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Cloud:
    """Have the commands work on an account in which acme is the only merchant."""
    cloud = Cloud(start=now())
    item = to_item(HeldSettings(parse_settings(settings_document("acme"))).item("merchant#acme"))
    cloud.dynamodb.put_item(TableName="merchants", Item=item)
    account = SimpleNamespace(
        stack="local",
        data=SimpleNamespace(merchants_table_name="merchants", velocity_table_name="velocity"),
        dynamodb=cloud.dynamodb,
        merchants=Merchants(cloud.dynamodb, "merchants", cloud.clock),
        card_lists=CardListRegister(cloud.dynamodb, "velocity", cloud.clock),
        clock=cloud.clock,
        caller=lambda: Caller(BY, cloud.clock()),
    )
    monkeypatch.setattr(environments, "environment_named", lambda _: None)
    monkeypatch.setattr(accounts, "Account", lambda _: account)
    monkeypatch.setattr("tapstack.cli.actions.merchants_named.merchant_ids", lambda *_: {"acme"})
    return cloud


def shown(capsys: Captured) -> Any:
    capsys.readouterr()
    assert main(["card", "show", *CARD, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_an_entry_is_set_shown_and_cleared(cloud: Cloud, capsys: Captured) -> None:
    assert main(["card", "block", *CARD, "--for", "30d", *WHY]) == 0
    told = capsys.readouterr().err
    until = iso(cloud.now + 30 * 24 * 60 * 60 * 1000)
    assert told.splitlines()[0] == (
        f"card tok_4f2a91c7 at merchant acme: blocked until {until}, since {iso(cloud.now)} by {BY}: "
        "chargeback of 2 May"
    )
    assert "nothing is known of this card at merchant acme so far" in told
    assert main(["card", "mute", *CARD, "--rule", "duplicate", "--until", iso(now() + 60_000), *WHY]) == 0
    assert "nothing is known" not in capsys.readouterr().err

    document = shown(capsys)
    assert [(each["effect"], each["rule"], each["by"]) for each in document["entries"]] == [
        ("block", None, BY),
        ("mute", "duplicate", BY),
    ]
    assert main(["card", "show", *CARD]) == 0
    assert "chargeback of 2 May" in capsys.readouterr().out

    assert main(["card", "clear", *CARD, "--rule", "duplicate"]) == 0
    assert capsys.readouterr().err.startswith("ended: duplicate muted until ")
    assert main(["card", "allow", *CARD, "--for", "1h", *WHY]) == 0
    assert [each["effect"] for each in shown(capsys)["entries"]] == ["allow"]
    assert main(["card", "clear", *CARD]) == 0
    assert shown(capsys) == {"merchant": "acme", "token": "tok_4f2a91c7", "uses": 0, "entries": []}


def test_the_end_may_be_a_moment(cloud: Cloud, capsys: Captured) -> None:
    until = iso(now() + 3_600_000)

    assert main(["card", "allow", *CARD, "--until", until, *WHY]) == 0

    (entry,) = shown(capsys)["entries"]
    assert moment_of(entry["until"]) == moment_of(until)
    assert cloud.velocity.items()


@pytest.mark.usefixtures("cloud")
def test_a_card_without_entries_is_told_in_one_line(capsys: Captured) -> None:
    assert main(["card", "show", *CARD]) == 0
    assert capsys.readouterr().err == "card tok_4f2a91c7 has no entry at merchant acme, and 0 uses of it kept there\n"
    assert main(["card", "clear", *CARD]) == 0
    assert capsys.readouterr().err == "card tok_4f2a91c7 has no entry at merchant acme; nothing was changed\n"
    assert main(["card", "clear", *CARD, "--rule", "duplicate"]) == 0
    assert "has no entry for duplicate at merchant acme" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "status", "complaint"),
    [
        (["block", *CARD, *WHY], 64, "an entry needs an end; give --for TIME or --until MOMENT"),
        (["mute", *CARD, "--rule", "duplicate", *WHY], 64, "an entry needs an end; give --for TIME or --until MOMENT"),
        (
            ["block", *CARD, "--for", "1d", "--until", "2999-01-01", *WHY],
            64,
            "'2999-01-01' is no moment to end at; give one that is to come, within 366 days",
        ),
        (["block", *CARD, "--until", "2020-01-01", *WHY], 64, "'2020-01-01' is no moment to end at"),
        (["block", *CARD, "--until", "tomorrow", *WHY], 64, "'tomorrow' is no moment to end at"),
        (["block", *CARD, "--for", "1d", "--until", iso(now() + 3_600_000), *WHY], 64, "an entry has one end; give"),
        (["block", *CARD, "--for", "0s", *WHY], 64, "an entry needs an end; give --for TIME or --until MOMENT"),
        (["block", *CARD, "--for", "2y", *WHY], 64, "'2y' is no length of time"),
        (["block", *CARD, "--for", "1d"], 64, "missing option '--reason'"),
        (["block", "tok_4f2a91c7", "--for", "1d", *WHY], 64, "missing option '--merchant'"),
        (["block", "tok_x", "--merchant", "acme", "--for", "1d", *WHY], 1, "'tok_x' is no card token: one is tok_"),
        (["show", "tok_4f2a91c7", "tok_other", "--merchant", "acme"], 1, "'tok_4f2a91c7 tok_other' is no card token"),
        (["show", "tok_4f2a91c7", "--merchant", "acne"], 1, "unknown merchant 'acne': did you mean 'acme'?"),
        (["mute", *CARD, "--rule", "duplicates", "--for", "1d", *WHY], 1, "unknown rule 'duplicates': did you mean "),
        (["mute", *CARD, "--rule", "card_expired", "--for", "1d", *WHY], 1, "card_expired cannot be muted: "),
        (["mute", *CARD, "--rule", "velocity_card_count", "--for", "1d", *WHY], 1, "velocity_card_count cannot be"),
        (["block", *CARD, "--for", "1d", "--reason", " "], 1, "--reason is ' '; say in a few words why"),
        (["block", *CARD, "--for", "1d", "--reason", "a\nb"], 1, "--reason is 'a\\nb'; say in a few words why"),
        (["block", *CARD, "--for", "1d", "--reason", "ä" * 41], 1, "--reason has 82 bytes; 80 is the most"),
    ],
)
def test_what_cannot_be_is_told_in_one_line_and_nothing_is_written(
    cloud: Cloud, capsys: Captured, arguments: list[str], status: int, complaint: str
) -> None:
    assert main(["card", *arguments]) == status

    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("error: ")
    assert complaint in told.err
    assert len([line for line in told.err.splitlines() if line.startswith("error: ")]) == 1
    assert cloud.velocity.items() == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["block", PAN, "--merchant", "acme", "--for", "1d", *WHY],
        ["block", f"tok_{PAN}", "--merchant", "acme", "--for", "1d", *WHY],
        ["show", "4242", "4242", "4242", "4242", "--merchant", "acme"],
        ["block", *CARD, "--for", "1d", "--reason", f"it was {PAN}"],
    ],
)
def test_a_card_number_is_refused_and_never_printed(cloud: Cloud, capsys: Captured, arguments: list[str]) -> None:
    assert main(["card", *arguments]) == 1

    told = capsys.readouterr()
    assert "card number" in told.err
    assert "4242" not in told.out + told.err
    assert cloud.velocity.items() == []


def test_one_entry_too_many_is_refused_with_what_to_do(cloud: Cloud, capsys: Captured) -> None:
    rules = [code for code in BY_CODE if code not in UNLIFTED][:MOST_ENTRIES]
    for rule in rules:
        assert main(["card", "mute", *CARD, "--rule", rule, "--for", "1d", *WHY]) == 0
    before = cloud.velocity.items()
    capsys.readouterr()

    assert main(["card", "block", *CARD, "--for", "1d", *WHY]) == 1

    told = capsys.readouterr().err
    assert told.startswith("error: card tok_4f2a91c7 has no place for one more at merchant acme: there are 4 entries")
    assert "card clear tok_4f2a91c7 --merchant acme --rule CODE" in told
    assert cloud.velocity.items() == before
