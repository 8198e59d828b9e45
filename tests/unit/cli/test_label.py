"""`tapstack label import`, as a shell sees it, on tables in memory."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import msgspec
import pytest

from simulation.model.cloud import Cloud
from tapstack.cli import environments
from tapstack.cli.actions import accounts
from tapstack.cli.main import main
from tapstack.operate import labels as labels_of_files
from transactions.idempotency import transaction_id
from transactions.store import TransactionStore
from transactions.submission import Submission
from transactions.transaction import Transaction

Captured = pytest.CaptureFixture[str]
AT: Final = "2026-09-01T08:00:00Z"
PAN: Final = "4242424242424242"
CARD: Final = {"token": "tok_abcd", "bin": "424242", "country": "DE", "expires": "2031-12"}
SUBMISSION: Final = msgspec.convert({"amount": 1_250, "currency": "EUR", "card": CARD}, Submission)


class Account:
    """An account with transactions of acme's, and the file that is imported into it."""

    def __init__(self, folder: Path) -> None:
        self.cloud = Cloud(start=1_790_000_000_000)
        self.file = folder / "labels"
        self.store = TransactionStore(self.cloud.dynamodb, "transactions")

    def accept(self, number: int, merchant: str = "acme") -> str:
        name = transaction_id(merchant, f"key-{number}")
        self.store.insert(Transaction(name, merchant, "hash", self.cloud.now, SUBMISSION))
        return name

    def of(self, number: int) -> Any:
        held = self.store.get(transaction_id("acme", f"key-{number}"))
        assert held is not None
        return held.outcome and (held.outcome.value, held.outcome.source)

    def write(self, *lines: Mapping[str, object] | str) -> str:
        self.file.write_text(
            "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), encoding="utf-8"
        )
        return str(self.file)


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Account:
    account = Account(tmp_path)
    stand_in = SimpleNamespace(
        stack="local",
        data=SimpleNamespace(transactions_table_name="transactions"),
        dynamodb=account.cloud.dynamodb,
        clock=account.cloud.clock,
    )
    monkeypatch.setattr(environments, "environment_named", lambda _: None)
    monkeypatch.setattr(accounts, "Account", lambda _: stand_in)
    return account


def label(name: str, outcome: str = "fraud", at: str = AT, **more: object) -> dict[str, object]:
    return {"merchant": "acme", "transaction": name, "outcome": outcome, "source": "chargeback", "at": at} | more


def csv(*labels: Mapping[str, object]) -> list[str]:
    return [
        ",".join(labels_of_files.FIELDS),
        *(",".join(f"{each[n]}" for n in labels_of_files.FIELDS) for each in labels),
    ]


@pytest.mark.parametrize("form", ["CSV", "JSON Lines"])
def test_a_file_is_imported_and_may_be_imported_again(account: Account, capsys: Captured, form: str) -> None:
    labels = [label(account.accept(1)), label(account.accept(2), "genuine"), label(account.accept(3), "disputed")]
    file = account.write(*(csv(*labels) if form == "CSV" else labels))

    assert main(["label", "import", file]) == 0
    assert capsys.readouterr().err == (
        "3 labels imported, 0 were there, 0 are older than what is in force, 0 left out\n"
    )
    assert [account.of(number) for number in (1, 2, 3)] == [
        ("fraud", "chargeback"),
        ("genuine", "chargeback"),
        ("disputed", "chargeback"),
    ]

    account.cloud.usage.reset()
    assert main(["label", "import", file]) == 0
    assert capsys.readouterr().err.startswith("0 labels imported, 3 were there, ")
    assert account.cloud.usage.total().write_units == 0


def test_a_file_of_a_spreadsheet_is_read(account: Account) -> None:
    name = account.accept(1)
    file = account.write(f'\ufeffat,outcome,transaction,merchant,source\r\n"{AT}",fraud,{name},acme,bank\r\n\r\n')

    assert main(["label", "import", file]) == 0
    assert account.of(1) == ("fraud", "bank")


def test_of_several_labels_the_latest_is_in_force_whatever_their_order(account: Account, capsys: Captured) -> None:
    name, later = account.accept(1), "2026-09-02T08:00:00Z"
    file = account.write(label(name, "genuine", later), label(name, "disputed"), label(name, "disputed"))

    assert main(["label", "import", file]) == 0
    assert account.of(1) == ("genuine", "chargeback")
    assert capsys.readouterr().err.startswith("1 label imported, 1 were there, 1 are older than what is in force")

    assert main(["label", "import", account.write(label(name, "fraud"))]) == 0
    assert account.of(1) == ("genuine", "chargeback")
    assert capsys.readouterr().err.startswith("0 labels imported, 0 were there, 1 are older than what is in force")


