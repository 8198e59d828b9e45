"""What the notifier makes of messages and of its schedule, on the model of AWS, in virtual time."""

import itertools
import json
import zlib
from collections.abc import Iterator
from typing import Any
from unittest import mock

import msgspec
import pytest

from simulation.functions import DELIVERIES_TABLE
from simulation.model.cloud import Cloud
from simulation.oracle.facts import Request
from simulation.world import Courier, World
from transactions.agreed.invocations import DAY_SECONDS, SHORTEST_NOTIFICATION_RETENTION_DAYS
from transactions.agreed.webhooks import BACK_OFF_SECONDS, DELIVERY_ATTEMPTS, PAUSE_AFTER_SECONDS
from transactions.clock import iso
from transactions.memory import CACHE_MS
from transactions.webhooks import notifications
from transactions.webhooks.deliveries import MOST_ATTEMPTS, Delivery, DeliveryLog
from transactions.webhooks.endpoints import STREAK, Endpoint, EndpointRegister
from transactions.webhooks.notifications import Notification, Purpose, make_test_event, redeliveries_of
from transactions.webhooks.schedule import probe_wait, wait_after
from transactions.webhooks.secret_store import SECRET_MEMORY_MS

MINUTE = 60_000
HOUR = 60 * MINUTE


@pytest.fixture
def world() -> Iterator[World]:
    with World() as made:
        yield made


def decided(world: World, key: str = "k", merchant: str = "acme") -> str:
    """Have a transaction decided, its notification in the queue; return its id."""
    card = {"token": f"tok_card_{key}", "bin": "424242", "country": "DE", "expires": "2031-12"}
    body = json.dumps({"amount": 1_000, "currency": "EUR", "card": card})
    world.finish(world.submit(Request(merchant, key, body)))
    for lane in range(3):
        while invocation := world.poll_stream(lane):
            world.finish(invocation)
    return f"{json.loads(world.facts.answers[-1].body)['id']}"


def deliver(world: World) -> None:
    """Have everything handled that the queue hands out now."""
    while invocation := world.poll_queue(10):
        world.finish(invocation)


def next_event(world: World) -> int | None:
    moments = (world.cloud.notifications.next_visible(), world.next_sweep())
    return min((each for each in moments if each is not None), default=None)


def run(world: World, until: int | None = None) -> None:
    """Let time pass, and queue and schedule do their work."""
    while (at := next_event(world)) is not None and (until is None or at <= until):
        world.cloud.now = max(world.cloud.now, at)
        deliver(world)
        if (due := world.next_sweep()) is not None and due <= world.cloud.now:
            world.finish(world.sweep())
    world.cloud.now = max(world.cloud.now, until or 0)


def log_of(world: World, transaction: str) -> Delivery:
    (delivery,) = DeliveryLog(world.cloud.dynamodb, DELIVERIES_TABLE, world.cloud.clock).of_transaction(transaction)
    return delivery


def log_lines(world: World, message: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in world.printed().splitlines() if line.startswith("{")]
    return [line for line in lines if line.get("message") == message]


def test_a_delivery_is_in_the_log(world: World) -> None:
    name = decided(world)

    deliver(world)

    delivery = log_of(world, name)
    assert (delivery.state, delivery.next_due, delivery.event_type) == ("delivered", None, "transaction.approved")
    assert [(each.status, each.reason) for each in delivery.attempts] == [(204, None)]


def test_a_notifier_that_is_down_for_an_hour_uses_up_no_attempt(world: World) -> None:
    name, down_until = decided(world), world.cloud.now + HOUR
    while (at := world.cloud.notifications.next_visible()) is not None and at < down_until:
        world.cloud.now = max(world.cloud.now, at)
        if invocation := world.poll_queue(10):
            world.cut(invocation)

    run(world)

    assert world.merchants["acme"].told == {name}
    assert len(log_of(world, name).attempts) == 1
    assert not world.cloud.dead_letters.messages


def test_with_the_shortest_retention_what_is_never_handled_becomes_a_dead_letter_before_sqs_drops_it() -> None:
    with World(Cloud(lanes=3, retention_seconds=SHORTEST_NOTIFICATION_RETENTION_DAYS * DAY_SECONDS)) as world:
        decided(world)
        while (at := world.cloud.notifications.next_visible()) is not None:
            world.cloud.now = max(world.cloud.now, at)
            if invocation := world.poll_queue(10):
                world.cut(invocation)

        assert len(world.cloud.dead_letters.messages) == 1


