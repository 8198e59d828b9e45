"""What a merchant's draft would have decided, in one item of the velocity table for each draft: counts and a sample.

attribute                  holds
n_judged                   how many were judged by the draft
n_unknown                  how many could not be: what it would take was not read for the settings in force
v_<verdict>_<draft>        how many were decided so, and would have been so by the draft
r_<code>                   how many the draft has the reason against
s_0 … s_4                  transactions with another verdict, a later one in the place of an earlier one

A batch adds to it in one update, which is one write unit: the item takes less than a kibibyte. A batch that is cut
before its update is not in the counts; one whose answer was lost, and which the SDK has sent again, may be in them
twice. Nothing is decided by them.
"""

import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from transactions.agreed.invocations import DAY_SECONDS
from transactions.agreed.tables import EXPIRES_AT
from transactions.attributes import from_item, key_of, to_item
from transactions.transaction import Verdict

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SAMPLE: Final = 5
_KEPT_SECONDS: Final = 90 * DAY_SECONDS
"""After the last that was judged."""
_VERDICT: Final = "v_"
_RULE: Final = "r_"
_SAMPLE: Final = "s_"


@dataclass(frozen=True)
class Sampled:
    """A transaction that a draft would have decided otherwise."""

    transaction_id: str
    verdict: str
    draft: str


@dataclass
class ShadowCounts:
    """What a draft came to."""

    judged: int = 0
    unknown: int = 0
    verdicts: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Verdict as decided and by the draft to how many."""
    rules: Counter[str] = field(default_factory=Counter)
    sample: list[Sampled] = field(default_factory=list)

    def add(self, transaction_id: str, verdict: Verdict, draft: Verdict, reasons: Sequence[str]) -> None:
        """Add a transaction that was judged."""
        self.judged += 1
        self.verdicts[verdict, draft] += 1
        self.rules.update(reasons)
        if verdict != draft:
            self.sample.append(Sampled(transaction_id, verdict, draft))


def shadow_id(merchant_id: str, draft: int) -> str:
    """Give the id of the item of a draft's counts."""
    return f"draft#{merchant_id}#{draft}"


def add_shadow_counts(
    client: "DynamoDBClient", table: str, merchant_id: str, draft: int, counts: ShadowCounts, now: int
) -> None:
    """Add what a batch came to, in one update."""
    sums = {
        "n_judged": counts.judged,
        "n_unknown": counts.unknown,
        **{f"{_VERDICT}{verdict}_{other}": count for (verdict, other), count in counts.verdicts.items()},
        **{f"{_RULE}{code}": count for code, count in counts.rules.items()},
    }
    # By their ids, so that the sample is of all, and not of the last batch alone.
    slots = {f"{_SAMPLE}{_slot(one)}": f"{one.transaction_id} {one.verdict} {one.draft}" for one in counts.sample}
    placed: dict[str, Any] = {**slots, EXPIRES_AT: now // 1000 + _KEPT_SECONDS}
    added = {name: count for name, count in sums.items() if count}
    client.update_item(
        TableName=table,
        Key=key_of(shadow_id(merchant_id, draft)),
        UpdateExpression=(
            f"SET {', '.join(f'{name} = :{name}' for name in placed)} "
            f"ADD {', '.join(f'{name} :{name}' for name in added)}"
        ),
        ExpressionAttributeValues=to_item({f":{name}": value for name, value in (placed | added).items()}),
    )


def read_shadow_counts(client: "DynamoDBClient", table: str, merchant_id: str, draft: int) -> ShadowCounts:
    """Read what a draft came to so far."""
    answer = client.get_item(TableName=table, Key=key_of(shadow_id(merchant_id, draft)), ConsistentRead=True)
    values = from_item(answer.get("Item", {}))
    counts = ShadowCounts(values.get("n_judged", 0), values.get("n_unknown", 0))
    for name, value in sorted(values.items()):
        if name.startswith(_VERDICT):
            verdict, _, draft_verdict = name.removeprefix(_VERDICT).partition("_")
            counts.verdicts[verdict, draft_verdict] = value
        elif name.startswith(_RULE):
            counts.rules[name.removeprefix(_RULE)] = value
        elif name.startswith(_SAMPLE):
            counts.sample.append(Sampled(*value.split(" ")))
    return counts


def _slot(one: Sampled) -> int:
    return zlib.crc32(one.transaction_id.encode()) % SAMPLE
