"""Adding a rule, a webhook event, an alarm or a setting is one function or field and one row, in a copy that runs."""

import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from support.scratch_checkout import ScratchCheckout, scratch_checkout


@dataclass(frozen=True)
class Addition:
    """Something that is added to a copy of the checkout.

    Attributes:
        texts: file to where something is put in, and what.
        generate: the generators that are run afterwards.
        generated: what they write.
        shown: a program that ends well when the addition works.
    """

    texts: Mapping[str, tuple[tuple[str, str], ...]]
    shown: str
    generate: tuple[str, ...] = ()
    generated: frozenset[str] = frozenset()


ADDITIONS: Final = {
    "rule": Addition(
        {
            "functions/transactions/rules.py": (
                (
                    "REASONS: Final = (\n",
                    '''\
def round_amount(transaction: Transaction, settings: MerchantSettings) -> bool:  # noqa: ARG001 - all rules look alike
    """The amount is a round one."""
    return transaction.submission.amount % 1_000 == 0


''',
                ),
                (
                    '    Reason(code="duplicate"',
                    """\
    Reason(code="round_amount", weight=60, compared=lambda case: case.money, rule=round_amount),
""",
                ),
            )
        },
        """
from unit.functions.test_stored import Written
from tapstack.operate.explanation import Case, explain
from tapstack.operate.traces import read_traces
import msgspec
from transactions.attributes import to_item
from transactions.settings_document import parse_settings
for revision in ("6fe41ed", "db27d9a"):
    written = Written(revision)
    pending = written.document["transactions"][-1]
    pending["submission"]["M"]["amount"] = {"N": "2000"}
    assert written.decide(pending) == []
    decision = written.now_in_table(pending["id"]["S"]).decision
    assert (decision.verdict, decision.reasons, decision.score) == ("review", ["round_amount"], 60), decision
    settings = written.settings
    transaction = msgspec.structs.replace(written.transactions[-1], decision=decision)
    traces = read_traces(written.cloud.dynamodb, "velocity", transaction, settings)
    explained = explain(Case(transaction, settings, traces), decision)
    (row,) = [rule for rule in explained.rules if rule.code == "round_amount"]
    assert (row.found, row.weight, row.compared) == (True, 60, "2000 USD"), row
    assert explained.differences == []
    # What was decided before there was such a rule is as it was.
    for earlier in written.transactions[:-1]:
        traces = read_traces(written.cloud.dynamodb, "velocity", earlier, settings)
        assert explain(Case(earlier, settings, traces), earlier.decision).differences == []
assert parse_settings(msgspec.to_builtins(settings)).weights["round_amount"] == 60
""",
    ),
    "webhook event": Addition(
        {
            "functions/transactions/webhooks/notifications.py": (
                (
                    "EVENTS: Final = (\n",
                    """\
def _is_large(transaction: Transaction, decision: Decision) -> bool:
    return decision.verdict == "approved" and transaction.submission.amount > 1_000


""",
                ),
                (
                    ")\n\n\ndef webhook_ids_of",
                    '    Event(type="transaction.large", happened=_is_large, id_suffix="_large"),\n',
                ),
            )
        },
        """
import json
from simulation.world import LANES, Request, World
from transactions.idempotency import transaction_id
with World() as world:
    card = {"token": "tok_abcd", "bin": "424242", "country": "DE", "expires": "2031-12"}
    body = {"amount": 1_250, "currency": "EUR", "card": card}
    world.finish(world.submit(Request("acme", "key", json.dumps(body))))
    for lane in range(LANES):
        if invocation := world.poll_stream(lane):
            world.finish(invocation)
    world.finish(world.poll_queue(10))
    took = {webhook.webhook_id: webhook.event["type"] for webhook in world.merchants["acme"].took}
    webhook_id = transaction_id("acme", "key").replace("txn_", "msg_")
    assert took == {webhook_id: "transaction.approved", f"{webhook_id}_large": "transaction.large"}, took
""",
    ),
    "alarm": Addition(
        {
            "projects/api-edge/alarms.py": (
                (
                    "    ):\n        _make(",
                    """\
        Alarm(
            name="records-failed",
            meaning="Records of the stream have to come again and again",
            namespace=metrics.NAMESPACE,
            metric=metrics.RECORDS_FAILED,
            dimensions={"service": "fraud-detector"},
            statistic="Sum",
            threshold=100,
        ),
""",
                ),
            )
        },
        """
from support.mocked_program import run_program
from transactions.product import PRODUCT
from unit.conftest import made_up_stacks
if __name__ == "__main__":
    program = run_program("api-edge", {}, made_up_stacks())
    alarm = program.one("MetricAlarm", "records-failed")
    assert (alarm["namespace"], alarm["metricName"]) == (PRODUCT, "RecordsFailed"), alarm
    compute = run_program("compute", {"functionPlatform": "native"}, made_up_stacks())
    variables = compute.one("Function", "fraud-detector")["environment"]["variables"]
    assert variables["SERVICE"] == alarm["dimensions"]["service"]
""",
    ),
    "setting": Addition(
        {
            "projects/data/settings.py": (
                (
                    "    alert_emails: list[MaybeSecret]",
                    """\
    rotate_key_days: int = setting("How often the key is rotated, in days.", default=365, check=between(90, 2560))
""",
                ),
            ),
            "projects/data/key.py": (
                (
                    "        deletion_window_in_days=",
                    "        rotation_period_in_days=settings.rotate_key_days,\n",
                ),
            ),
        },
        """
from support.mocked_program import run_program
if __name__ == "__main__":
    assert run_program("data", {}, {}).one("Key")["rotationPeriodInDays"] == 365
    assert run_program("data", {"rotateKeyDays": 90}, {}).one("Key")["rotationPeriodInDays"] == 90
    try:
        run_program("data", {"rotateKeyDays": 1}, {})
    except Exception as error:
        assert "setting rotateKeyDays is 1: it must be from 90 to 2560" in f"{error}"
    else:
        raise AssertionError("1 day is taken")
""",
        generate=("manifests",),
        generated=frozenset({"projects/data/Pulumi.yaml"}),
    ),
    "merchant setting": Addition(
        {
            "functions/transactions/settings.py": (
                ("    webhook_url: str | None = None\n", '    nickname: Annotated[str, Meta(max_length=32)] = ""\n'),
            )
        },
        """
import msgspec
from unit.functions.test_stored import REVISIONS, Written
from transactions.settings_document import parse_settings
for revision in REVISIONS:
    assert Written(revision).settings.nickname == ""
document = msgspec.to_builtins(Written("db27d9a").settings) | {"nickname": "the shop"}
written = Written("db27d9a")
assert written.merchants.write(parse_settings(document)).version == 4
assert written.settings.nickname == "the shop"
""",
    ),
}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> ScratchCheckout:
    return scratch_checkout(tmp_path_factory.mktemp("additions"))