def test_a_webhook_url_that_was_taken_away_is_no_delivery_and_the_log_says_so(world: World) -> None:
    name = decided(world)
    world.change_settings("acme", webhook_url=None)

    run(world)

    assert not log_lines(world, "webhook delivered")
    assert len(log_lines(world, "webhook unaddressed")) == 1
    delivery = log_of(world, name)
    assert (delivery.state, delivery.held) == ("unaddressed", "the merchant has no webhook URL")


def test_a_failed_attempt_waits_as_a_delayed_message_which_is_not_in_flight(world: World) -> None:
    name = decided(world)
    world.merchants["acme"].receiver = "500"

    deliver(world)

    counts = world.cloud.notifications.attributes()
    assert counts["ApproximateNumberOfMessagesNotVisible"] == "0"
    assert counts["ApproximateNumberOfMessagesDelayed"] == "1"
    delivery = log_of(world, name)
    assert (delivery.state, delivery.tries) == ("waiting", 1)
    assert [(each.status, each.reason) for each in delivery.attempts] == [(500, "answered 500")]
    assert delivery.next_due == world.cloud.now + 1000 * wait_after(delivery.id, 1)


def test_a_long_wait_is_in_the_table_alone_and_a_sweep_ends_it(world: World) -> None:
    name = decided(world)
    world.merchants["acme"].receiver = "500"
    run(world, world.cloud.now + 20 * MINUTE)
    assert not world.cloud.notifications.messages
    assert log_of(world, name).state == "waiting"

    world.merchants["acme"].receiver = "well"
    run(world, world.cloud.now + 2 * HOUR)

    delivery = log_of(world, name)
    assert (delivery.state, delivery.tries) == ("delivered", len(delivery.attempts))
    assert [each.webhook_id for each in world.merchants["acme"].took] == [delivery.id]


def test_attempts_go_on_for_three_days() -> None:
    assert sum(BACK_OFF_SECONDS) >= 3 * DAY_SECONDS


def test_the_last_attempt_leaves_a_dead_letter_with_the_reason(world: World) -> None:
    name = decided(world)
    (message,) = world.cloud.notifications.messages
    message.body = json.dumps(json.loads(message.body) | {"attempt": DELIVERY_ATTEMPTS})
    world.merchants["acme"].receiver = "500"

    deliver(world)

    (dead,) = world.cloud.dead_letters.messages
    about = {key: value["StringValue"] for key, value in dead.attributes.items()}
    assert about == {
        "reason": "answered 500",
        "attempts": f"{DELIVERY_ATTEMPTS}",
        "merchant_id": "acme",
        "webhook_id": log_of(world, name).id,
    }
    assert log_of(world, name).state == "failed"


def test_after_five_failures_in_a_row_an_endpoint_gets_one_probe_at_a_time(world: World) -> None:
    world.merchants["acme"].receiver = "500"
    for number in range(5):
        decided(world, f"k{number}")
    deliver(world)
    attempts = world.counts["receiver 500"]

    held = [decided(world, f"held{number}") for number in range(5)]
    deliver(world)

    assert world.counts["receiver 500"] == attempts == 5
    assert {(log_of(world, name).state, log_of(world, name).tries) for name in held} == {("waiting", 0)}
    assert {log_of(world, name).held for name in held} == {"the endpoint is failing"}
    run(world, world.cloud.now + HOUR)
    assert attempts < world.counts["receiver 500"] <= attempts + 7


def test_an_endpoint_that_answers_again_gets_what_waited_by_due_time_and_slowly_first(world: World) -> None:
    world.merchants["acme"].receiver = "500"
    names = []
    for number in range(90):
        world.pass_time(1_000)
        names.append(decided(world, f"k{number}"))
    run(world, world.cloud.now + MINUTE)
    world.merchants["acme"].receiver = "well"
    took = []
    until = world.cloud.now + 2 * HOUR
    while (at := next_event(world)) is not None and at <= until:
        run(world, at)
        took.append((world.cloud.now, len(world.merchants["acme"].told)))

    assert world.merchants["acme"].told == {*names}
    sent = [(at, later - earlier) for (_, earlier), (at, later) in itertools.pairwise(took)]
    most = max(sum(count for at, count in sent if begin <= at < begin + MINUTE) for begin, _ in took)
    assert most <= 60


