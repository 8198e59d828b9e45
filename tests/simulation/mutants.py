"""Deliberate bugs, each of which the simulation has to find: `nox -s mutants`."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from tapstack.checkout import CHECKOUT
from tapstack.console.progress import bar

STEPS: Final = 60_000
"""A mutant that lives this long has survived."""


@dataclass(frozen=True)
class Mutant:
    """A bug.

    Attributes:
        name: what is wrong.
        file: below `functions`.
        right: the code as it is, found there once.
        wrong: what takes its place.
        beside: more of the same file that is not right without it, likewise.
        scene: whose schedules find it; empty for one that a run of everything finds.
    """

    name: str
    file: str
    right: str
    wrong: str
    beside: tuple[tuple[str, str], ...] = ()
    scene: str = ""

    def apply(self, functions: Path) -> None:
        """Put the bug into a copy of the functions.

        Raises:
            ValueError: the code is no longer as it was.
        """
        path = functions / self.file
        source = path.read_text(encoding="utf-8")
        for right, wrong in ((self.right, self.wrong), *self.beside):
            if source.count(right) != 1:
                raise ValueError(f"mutant {self.name!r}: {self.file} holds {right!r} {source.count(right)} times")
            source = source.replace(right, wrong)
        path.write_text(source, encoding="utf-8")


MUTANTS: Final[Sequence[Mutant]] = (
    Mutant(
        "accept without a condition",
        "transactions/store.py",
        'ConditionExpression=f"attribute_not_exists({KEY})",',
        'ConditionExpression=f"attribute_not_exists({KEY}) OR attribute_exists({KEY})",',
    ),
    Mutant(
        "decide what is decided",
        "transactions/store.py",
        'ConditionExpression="#status = :pending",',
        'ConditionExpression="attribute_exists(id) OR #status = :pending",',
    ),
    Mutant(
        "leave the key's merchant out of the id",
        "transactions/idempotency.py",
        'f"{merchant_id}\\n{key}"',
        'f"{key}"',
    ),
    Mutant(
        "replay for another body",
        "validator/acceptance.py",
        "if earlier.request_hash != transaction.request_hash:",
        "if not earlier.request_hash:",
    ),
    Mutant(
        "hash the body's bytes",
        "transactions/submission.py",
        "    return submission\n\n\ndef _beyond_shape",
        '    return msgspec.structs.replace(submission, reference=f"{body!r}"[:64])\n\n\ndef _beyond_shape',
    ),
    Mutant(
        "replay the decision",
        "validator/api.py",
        "return _answer(202, accepted_view(accepted.transaction), more)",
        "return _answer(202, current_view(accepted.transaction), more)",
    ),
    Mutant(
        "show every merchant's transactions",
        "validator/api.py",
        "if transaction is None or transaction.merchant_id != call.merchant_id:",
        "if transaction is None:",
    ),
    Mutant(
        "leave a shard out of a list",
        "transactions/listing.py",
        "for shard in range(SHARDS):",
        "for shard in range(1, SHARDS):",
    ),
    Mutant(
        "accept for a suspended merchant",
        "validator/acceptance.py",
        "        if earlier is None:\n            raise MerchantRefusedError(",
        "        if earlier is None:\n            earlier = store.insert(transaction)\n        elif not earlier.id:\n"
        "            raise MerchantRefusedError(",
    ),
    Mutant(
        "take a key behind its end",
        "transactions/merchants.py",
        "if ends_at is not None and ends_at <= self._clock():",
        "if ends_at is not None and ends_at < 0:",
    ),
    Mutant(
        "refuse a key that is to end",
        "transactions/merchants.py",
        "if ends_at is not None and ends_at <= self._clock():",
        "if ends_at is not None:",
    ),
    Mutant(
        "take card numbers",
        "transactions/bodies.py",
        "    refuse_card_numbers(value)\n",
        "    refuse_card_numbers({})\n",
    ),
    Mutant(
        "count a card without a condition",
        "transactions/velocity/card.py",
        'ConditionExpression="version = :version" if history.version else f"attribute_not_exists({KEY})",',
        'ConditionExpression="version = :version OR attribute_exists(id)" if history.version '
        'else f"attribute_not_exists({KEY}) OR attribute_exists({KEY})",',
    ),
    Mutant(
        "count again what is counted",
        "transactions/velocity/card.py",
        "if use.is_of(mine)), None)",
        "if use.is_of(mine) and use.at > mine.at), None)",
    ),
    Mutant(
        "approve when the card's history does not hold still",
        "transactions/velocity/card.py",
        "            if written:\n                return CardCount(duplicate, in_force=under)\n",
        "            return CardCount(duplicate, in_force=under)\n",
    ),
    Mutant(
        "look at the window before alone",
        "transactions/velocity/windows.py",
        "near = [entry for entry in earlier if abs(entry.at - new.at) < window]",
        "near = [entry for entry in earlier if 0 <= new.at - entry.at < window]",
    ),
    Mutant(
        "forget that uses were forgotten",
        "transactions/velocity/history.py",
        "max(self.forgotten, *(each.at for each in dropped), 0)",
        "0 * max(self.forgotten, *(each.at for each in dropped), 0)",
    ),
    Mutant(
        "count a merchant without a condition",
        "transactions/velocity/merchant.py",
        'ConditionExpression="version = :version" if tally.version else f"attribute_not_exists({KEY})",',
        'ConditionExpression="version = :version OR attribute_exists(id)" if tally.version '
        'else f"attribute_not_exists({KEY}) OR attribute_exists({KEY})",',
    ),
    Mutant(
        "take shards that were not read for empty",
        "transactions/velocity/merchant.py",
        'wanted = answer.get("UnprocessedKeys")',
        "wanted = None",
        scene="in parts",
    ),
    Mutant(
        "ask no merchant limit",
        "fraud_detector/stream.py",
        "_grouped(filter(_has_limit, cases), _merchant_of)",
        "_grouped(filter(_has_limit, []), _merchant_of)",
    ),
    Mutant(
        "count what a batch brings of a card side by side",
        "fraud_detector/stream.py",
        "self.workers.do(partial(self._count_card, again, read), _grouped(counted, _card_of))",
        "self.workers.do(partial(self._count_card, again, read), [[case] for case in counted])",
        scene="cards",
    ),
    Mutant(
        "decide what a batch brings of a card side by side",
        "fraud_detector/stream.py",
        "self.workers.do(partial(self._decide, again), _grouped(left, _card_of))",
        "self.workers.do(partial(self._decide, again), [[case] for case in left])",
        scene="cards",
    ),
    Mutant(
        "tell before deciding",
        "fraud_detector/stream.py",
        "decision = self.store.decide(case.transaction, wanted)\n",
        "decision = wanted\n                    self.store.decide(case.transaction, decision)\n",
    ),
    Mutant(
        "forget records that failed",
        "fraud_detector/stream.py",
        '                again.append(change["SequenceNumber"])\n',
        "                again[:] = again\n",
    ),
    Mutant(
        "ignore what the queue did not take",
        "fraud_detector/stream.py",
        "            again.extend(part[place][0] for place in refused)\n",
        "            again.extend(part[place][0] for place in refused if place > 999)\n",
    ),
    Mutant(
        "take a failed webhook for delivered",
        "notifier/queue.py",
        "            send_later(self.sqs, self.queue_url, following, seconds)\n",
        "            send_later(self.sqs, self.queue_url, following, seconds) if seconds > 999 else None\n",
    ),
    Mutant(
        "have a webhook wait where no sweep finds it",
        "transactions/webhooks/deliveries.py",
        "WAITING_INDEX_HASH_KEY: told.merchant_id if in_index else None,",
        "WAITING_INDEX_HASH_KEY: None,",
    ),
    Mutant(
        "let go of an endpoint while something waits",
        "notifier/sweep.py",
        "if first is None and now - endpoint.touched_at > LINGER_MS:",
        "if now - endpoint.touched_at > LINGER_MS:",
    ),
    Mutant(
        "have a held webhook wait at an endpoint that nobody looks after",
        "transactions/webhooks/endpoints.py",
        'f"SET merchant_id = :merchant, touched_at = :now, {WAITING_INDEX_HASH_KEY} = :endpoints, "',
        'f"SET merchant_id = :merchant, touched_at = :now, swept_by = :endpoints, "',
    ),
    Mutant(
        "name every attempt anew",
        "notifier/queue.py",
        "told.webhook_id, self.clock(), body)",
        'f"{told.webhook_id}_{self.clock()}", self.clock(), body)',
    ),
    Mutant(
        "sign with the new secret alone",
        "transactions/webhooks/signing.py",
        "for secret in (secrets.current, secrets.previous) if secret",
        "for secret in (secrets.current,) if secret",
    ),
    Mutant(
        "remember secrets and settings for ever",
        "transactions/memory.py",
        "if held and now - held[0] < for_ms:",
        "if held:",
    ),
    Mutant(
        "take only an earlier one for a duplicate",
        "transactions/velocity/card.py",
        "if same and abs(mine.at - use.at) < window_seconds * 1000:",
        "if same and 0 <= mine.at - use.at < window_seconds * 1000:",
        scene="cards",
    ),
    Mutant(
        "read the own shard last",
        "transactions/velocity/merchant.py",
        "tallies = self._read(key, keys)",
        "tallies = self._read(next((other for other in keys if other != key), key), keys)",
        scene="shards",
    ),
    Mutant(
        "name a write after the batch's first transaction",
        "transactions/velocity/merchant.py",
        "writer = uuid.uuid4().hex",
        "writer = first",
        scene="by hand",
        beside=(
            (
                "self._add(key, tallies[key], admitted, limit):",
                "self._add(key, tallies[key], admitted, limit, transactions[0].id):",
            ),
            (
                "admitted: Sequence[Counted], limit: MerchantVelocity) -> bool:",
                "admitted: Sequence[Counted], limit: MerchantVelocity, first: str) -> bool:",
            ),
        ),
    ),
    Mutant(
        "let a card expire with its month in UTC",
        "transactions/rules.py",
        "iso(transaction.created_at - _LAST_ZONE_MS)",
        "iso(transaction.created_at)",
    ),
    Mutant(
        "tell a client that waits what is not decided",
        "validator/waiting.py",
        "            if found and found.decision:\n",
        "            if found:\n",
    ),
    Mutant(
        "look away from what was decided before somebody waits for it",
        "validator/waiting.py",
        "        if transaction.decision:\n            return transaction\n",
        "        if transaction.decision:\n            return None\n",
    ),
    Mutant(
        "close a review that is closed",
        "transactions/reviews/closing.py",
        'ConditionExpression="#status = :in_review",',
        'ConditionExpression="#status = :in_review OR attribute_exists(resolution)",',
    ),
    Mutant(
        "take another reason for the same resolution",
        "transactions/reviews/closing.py",
        "if not resolution.repeats(earlier):",
        "if resolution.verdict != earlier.verdict:",
    ),
    Mutant(
        "decide anew where a review is closed",
        "transactions/reviews/closing.py",
        'f"SET #status = :verdict, resolution = :resolution, {UNTOLD} = :event "',
        'f"SET #status = :verdict, decision.verdict = :verdict, resolution = :resolution, {UNTOLD} = :event "',
    ),
    Mutant(
        "leave a closed review in the list of all merchants",
        "transactions/reviews/closing.py",
        'f"REMOVE {REVIEWS_INDEX_HASH_KEY}, {MERCHANT_REVIEWS_INDEX_HASH_KEY}"',
        'f"REMOVE {MERCHANT_REVIEWS_INDEX_HASH_KEY}"',
    ),
    Mutant(
        "list the newest review first",
        "transactions/reviews/open_reviews.py",
        "newest_first=False",
        "newest_first=True",
    ),
    Mutant(
        "let every merchant close its reviews",
        "validator/reviews.py",
        "if not settings.resolves_reviews:",
        "if not settings:",
    ),
    Mutant(
        "go by remembered settings where a merchant closes a review",
        "validator/reviews.py",
        "        self.merchants.forget(merchant_id)\n",
        "",
    ),
    Mutant(
        "take a review for told of that the queue did not take",
        "fraud_detector/stream.py",
        "[each for each in reviews if each.number not in again]",
        "reviews",
    ),
    Mutant(
        "tell of a review under the webhook id of the decision",
        "transactions/webhooks/notifications.py",
        '_REVIEWED_SUFFIX: Final = "_reviewed"',
        '_REVIEWED_SUFFIX: Final = ""',
    ),
    Mutant(
        "tell a merchant what an operator has noted",
        "transactions/reviews/resolution.py",
        'if self.note is not None and self.reviewer == "merchant" else {}',
        "if self.note is not None else {}",
    ),
    Mutant(
        "count what a blocked card pays",
        "transactions/velocity/card.py",
        "            if is_declined(under):\n",
        "            if is_declined(under) and not under.blocked:\n",
    ),
    Mutant(
        "write a history back without its entries",
        "transactions/velocity/card.py",
        "changed = entries_update(left) if left != history.entries else EntriesUpdate()",
        "changed = entries_update(())",
    ),
    Mutant(
        "have an entry in force when it has ended",
        "transactions/card_lists/entry.py",
        "    left = not_ended(entries, now)\n",
        "    left = tuple(entries)\n",
    ),
    Mutant(
        "set an entry without a condition",
        "transactions/card_lists/register.py",
        'ConditionExpression="version = :version" if history.version else f"attribute_not_exists({KEY})",',
        'ConditionExpression="version = :version OR attribute_exists(id)" if history.version '
        'else f"attribute_not_exists({KEY}) OR attribute_exists({KEY})",',
    ),
    Mutant(
        "have an item go before its entries end",
        "transactions/velocity/history.py",
        "return max(used, *(entry.until for entry in self.entries), 0) // 1000",
        "return used // 1000",
    ),
    Mutant(
        "lift what no entry lifts",
        "transactions/card_lists/precedence.py",
        "*(code for code in found if code in UNLIFTED)",
        "*(code for code in found if code in UNLIFTED and code in muted)",
    ),
    Mutant(
        "mute what no entry mutes",
        "transactions/card_lists/precedence.py",
        "muted = in_force.muted - UNLIFTED",
        "muted = in_force.muted",
    ),
    Mutant(
        "let a block take an allow's place beside it",
        "transactions/card_lists/entry.py",
        'return ("list", "") if self.effect in _LISTED else (self.effect, self.rule)',
        "return (self.effect, self.rule)",
    ),
    Mutant(
        "look at no entry of a card that a rule declines",
        "fraud_detector/stream.py",
        "counted = [case for case in cases if not (case.is_forced or case.findings.is_declined_anyway)]",
        "counted = [case for case in cases if not (case.is_forced or case.findings.is_declined)]",
    ),
    Mutant(
        "let an earlier outcome take a later one's place",
        "transactions/outcome.py",
        "{OUTCOME}.#at < :at)",
        "{OUTCOME}.#at <> :at)",
    ),
    Mutant(
        "take what a merchant says of another's transaction",
        "transactions/outcome.py",
        'f"{TRANSACTION_MERCHANT} = :merchant AND (',
        'f"({TRANSACTION_MERCHANT} = :merchant OR attribute_exists({TRANSACTION_MERCHANT})) AND (',
    ),
    Mutant(
        "take an outcome that is refused for one that is in force",
        "transactions/outcome.py",
        "        if held == outcome:\n",
        "        if held.value and held.at > outcome.at:\n            return Recorded(outcome, replayed=True)\n"
        "        if held == outcome and held.at < 0:\n",
    ),
    Mutant(
        "have a draft decide",
        "fraud_detector/stream.py",
        "settings = self.merchants.settings(merchant_id)\n",
        "held = self.merchants.held(merchant_id)\n"
        "            settings = (held.draft or held).settings if held else None\n",
    ),
    Mutant(
        "put no version of settings aside",
        "transactions/merchants.py",
        "self._put(aside.item(settings_id(settings.id, earlier.settings.version)))",
        "aside.item(settings_id(settings.id, earlier.settings.version))",
    ),
    Mutant(
        "put a version of settings aside without who and why",
        "transactions/merchants.py",
        "aside = HeldSettings(earlier.settings, earlier.note)",
        "aside = HeldSettings(earlier.settings)",
    ),
    Mutant(
        "keep a draft that is in force",
        "transactions/merchants.py",
        "draft = None if promoted else earlier.draft",
        "draft = earlier.draft",
    ),
    Mutant(
        "lose a draft with a change of the settings beside it",
        "transactions/merchants.py",
        "draft = None if promoted else earlier.draft",
        "draft = None",
    ),
    Mutant(
        "count for a draft what was decided before",
        "fraud_detector/stream.py",
        "if self.shadow and case.beside and decision is wanted:",
        "if self.shadow and case.beside and decision:",
    ),
    Mutant(
        "count on a card what a draft would count",
        "transactions/velocity/card.py",
        "        history, mine = read.get(card_key(transaction)), use_of(transaction)\n",
        "        history, mine = read.get(card_key(transaction)), use_of(transaction)\n"
        "        if history is not None and not self._refusal(mine, history, settings):\n"
        "            self._add(card_key(transaction), history, mine, settings)\n",
    ),
)


@dataclass(frozen=True)
class Verdict:
    """What became of a mutant.

    Attributes:
        mutant: the bug.
        found_by: the invariant that did not hold; empty for a mutant that survived.
        detail: how it did not hold, or how the simulation ended otherwise.
    """

    mutant: Mutant
    found_by: str
    detail: str


def try_mutant(mutant: Mutant, steps: int = STEPS) -> Verdict:
    """Run the simulation on functions with the bug in them, in a process of its own."""
    scene = ["--scene", mutant.scene] if mutant.scene else []
    with tempfile.TemporaryDirectory() as folder:
        functions = Path(folder) / "functions"
        shutil.copytree(CHECKOUT / "functions", functions, ignore=shutil.ignore_patterns("__pycache__"))
        mutant.apply(functions)
        done = subprocess.run(
            [sys.executable, "-m", "simulation", "--steps", f"{steps}", "--no-shorten", *scene],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": os.pathsep.join((f"{functions}", f"{CHECKOUT / 'tests'}"))},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
    told = re.search(r"^violated: (.*)$", done.stdout, re.MULTILINE)
    if told:
        return Verdict(mutant, told[1].partition(": ")[0], told[1])
    return Verdict(mutant, "", (done.stdout + done.stderr).strip().splitlines()[-1])


def main() -> int:
    """Try all mutants; the status is 1 where one survived."""
    wanted = sys.argv[1:]
    mutants = [mutant for mutant in MUTANTS if not wanted or mutant.name in wanted]
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for heading in ("mutant", "found by"):
        table.add_column(heading)
    verdicts = []
    with bar() as progress, ThreadPoolExecutor(os.cpu_count()) as pool:
        for verdict in progress.track(pool.map(try_mutant, mutants), len(mutants), description="mutants"):
            verdicts.append(verdict)
            table.add_row(verdict.mutant.name, verdict.found_by or f"SURVIVED: {verdict.detail}")
    Console(highlight=False, soft_wrap=True).print(table)
    survivors = [verdict for verdict in verdicts if not verdict.found_by]
    print(f"\n{len(verdicts) - len(survivors)} of {len(verdicts)} found")
    return 1 if survivors or not verdicts else 0


if __name__ == "__main__":
    sys.exit(main())