@pytest.fixture
def copy(checkout: ScratchCheckout) -> Iterator[ScratchCheckout]:
    """A copy that is as the checkout is; what a test adds is taken away again."""
    yield checkout
    for arguments in (("checkout", "--quiet", "."), ("clean", "--quiet", "--force", "-d")):
        subprocess.run(["git", *arguments], cwd=checkout.root, check=True)


@pytest.mark.parametrize("addition", ADDITIONS.values(), ids=ADDITIONS)
def test_an_addition_is_at_most_two_files_beside_what_is_generated(copy: ScratchCheckout, addition: Addition) -> None:
    for file, texts in addition.texts.items():
        for before, added in texts:
            _put_in(copy.root / file, before, added)
    for generator in addition.generate:
        copy.run([str(copy.root / ".venv" / "bin" / "tapstack"), "generate", generator])

    changed = set(copy.run(["git", "diff", "--name-only"]).stdout.splitlines())
    assert changed == {*addition.texts, *addition.generated}
    assert len(addition.texts) <= 2
    program = copy.root.parent / "shown.py"
    program.write_text(addition.shown, encoding="utf-8")
    copy.python(str(program), PYTHONPATH=str(copy.root / "tests"))
    copy.python("-m", "ruff", "check", *addition.texts)
    copy.python("-m", "ruff", "format", "--check", *addition.texts)


def _put_in(path: Path, before: str, added: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1, f"{path.name} holds {before!r} {text.count(before)} times"
    path.write_text(text.replace(before, added + before), encoding="utf-8")