def test_an_endpoint_that_fails_for_three_days_is_paused_with_its_cause_and_drained_on_resume(world: World) -> None:
    world.merchants["acme"].receiver = "500"
    names = {decided(world, f"k{number}") for number in range(8)}
    run(world, world.cloud.now + 1000 * PAUSE_AFTER_SECONDS + 2 * HOUR)

    (notice,) = world.cloud.alerts.notices
    assert "acme" in notice.subject
    assert "answered 500" in notice.text
    assert len(log_lines(world, "endpoint paused")) == 1
    attempts = world.counts["receiver 500"]
    names.add(decided(world, "later"))
    run(world, world.cloud.now + DAY_SECONDS * 1000)
    assert world.counts["receiver 500"] == attempts
    assert len(world.cloud.alerts.notices) == 1

    world.merchants["acme"].receiver = "well"
    assert world.endpoints().resume("acme")
    run(world, world.cloud.now + HOUR)

    assert world.merchants["acme"].told == names
    assert not world.cloud.dead_letters.messages


def test_410_pauses_the_endpoint_at_once_and_keeps_what_was_to_be_told(world: World) -> None:
    name = decided(world)
    world.merchants["acme"].receiver = "410"

    deliver(world)
    other = decided(world, "other")
    run(world, world.cloud.now + DAY_SECONDS * 1000)

    assert world.counts["receiver 410"] == 1
    assert "answered 410" in world.cloud.alerts.notices[0].text
    assert {log_of(world, each).state for each in (name, other)} == {"waiting"}


def test_another_webhook_url_begins_anew(world: World) -> None:
    name = decided(world)
    world.merchants["acme"].receiver = "410"
    run(world, world.cloud.now + HOUR)

    world.merchants["acme"].receiver = "well"
    world.change_settings("acme", webhook_url="https://acme.example.com/other")
    later = decided(world, "later")
    run(world, world.cloud.now + HOUR)

    assert world.merchants["acme"].told == {name, later}


def test_a_delivery_to_the_url_before_does_not_make_the_new_one_healthy() -> None:
    cloud = Cloud()
    url, before, after = (f"https://acme.example.com/{name}" for name in ("now", "before", "after"))
    register = EndpointRegister(cloud.dynamodb, DELIVERIES_TABLE, cloud.clock)
    register.gone("acme", url, "answered 410")

    # A notifier remembers a merchant's settings for as long.
    cloud.advance(CACHE_MS)
    register.delivered("acme", before)
    assert register.read("acme").holds(url) == "the endpoint is paused"

    cloud.advance(1)
    register.delivered("acme", after)
    assert register.read("acme").state == "healthy"


def test_a_failure_at_the_url_before_does_not_take_the_place_of_the_new_ones_pause() -> None:
    cloud = Cloud()
    url, before = (f"https://acme.example.com/{name}" for name in ("now", "before"))
    register = EndpointRegister(cloud.dynamodb, DELIVERIES_TABLE, cloud.clock)
    late = EndpointRegister(cloud.dynamodb, DELIVERIES_TABLE, cloud.clock)
    assert late.of("acme").state == "healthy"
    register.gone("acme", url, "answered 410")

    cloud.advance(CACHE_MS)
    for attempt in range(1, STREAK + 1):
        late.failed("acme", before, "answered 500", attempt)

    assert register.read("acme").holds(url) == "the endpoint is paused"


def test_another_url_that_fails_later_is_failing_whatever_the_one_before_was() -> None:
    cloud = Cloud()
    register = EndpointRegister(cloud.dynamodb, DELIVERIES_TABLE, cloud.clock)
    register.gone("acme", "https://acme.example.com/before", "answered 410")

    cloud.advance(CACHE_MS + 1)
    for attempt in range(1, STREAK + 1):
        register.failed("acme", url := "https://acme.example.com/now", "answered 500", attempt)

    assert register.read("acme").holds(url) == "the endpoint is failing"


