"""The probe's way through the functions: into its sink and nowhere else, counted apart, at no further cost."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any
from unittest import mock

import msgspec
import pytest

from simulation.functions import DELIVERIES_TABLE, MERCHANTS_TABLE
from simulation.merchants import Merchant, verified
from simulation.oracle.facts import Request
from simulation.world import Courier, World
from transactions.agreed.probe import PROBE_MERCHANT, SINK_SECONDS, SINK_URL
from transactions.merchants import Merchants
from transactions.probe import AMOUNT_LIMIT, SETTINGS
from transactions.rules import WEIGHTS
from transactions.settings_document import parse_settings
from transactions.webhooks.deliveries import DeliveryLog
from transactions.webhooks.notifications import decision_webhook_ids_of
from transactions.webhooks.probe_sink import ProbeSink
from transactions.webhooks.targets import InvalidTargetError, parse_target

NAMES = ("acme", PROBE_MERCHANT)


@pytest.fixture
def world() -> Iterator[World]:
    with World(merchants={name: Merchant(name) for name in NAMES}) as made:
        yield made


def submitted(world: World, merchant: str, amount: int = 1_000) -> str:
    card = {"token": f"tok_card_{merchant}", "bin": "424242", "country": "DE", "expires": "2031-12"}
    body = json.dumps({"amount": amount, "currency": "EUR", "card": card})
    world.finish(world.submit(Request(merchant, f"key-{merchant}", body)))
    return f"{json.loads(world.facts.answers[-1].body)['id']}"


def told(world: World) -> None:
    """Have everything decided and told of."""
    for lane in range(3):
        while invocation := world.poll_stream(lane):
            world.finish(invocation)
    while invocation := world.poll_queue(10):
        world.finish(invocation)


def sink(world: World) -> ProbeSink:
    return ProbeSink(world.cloud.dynamodb, DELIVERIES_TABLE, world.cloud.clock)


def counted(world: World) -> Counter[tuple[str, str]]:
    """Add up the metrics by namespace and name."""
    found: Counter[tuple[str, str]] = Counter()
    for line in map(json.loads, filter(lambda text: text.startswith("{"), world.printed().splitlines())):
        for directive in line.get("_aws", {}).get("CloudWatchMetrics", []):
            for metric in directive["Metrics"]:
                found[directive["Namespace"], metric["Name"]] += line[metric["Name"]]
    return found


def test_the_probe_s_webhook_ends_in_the_sink_signed_and_logged_whatever_its_settings_say(world: World) -> None:
    world.change_settings(PROBE_MERCHANT, webhook_url="https://somewhere.example.com")
    name = submitted(world, PROBE_MERCHANT)

    with mock.patch.object(Courier, "deliver", side_effect=AssertionError("the probe's webhook left the stack")):
        told(world)

    (webhook_id,) = decision_webhook_ids_of(name)
    received = sink(world).of(webhook_id)
    assert received is not None
    (known,) = world.merchants[PROBE_MERCHANT].knows
    event = verified(known, received.headers, received.body, world.cloud.now)
    assert (event["type"], event["data"]["id"]) == ("transaction.approved", name)
    (delivery,) = DeliveryLog(world.cloud.dynamodb, DELIVERIES_TABLE, world.cloud.clock).of_transaction(name)
    assert (delivery.state, [each.status for each in delivery.attempts]) == ("delivered", [200])


def test_a_webhook_in_the_sink_is_forgotten_by_itself_and_on_request(world: World) -> None:
    name = submitted(world, PROBE_MERCHANT)
    told(world)
    (webhook_id,) = decision_webhook_ids_of(name)

    (item,) = [each for each in world.cloud.deliveries.items() if each["id"]["S"].startswith("sink#")]
    assert int(item["expires_at"]["N"]) == pytest.approx(world.cloud.now // 1000 + SINK_SECONDS, abs=60)
    sink(world).forget(webhook_id)

    assert sink(world).of(webhook_id) is None


def test_no_merchant_s_webhook_ends_in_the_sink(world: World) -> None:
    table = Merchants(world.cloud.dynamodb, MERCHANTS_TABLE, world.cloud.clock)
    settings = table.settings("acme")
    assert settings
    # No command writes such a URL.
    table.write(msgspec.structs.replace(settings, webhook_url=SINK_URL))
    name = submitted(world, "acme")

    with mock.patch.object(Courier, "deliver", side_effect=ConnectionError):
        told(world)

    (webhook_id,) = decision_webhook_ids_of(name)
    assert sink(world).of(webhook_id) is None
    for allow_private in (False, True):
        with pytest.raises(InvalidTargetError):
            parse_target(SINK_URL, allow_private=allow_private)


def test_the_probe_is_counted_apart(world: World) -> None:
    submitted(world, "acme")
    told(world)
    of_merchants = counted(world)
    submitted(world, PROBE_MERCHANT)
    told(world)

    of_probe = counted(world) - of_merchants
    assert {namespace for namespace, _ in of_merchants} == {"tapstack"}
    assert of_probe == Counter({("tapstack-probe", name): count for (_, name), count in of_merchants.items()})


def calls(world: World, merchant: str) -> Counter[tuple[str, str]]:
    """Count the calls of AWS that a transaction of a merchant takes, by service and operation."""
    found: Counter[tuple[str, str]] = Counter()
    step = world.step

    def noted(invocation: Any, fault: Any = None) -> None:
        if invocation.waits_at is not None:
            found[invocation.waits_at] += 1
        step(invocation, fault)

    with mock.patch.object(world, "step", noted):
        submitted(world, merchant)
        told(world)
    return found


def test_the_probe_s_mark_takes_no_further_call_and_its_sink_one(world: World) -> None:
    of_merchant = calls(world, "acme")
    of_probe = calls(world, PROBE_MERCHANT)

    assert of_merchant
    assert of_probe - of_merchant == Counter({("dynamodb", "UpdateItem"): 1})
    assert of_merchant - of_probe == Counter({("webhook", "POST"): 1})


def test_the_probe_s_settings_are_such_as_an_operator_could_write() -> None:
    document = msgspec.to_builtins(SETTINGS) | {"webhook_url": None}

    assert parse_settings(document) == msgspec.structs.replace(SETTINGS, webhook_url=None)
    assert SETTINGS.webhook_url == SINK_URL
    assert SETTINGS.currencies["EUR"].amount_limit == AMOUNT_LIMIT


def test_a_change_of_the_probe_s_settings_comes_with_the_next_version() -> None:
    written = msgspec.json.encode(msgspec.structs.replace(SETTINGS, weights={}), order="deterministic")

    # A decision names the version it was made by: what differs needs another number here and in the settings.
    assert (SETTINGS.version, hashlib.sha256(written).hexdigest()[:16], dict(WEIGHTS) == SETTINGS.weights) == (
        2,
        "aca119fb8b069e5b",
        True,
    )
