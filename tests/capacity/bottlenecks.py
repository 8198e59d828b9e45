"""Where transactions a second end: of one card, of one merchant, and in all, the first bottleneck first."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

import yaml

from capacity.limits import LIMITS
from capacity.timing import CALL_MS, Taken, batch, decryptions, fullest, settle_for, submission, submit
from simulation.model.cloud import Cloud
from simulation.world import World
from tapstack.checkout import CHECKOUT
from transactions.agreed.invocations import NOTIFICATIONS_BATCH, STREAM_BATCH, STREAM_BATCHES_AT_ONCE
from transactions.memory import MOST_REMEMBERED
from transactions.velocity.merchant import SHARDS

Scope = Literal["a card", "a merchant", "all merchants"]
Nature = Literal["a setting", "a quota that AWS raises", "a limit", "time"]

SAMPLE: Final = 400
"""Transactions by which it is measured how much of a merchant's list the fullest shard has."""
CALLS_OF_A_SHARD: Final = 3
"""Between reading a shard of a merchant's count and writing it: no other batch can write it meanwhile."""
NOTIFIERS_AT_ONCE: Final = 50
"""As the event source mapping in `projects/compute/notifier_function.py` has it."""
RECEIVER_MS: Final = 500
"""That a merchant's receiver takes to answer; an assumption."""


@dataclass(frozen=True)
class Bottleneck:
    """Something that ends.

    Attributes:
        scope: whose transactions it holds back.
        name: what it is.
        rate: transactions a second at which it ends.
        nature: what would move it.
        how: how the rate comes about.
        delays: what comes late then, where nothing is refused for it.
    """

    scope: Scope
    name: str
    rate: float
    nature: Nature
    how: str
    delays: str = ""


@dataclass(frozen=True)
class Measured:
    """What was counted.

    Attributes:
        list_share: write units of the fullest partition of the list index for a transaction.
        earlier_list_share: the same of merchant-index, where transactions are listed for earlier versions.
        transaction_units: of the transactions table for one that is approved.
        alone: a batch on as many cards, its calls one after another.
        batch: the same with the workers that there are.
        one_card: a batch on one card.
        memory_mb: the fraud-detector's.
        submission_ms: that the validator is at a transaction.
        decryptions: of KMS for each webhook of a merchant whose secret is not remembered.
    """

    list_share: float
    earlier_list_share: float
    transaction_units: float
    alone: Taken
    batch: Taken
    one_card: Taken
    memory_mb: int
    submission_ms: float
    decryptions: float


def measure() -> Measured:
    """Run the functions on the model, and count."""
    memory = setting("compute", "fraudDetectorMemoryMb")
    total, share = _listed(SAMPLE, earlier=False)
    _, earlier = _listed(STREAM_BATCH, earlier=True)
    return Measured(
        list_share=share["list-index"],
        earlier_list_share=earlier["merchant-index"],
        transaction_units=total,
        alone=batch(STREAM_BATCH, memory, workers=1),
        batch=batch(STREAM_BATCH, memory),
        one_card=batch(1, memory),
        memory_mb=memory,
        submission_ms=submission(setting("compute", "validatorMemoryMb")),
        decryptions=decryptions(),
    )


def _listed(count: int, *, earlier: bool) -> tuple[float, dict[str, float]]:
    """Take transactions of one merchant and decide them; return units for each, and what fullest partitions took."""
    with World(Cloud(lanes=1), list_for_earlier_versions=earlier) as world:
        settle_for(world)
        world.cloud.partitions.reset()
        submit(world, "listed", count, count)
        while invocation := world.poll_stream(0, STREAM_BATCH):
            world.finish(invocation)
        units = sum(world.cloud.partitions.of("write", "transactions").values())
        taken = fullest(world, ("list-index", "merchant-index"))
    return units / count, {name: most / count for name, most in taken.items()}


def setting(layer: str, name: str) -> int:
    """Read a setting's default from its project."""
    project: Any = yaml.safe_load((CHECKOUT / "projects" / layer / "Pulumi.yaml").read_text(encoding="utf-8"))
    value: int = next(row["default"] for key, row in project["config"].items() if key.rpartition(":")[2] == name)
    return value


def bottlenecks(measured: Measured) -> list[Bottleneck]:
    """Give all, by scope, the first before those behind it."""
    order: tuple[Scope, ...] = ("a card", "a merchant", "all merchants")
    found = [*_of_a_card(measured), *_of_a_merchant(measured), *_of_all(measured)]
    return sorted(found, key=lambda each: (order.index(each.scope), each.rate))