def test_an_endpoint_that_fails_begins_anew_whatever_was_counted_before() -> None:
    cloud = Cloud()
    url = "https://acme.example.com/now"
    register = EndpointRegister(cloud.dynamodb, DELIVERIES_TABLE, cloud.clock)
    register.gone("acme", url, "answered 410")
    register.resume("acme")
    register.claim(register.read("acme"), cloud.now + 1, probes=7, told_at=cloud.now)
    register.delivered("acme", url)
    cloud.advance(HOUR)

    for attempt in range(1, STREAK + 1):
        register.failed("acme", url, "answered 500", attempt)

    found = register.read("acme")
    assert (found.merchant_id, found.state, found.cause) == ("acme", "failing", "answered 500")
    assert (found.failing_since, found.touched_at) == (cloud.now, cloud.now)
    assert (found.probes, found.told_at) == (0, 0)
    assert found.due == f"{iso(cloud.now)}#acme"
    assert register.due(10) == ["acme"]


def test_what_is_paused_stays_so_when_the_same_url_fails_and_one_that_fails_keeps_its_beginning() -> None:
    cloud = Cloud()
    url = "https://acme.example.com/now"
    paused, failing = (EndpointRegister(cloud.dynamodb, DELIVERIES_TABLE, cloud.clock) for _ in range(2))
    paused.gone("acme", url, "answered 410")
    for attempt in range(1, STREAK + 1):
        failing.failed("globex", url, "answered 500", attempt)
    began = cloud.now
    cloud.advance(HOUR)
    late = EndpointRegister(cloud.dynamodb, DELIVERIES_TABLE, cloud.clock)
    with mock.patch.object(EndpointRegister, "of", lambda _, merchant: Endpoint(merchant_id=merchant)):
        for merchant in ("acme", "globex"):
            late.failed(merchant, url, "answered 503", STREAK)

    assert (late.read("acme").state, late.read("acme").cause) == ("paused", "answered 410")
    assert (late.read("globex").state, late.read("globex").failing_since) == ("failing", began)


def test_an_endpoint_that_nothing_is_wrong_with_is_not_resumed_and_one_seen_since_is_not_let_go() -> None:
    cloud = Cloud()
    register = EndpointRegister(cloud.dynamodb, DELIVERIES_TABLE, cloud.clock)
    assert not register.resume("acme")
    register.touch("acme")
    seen = register.read("acme")
    cloud.advance(1)

    assert not register.let_go(seen, {}, touched_at=seen.touched_at - 1)
    assert register.let_go(seen, {}, touched_at=seen.touched_at)
    assert register.due(10) == []


def test_a_wait_is_no_shorter_than_the_receiver_asks_for(world: World) -> None:
    name = decided(world)
    world.merchants["acme"].receiver = "503 for 90"

    deliver(world)

    assert log_of(world, name).next_due == world.cloud.now + 90_000


def test_waits_are_longer_by_up_to_a_tenth_and_not_all_the_same() -> None:
    waits = {wait_after(f"msg_{number}", 6) for number in range(200)}

    assert BACK_OFF_SECONDS[5] <= min(waits) < max(waits) <= 1.1 * BACK_OFF_SECONDS[5]
    assert len(waits) > 50


def test_a_redelivery_keeps_its_webhook_id_and_is_tried_whatever_the_endpoints_state(world: World) -> None:
    name = decided(world)
    deliver(world)
    (first,) = world.merchants["acme"].took
    world.endpoints().gone("acme", "https://acme.example.com/webhooks", "answered 410")

    transaction = world.functions.environments[0].module.api.store.get(name)
    notifications.send(
        world.cloud.sqs, world.cloud.notifications.url, redeliveries_of(transaction, transaction.decision)
    )
    deliver(world)

    assert [each.webhook_id for each in world.merchants["acme"].took] == [first.webhook_id] * 2
    assert [each.status for each in log_of(world, name).attempts] == [204, 204]


def test_a_test_event_is_signed_and_tried_once(world: World) -> None:
    told = make_test_event("acme", "one", world.cloud.now)
    world.merchants["acme"].receiver = "500"
    notifications.send(world.cloud.sqs, world.cloud.notifications.url, [told])

    run(world)

    (found,) = DeliveryLog(world.cloud.dynamodb, DELIVERIES_TABLE, world.cloud.clock).read([told.webhook_id])
    assert (found.state, len(found.attempts), world.counts["receiver 500"]) == ("failed", 1, 1)
    assert not world.cloud.dead_letters.messages