def test_of_ten_thousand_lines_three_wrong_ones_are_named_and_nothing_is_imported(
    account: Account, capsys: Captured
) -> None:
    labels = [label(account.accept(number)) for number in range(10_000)]
    labels[41] |= {"outcome": "stolen"}
    labels[4_999] |= {"merchant": "globex"}
    labels[9_998] |= {"at": "yesterday"}
    file = account.write(*csv(*labels))

    assert main(["label", "import", file]) == 1
    told = capsys.readouterr().err.splitlines()
    other = labels[4_999]["transaction"]
    assert told[:2] == [
        "line 43: outcome: it must be one of fraud, genuine, disputed",
        f"line 5001: merchant globex has no {other}",
    ]
    assert told[2].startswith("line 10000: at: Expected `str` matching regex")
    assert told[3:] == ["error: 3 of 10000 lines cannot be imported, and nothing was; mend them, or give --skip-wrong"]
    assert account.of(0) is None
    assert account.cloud.usage.of("transactions", "UpdateItem").calls == 0

    assert main(["label", "import", file, "--skip-wrong"]) == 2
    assert capsys.readouterr().err.splitlines()[-1].startswith("9997 labels imported, 0 were there, ")
    assert account.cloud.usage.of("transactions", "UpdateItem").calls == 9_997
    assert (account.of(0), account.of(41), account.of(4_999)) == (("fraud", "chargeback"), None, None)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("nonsense", "it is no line with merchant, transaction, outcome, source, at"),
        ("[]", "it is no line with merchant, transaction, outcome, source, at"),
        ({"merchant": "acme"}, "transaction, outcome, source, at is missing"),
        (label(""), "transaction is missing"),
        (label("order-1"), "transaction is no id; one is txn_ and 32 of"),
        (label(f"txn_{'a' * 32}"), f"merchant acme has no txn_{'a' * 32}"),
        (label(f"txn_{'a' * 32}", "stolen"), "outcome: it must be one of fraud, genuine, disputed"),
        (label(f"txn_{'a' * 32}", at="2999-01-01T00:00:00Z"), "at: it must be past"),
        (label(f"txn_{'a' * 32}", note="more"), "there are 1 fields too many"),
        (label(f"txn_{'a' * 32}", source=f"card {PAN}"), "it holds what looks like a card number"),
    ],
)
def test_a_wrong_line_is_named_with_its_reason(
    account: Account, capsys: Captured, line: Mapping[str, object] | str, reason: str
) -> None:
    right = label(account.accept(1))

    assert main(["label", "import", account.write(right, "", line)]) == 1

    told = capsys.readouterr().err
    assert told.startswith(f"line 3: {reason}")
    assert PAN not in told
    assert account.of(1) is None


def test_two_lines_that_contradict_each_other_are_told(account: Account, capsys: Captured) -> None:
    name = account.accept(1)

    assert main(["label", "import", account.write(label(name), label(name, "genuine"))]) == 1
    assert capsys.readouterr().err.startswith("line 2: line 1 says otherwise of the same moment\n")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "must begin with the names merchant,transaction,outcome,source,at, in any order, or be JSON Lines"),
        ("id,label\nx,y\n", "must begin with the names merchant,transaction,outcome,source,at"),
        ("merchant,transaction,outcome,source,at\n", "holds no labels; write merchant,transaction,"),
    ],
)
def test_a_file_that_holds_no_labels_is_told_in_one_line(
    account: Account, capsys: Captured, text: str, complaint: str
) -> None:
    assert main(["label", "import", account.write(text)]) == 1
    told = capsys.readouterr().err
    assert told.startswith(f"error: {account.file} ")
    assert complaint in told
    assert len(told.splitlines()) == 1


def test_a_file_that_cannot_be_read_is_told_in_one_line(account: Account, capsys: Captured) -> None:
    assert main(["label", "import", f"{account.file}.gone"]) == 1
    assert "cannot be read: No such file or directory" in capsys.readouterr().err
    account.file.write_bytes(b"merchant\xff")
    assert main(["label", "import", str(account.file)]) == 1
    assert "is not UTF-8 at byte 9; nothing was imported" in capsys.readouterr().err


def test_of_many_wrong_lines_the_first_are_told(account: Account, capsys: Captured) -> None:
    assert main(["label", "import", account.write(*([label("order-1")] * 30))]) == 1
    told = capsys.readouterr().err.splitlines()
    assert (len(told), told[20]) == (22, "and 10 lines more")


def test_an_outcome_that_came_meanwhile_and_is_later_stays(
    account: Account, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    name = account.accept(1)
    read: Any = account.cloud.dynamodb.batch_get_item

    def first_another(**request: Any) -> Any:
        found = read(**request)
        item = dict(account.cloud.transactions.newest(name) or {})
        later = {"value": {"S": "genuine"}, "source": {"S": "shop"}, "at": {"N": f"{account.cloud.now}"}}
        account.cloud.transactions.write(name, item | {"outcome": {"M": later}})
        return found

    monkeypatch.setattr(account.cloud.dynamodb, "batch_get_item", first_another)

    assert main(["label", "import", account.write(label(name))]) == 0
    assert account.of(1) == ("genuine", "shop")
    assert capsys.readouterr().err.startswith("0 labels imported, 0 were there, 1 are older")