def _of_a_card(measured: Measured) -> Iterator[Bottleneck]:
    most = measured.one_card.writes["velocity, card"]
    yield Bottleneck(
        "a card",
        "its order within a batch",
        measured.one_card.rate * STREAM_BATCHES_AT_ONCE,
        "time",
        f"a batch of {STREAM_BATCH} of one card takes {measured.one_card.ms:,.0f} ms, and {STREAM_BATCHES_AT_ONCE} "
        "batches of a shard go at once",
        "decisions of what came in with the card's",
    )
    yield Bottleneck(
        "a card",
        "its history, one item",
        LIMITS["partition_write_units"].value * STREAM_BATCH / most,
        "a limit",
        f"what the card's limit refuses is not written: {STREAM_BATCH} within a window are {most:g} units",
    )


def _of_a_merchant(measured: Measured) -> Iterator[Bottleneck]:
    for tier in ("standard", "premium"):
        yield Bottleneck(
            "a merchant",
            f"the rate of tier {tier}",
            setting("api-edge", f"{tier}Rate"),
            "a setting",
            f"`{tier}Rate`",
        )
    units = LIMITS["partition_write_units"].value
    yield Bottleneck(
        "a merchant",
        "its list, the fullest of its shards",
        units / measured.list_share,
        "a limit",
        f"{measured.list_share:.3f} units of one partition for each of {SAMPLE} transactions",
    )
    yield Bottleneck(
        "a merchant",
        "its count, a batch at a time on each shard",
        SHARDS * STREAM_BATCH / (CALLS_OF_A_SHARD * CALL_MS) * 1000,
        "time",
        f"{SHARDS} shards, {CALLS_OF_A_SHARD} calls of {CALL_MS:g} ms for a batch of {STREAM_BATCH}",
        "decisions",
    )


def _of_all(measured: Measured) -> Iterator[Bottleneck]:
    yield Bottleneck(
        "all merchants", "the rate of the API's stage", setting("api-edge", "stageRate"), "a setting", "`stageRate`"
    )
    yield Bottleneck(
        "all merchants",
        "the notifier",
        NOTIFIERS_AT_ONCE * NOTIFICATIONS_BATCH / RECEIVER_MS * 1000,
        "a setting",
        f"{NOTIFIERS_AT_ONCE} batches of {NOTIFICATIONS_BATCH} at a time, receivers that answer in {RECEIVER_MS} ms",
        "webhooks",
    )
    yield Bottleneck(
        "all merchants",
        "API Gateway",
        LIMITS["api_gateway_requests"].value,
        "a quota that AWS raises",
        "requests a second of an account in a region, those of other APIs included",
    )
    yield Bottleneck(
        "all merchants",
        "the transactions table",
        LIMITS["table_write_units"].value / measured.transaction_units,
        "a quota that AWS raises",
        f"{measured.transaction_units:g} units for each transaction",
    )
    yield Bottleneck(
        "all merchants",
        "KMS, where no secret is remembered",
        LIMITS["kms_requests"].value / measured.decryptions,
        "a quota that AWS raises",
        f"{measured.decryptions:g} decryption for each webhook, at the worst: of more than {MOST_REMEMBERED:,} "
        "merchants in turn, of which a notifier remembers no one",
        "webhooks",
    )
    yield Bottleneck(
        "all merchants",
        "the notifications queue, in flight",
        LIMITS["sqs_in_flight"].value / RECEIVER_MS * 1000,
        "a quota that AWS raises",
        f"a webhook is in flight while its receiver takes {RECEIVER_MS} ms",
        "webhooks",
    )
    split = {
        "validator": measured.submission_ms,
        "fraud-detector": measured.batch.ms / STREAM_BATCH,
        "notifier": RECEIVER_MS / NOTIFICATIONS_BATCH,
    }
    at_once = LIMITS["lambda_concurrency"].value
    yield Bottleneck(
        "all merchants",
        "executions of all functions",
        at_once / sum(split.values()) * 1000,
        "a quota that AWS raises",
        f"each takes {', '.join(f'{ms:.0f} ms of the {name}' for name, ms in split.items())}, and {at_once:,} are run "
        "at a time",
    )


def of_a_shard(measured: Measured) -> tuple[float, float, float]:
    """Give transactions a second of a shard: what its partition can bring, what is decided, and what was, in sequence.

    A partition takes the write that accepts and the one that decides.
    """
    brought = LIMITS["partition_write_units"].value / measured.transaction_units
    return brought, measured.batch.rate * STREAM_BATCHES_AT_ONCE, measured.alone.rate * STREAM_BATCHES_AT_ONCE