def test_secrets_are_read_once_in_a_quarter_of_an_hour_and_anew_after_a_signature_was_refused(world: World) -> None:
    with mock.patch.object(world.cloud.key, "decrypt", side_effect=world.cloud.key.decrypt) as read:
        for number in range(5):
            decided(world, f"k{number}")
            deliver(world)
            world.pass_time(SECRET_MEMORY_MS // 6)
        assert read.call_count == 1
        world.merchants["acme"].receiver = "401"
        decided(world, "refused")
        run(world, world.cloud.now + 10_000)
        assert read.call_count == 2


def test_the_log_remembers_the_latest_attempts_of_a_webhook(world: World) -> None:
    name = decided(world)
    deliver(world)
    transaction = world.functions.environments[0].module.api.store.get(name)
    for _ in range(MOST_ATTEMPTS + 3):
        world.pass_time(1_000)
        notifications.send(
            world.cloud.sqs, world.cloud.notifications.url, redeliveries_of(transaction, transaction.decision)
        )
        deliver(world)

    assert len(log_of(world, name).attempts) == MOST_ATTEMPTS
    assert log_of(world, name).attempts[-1].at == world.cloud.now


@pytest.mark.parametrize("purpose", ["test", "redelivery"])
def test_what_is_asked_for_just_after_a_change_goes_by_the_settings_and_the_secret_in_force(
    world: World, purpose: Purpose
) -> None:
    decided(world)
    deliver(world)
    acme = world.merchants["acme"]
    world.change_settings("acme", webhook_url="https://acme.example.com/other")
    world.exchange_secret(acme)
    told = msgspec.structs.replace(make_test_event("acme", "one", world.cloud.now), purpose=purpose)
    notifications.send(world.cloud.sqs, world.cloud.notifications.url, [told])

    with mock.patch.object(Courier, "deliver", autospec=True, side_effect=Courier.deliver) as attempted:
        deliver(world)

    ((_, url, headers, _),) = (each.args for each in attempted.call_args_list)
    assert url == "https://acme.example.com/other"
    assert len(headers["webhook-signature"].split()) == 2


def test_what_is_no_notification_is_a_dead_letter_at_once(world: World) -> None:
    world.cloud.notifications.send("[]")

    deliver(world)

    (dead,) = world.cloud.dead_letters.messages
    assert dead.attributes["reason"]["StringValue"] == "the message is no notification"


def test_a_log_line_of_what_is_no_notification_says_why(world: World) -> None:
    world.cloud.notifications.send("[]")
    (message,) = world.cloud.notifications.messages

    deliver(world)

    (line,) = log_lines(world, "webhook broken")
    assert (line["message_id"], line["webhook_id"]) == (message.id, "")
    assert line["reason"] == "ValidationError"


def test_a_log_line_of_a_failed_attempt_says_which_why_and_when_the_next_one_is(world: World) -> None:
    name = decided(world)
    world.merchants["acme"].receiver = "500"

    deliver(world)

    (line,) = log_lines(world, "webhook failed")
    assert (line["transaction_id"], line["attempt"], line["status"]) == (name, 1, 500)
    assert line["reason"] == "answered 500"
    assert line["again_in_seconds"] == wait_after(line["webhook_id"], 1)


def test_the_log_lines_of_a_last_and_of_a_test_s_attempt_say_why_it_failed(world: World) -> None:
    told = make_test_event("acme", "one", world.cloud.now)
    last = Notification(
        merchant_id="acme",
        webhook_id="msg_last",
        event={"type": "transaction.approved", "timestamp": iso(world.cloud.now), "data": {}},
        attempt=DELIVERY_ATTEMPTS,
    )
    for each in (told, last):
        world.cloud.notifications.send(msgspec.json.encode(each).decode())
    world.merchants["acme"].receiver = "500"

    deliver(world)

    lines = {line["webhook_id"]: line for line in log_lines(world, "webhook failed")}
    assert {name: line["reason"] for name, line in lines.items()} == dict.fromkeys(
        [told.webhook_id, "msg_last"], "answered 500"
    )
    assert not any("again_in_seconds" in line for line in lines.values())
    log = DeliveryLog(world.cloud.dynamodb, DELIVERIES_TABLE, world.cloud.clock)
    assert [len(each.attempts) for each in log.read([told.webhook_id, "msg_last"])] == [1, 1]


def test_what_cannot_be_written_down_comes_again_and_its_log_line_has_its_ids(world: World) -> None:
    name = decided(world)

    with mock.patch.object(DeliveryLog, "delivered", side_effect=LookupError("no table")):
        invocation = world.poll_queue(10)
        assert invocation
        world.finish(invocation)

    (line,) = log_lines(world, "webhook broken")
    assert (line["transaction_id"], line["merchant_id"], line["reason"]) == (name, "acme", "LookupError")
    assert [message.receives for message in world.cloud.notifications.messages] == [1]


def test_a_test_event_says_what_it_is_of_whom_and_when() -> None:
    made = make_test_event("acme", "one", 1_790_000_000_000)

    assert msgspec.to_builtins(made) | {"attempt": 1} == {
        "merchant_id": "acme",
        "webhook_id": "msg_test_one",
        "event": {
            "type": "webhook.test",
            "timestamp": "2026-09-21T14:13:20.000Z",
            "data": {"merchant_id": "acme"},
        },
        "attempt": 1,
        "purpose": "test",
    }


def test_notifications_that_are_spread_come_evenly_and_in_the_order_that_they_are_in() -> None:
    sqs = mock.Mock()
    sqs.send_message_batch.return_value = {"Failed": [{"Id": "11"}]}
    told = [make_test_event("acme" if n % 2 else "globex", f"{n}", 0) for n in range(12)]

    refused = notifications.send(sqs, "queue", told, over_seconds=600)

    entries = [entry for call in sqs.send_message_batch.call_args_list for entry in call.kwargs["Entries"]]
    assert refused == {11}
    assert [entry["Id"] for entry in entries] == [f"{n}" for n in range(12)]
    assert [entry["DelaySeconds"] for entry in entries] == [50 * n for n in range(12)]
    assert [entry["MessageGroupId"] for entry in entries] == [told.merchant_id for told in told]


def test_notifications_that_are_not_spread_and_those_put_off_come_when_they_are_to() -> None:
    sqs = mock.Mock()
    sqs.send_message_batch.return_value = {}
    told = make_test_event("acme", "one", 0)

    notifications.send(sqs, "queue", [told])
    notifications.send_later(sqs, "queue", told, 90)

    ((entry,),) = [call.kwargs["Entries"] for call in sqs.send_message_batch.call_args_list]
    assert "DelaySeconds" not in entry
    later = sqs.send_message.call_args.kwargs
    assert (later["DelaySeconds"], later["MessageGroupId"]) == (90, "acme")


def test_a_webhook_s_transaction_is_read_only_where_there_is_one() -> None:
    def of(data: object) -> str | None:
        return Notification(merchant_id="acme", webhook_id="msg_1", event={"data": data}).transaction_id

    assert (of({"id": "txn_1"}), of({"id": 7}), of({}), of("txn_1")) == ("txn_1", None, None, None)


def test_a_probe_waits_twice_as_long_as_the_one_before_up_to_an_hour() -> None:
    assert [probe_wait(probes, 60) for probes in range(8)] == [60, 120, 240, 480, 960, 1920, 3600, 3600]


def test_a_wait_is_longer_by_the_share_that_follows_from_the_webhook_and_the_attempt() -> None:
    share = zlib.crc32(b"msg_1 1") / 2**32

    assert wait_after("msg_1", 1) == int(BACK_OFF_SECONDS[0] * (1 + 0.1 * share))
    longer = {wait_after(f"msg_{n}", 9) - BACK_OFF_SECONDS[8] > 0.05 * BACK_OFF_SECONDS[8] for n in range(40)}
    assert longer == {True, False}


def test_a_message_of_the_earlier_form_is_a_first_attempt(world: World) -> None:
    name = decided(world)
    (message,) = world.cloud.notifications.messages
    assert set(json.loads(message.body)) == {"merchant_id", "webhook_id", "event"}
    message.receives = 11

    world.merchants["acme"].receiver = "500"
    deliver(world)

    assert log_of(world, name).tries == 1
