"""The state machine that drives a world: Hypothesis chooses what comes next, and shortens what goes wrong."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from simulation.functions import Invocation
from simulation.invariants import InvariantError, Invariants
from simulation.merchants import CARD_COUNT, IDS, MERCHANT_COUNT, RECEIVERS, WINDOW_SECONDS
from simulation.model.faults import Fault
from simulation.model.table import as_of
from simulation.oracle import rules, wire
from simulation.oracle.facts import Request
from simulation.oracle.lists import Walk
from simulation.oracle.wire import Said
from simulation.world import CALL_FAULTS, LANES, LARGEST_BATCH, LARGEST_SKEW_MS, WEBHOOK_FAULTS, World
from transactions.reviews.reasons import ReviewVerdict
from transactions.reviews.resolution import LONGEST_NOTE, Resolution

LONGEST_RUN_MS: Final = 60 * 60 * 60 * 1000
"""Two and a half days: within what the queues keep a message for."""
MOST_RUNNING: Final = 6
MOST_LAG_MS: Final = 2_000
"""How late a read that is not consistent can be."""
CARD_NUMBERS: Final = ("4242424242424242", "4242 4242 4242 4242", "5555-5555-5555-4444", "378282246310005")

MERCHANT = st.sampled_from(IDS)
KEY = st.integers(0, 5).map(lambda number: f"key-{number}")
CHOICE = st.integers(0, 5)
AMOUNT = st.sampled_from((1_000, 1_000, 2_400, 2_700, 3_500, 4_500, 9_500))
CARD = st.integers(0, 7)
MOST_TEXT = {"reference": "r" * 64, "metadata": {"name": "m" * 252}}
WEATHER: Final = (
    "clock skew",
    "half-written batch",
    "reordering",
    "message delivered twice",
    "batch read in parts",
    "reads of a batch in another order",
    "stale reads",
    "expired items deleted",
    "poison record",
)
CHANGES: Final = (
    "merchant suspended",
    "merchant resumed",
    "merchant resumed",
    "card limit changed",
    "card window changed",
    "merchant limit changed",
    "merchant window changed",
    "weights changed",
    "duplicate window changed",
    "reviews left to the merchant",
    "reviews taken from the merchant",
    "API key changed",
    "secret exchanged",
)
TRIED: Final = tuple(kind for kind in CHANGES if kind.endswith(("limit changed", "window changed", "weights changed")))
"""What a draft can say."""
WEIGHTS: Final[tuple[dict[str, int], ...]] = (
    {},
    {"duplicate": 100},
    {"duplicate": 0, "night_ceiling": 10},
    {"foreign_card_high_amount": 100, "velocity_merchant_count": 120},
)
REVIEWERS: Final = ("arn:aws:iam::123456789012:user/ann", "arn:aws:iam::123456789012:user/bob", "the merchant", *IDS)
Closing = tuple[ReviewVerdict, str, str | None]
"""Verdict, reason and note."""
RESOLUTIONS: Final[tuple[Closing, ...]] = (
    ("approved", "known_customer", None),
    ("approved", "other", "n" * LONGEST_NOTE),
    ("declined", "confirmed_fraud", None),
)
POISONS: Final = (
    {"merchant_id": {"S": "acme"}},
    {"merchant_id": {"S": "nobody"}, "request_hash": {"S": ""}, "created_at": {"N": "0"}, "submission": {"M": {}}},
    {"submission": {"S": "4"}},
)


def changed(kind: str, settings: Mapping[str, Any], count: int) -> dict[str, Any]:
    """Give what a change of settings puts in the place of what there was; it is larger or smaller by `count`."""
    card, merchant = settings["card_velocity"], settings["merchant_velocity"]
    return {
        "merchant suspended": {"status": "suspended"},
        "merchant resumed": {"status": "active"},
        "card limit changed": {"card_velocity": card | {"count": count}},
        "card window changed": {"card_velocity": card | {"window_seconds": WINDOW_SECONDS * count // 2}},
        "merchant limit changed": {"merchant_velocity": merchant | {"count": MERCHANT_COUNT * count // 2}},
        "merchant window changed": {"merchant_velocity": merchant | {"window_seconds": WINDOW_SECONDS * count // 2}},
        "weights changed": {"weights": WEIGHTS[(len(settings["weights"]) + count) % len(WEIGHTS)]},
        "duplicate window changed": {"duplicate_window_seconds": 60 // count},
        "reviews left to the merchant": {"resolves_reviews": True},
        "reviews taken from the merchant": {"resolves_reviews": False},
    }[kind]


KEY_OVERLAPS_MS: Final = (5_000, 60_000)
"""For how long a key is taken beside the next: shorter and longer than a function remembers it."""


@dataclass
class Spell:
    """Something that happens a few times and then no more."""

    left: int

    def lasts(self) -> bool:
        """Take one of the times that are left."""
        self.left -= 1
        return self.left >= 0


second_day: Final = precondition(lambda self: self.has_second_day)
"""What comes after decisions (reviews, entries of cards, outcomes, drafts) is left out of half of the machines: among
fewer things that can happen, those that need each other meet sooner (Groce, Zhang, Eide, Chen and Regehr, Swarm
Testing, ISSTA 2012)."""


class Simulation(RuleBasedStateMachine):
    """Everything that can happen, one thing at a time."""

    steps: ClassVar[int] = 0
    """Steps taken by all machines of this process."""
    totals: ClassVar[Counter[str]] = Counter()
    """What was done in them, and under which faults."""
    verdicts: ClassVar[int] = 0
    answers: ClassVar[int] = 0
    """How many decisions and answers the oracle compared in them."""

    def __init__(self) -> None:
        """Begin with everything deployed and nothing sent."""
        super().__init__()
        self.world = World()
        self.watch = Invariants(self.world)
        self.began = self.world.cloud.now
        self.poisons = 0
        self.walks: dict[str, Walk] = {}
        self.review_walks: dict[str, Walk] = {}
        self.has_second_day = True

    @initialize(chosen=st.booleans())
    def leave_out(self, *, chosen: bool) -> None:
        self.has_second_day = chosen

    # What merchants do

    @rule(merchant=MERCHANT, key=KEY, amount=AMOUNT, card=CARD, form=st.integers(0, 10))
    def submit(self, merchant: str, key: str, amount: int, card: int, form: int) -> None:
        if len(self.world.functions.running) < MOST_RUNNING:
            self.world.submit(self._request(merchant, key, amount, card, form))

    @rule(merchant=MERCHANT, count=st.integers(2, 5), card=CARD)
    def submit_many(self, merchant: str, count: int, card: int) -> None:
        """A burst, each under a key of its own, answered before anything else happens."""
        for number in range(count):
            key = f"burst-{len(self.world.facts.answers)}-{number}"
            one = self._request(merchant, key, 1_000 + number, (card + number * (count % 2)) % 8, 0)
            self.world.finish(self.world.submit(one))

    @precondition(lambda self: self.world.unanswered)
    @rule(choice=CHOICE)
    def submit_again(self, choice: int) -> None:
        self.world.counts["retry after no answer"] += 1
        self.world.submit(self.world.unanswered[choice % len(self.world.unanswered)])

    @precondition(lambda self: self.world.facts.answers)
    @rule(choice=CHOICE)
    def replay(self, choice: int) -> None:
        self.world.counts["replay"] += 1
        answers = self.world.facts.answers
        self.world.submit(answers[-1 - choice % len(answers)].request)

    @precondition(lambda self: self.world.keys_ended or self.world.old_keys)
    @rule(choice=CHOICE, amount=AMOUNT)
    def submit_under_another_key(self, choice: int, amount: int) -> None:
        """Under an API key the merchant had, which may have ended."""
        self.world.counts["earlier API key used"] += 1
        keys = [*self.world.old_keys.values(), *self.world.keys_ended]
        used = keys[choice % len(keys)]
        one = self._request(used.partition("-of-")[2], f"key-{choice}", amount, choice, 0)
        self.world.finish(self.world.submit(one, used))

    @rule(merchant=MERCHANT, limit=st.integers(1, 4))
    def turn_a_page(self, merchant: str, limit: int) -> None:
        """Begin to walk through the merchant's list, or go on, while others write."""
        self.world.counts["list page"] += 1
        oracle = self.watch.oracle
        walk = self.walks.setdefault(merchant, Walk(merchant, self._long_accepted(merchant)))
        answer = self.world.list_page(merchant, limit, walk.cursor)
        for problem in walk.page(answer, oracle.transactions):
            raise InvariantError("a list shows everything once, newest first", problem)
        if walk.cursor is None:
            del self.walks[merchant]

    @second_day
    @rule(merchant=MERCHANT, limit=st.integers(1, 3))
    def turn_a_page_of_reviews(self, merchant: str, limit: int) -> None:
        """Begin to walk through what is in review of the merchant, or go on, while reviews open and close."""
        self.world.counts["review list page"] += 1
        oracle = self.watch.oracle
        begin = Walk(merchant, self._long_in_review(merchant), of_reviews=True)
        walk = self.review_walks.setdefault(merchant, begin)
        answer = self.world.list_reviews(merchant, limit, walk.cursor)
        for problem in walk.page(answer, oracle.transactions):
            raise InvariantError("the list of reviews shows what is open once, oldest first", problem)
        if walk.cursor is None:
            del self.review_walks[merchant]

    @second_day
    @rule(merchant=MERCHANT, number=st.integers(0, 1))
    def bring_into_review(self, merchant: str, number: int) -> None:
        """Submit what its card sends into review, and have the stream's next batches handled."""
        card = list(rules.FORCED).index("tok_test_review")
        key = f"review-{len(self.world.facts.answers)}"
        self.world.finish(self.world.submit(self._request(merchant, key, 1_000 + number, card, 10)))
        for lane in range(LANES):
            self._start(self.world.poll_stream(lane), finish=True)

    @second_day
    @precondition(lambda self: self.watch.oracle.transactions)
    @rule(by=st.sampled_from(REVIEWERS), choice=CHOICE, resolution=st.sampled_from(RESOLUTIONS), finish=st.booleans())
    def close_a_review(self, by: str, choice: int, resolution: Closing, *, finish: bool) -> None:
        """Have somebody close what is in review or was, most of the time; merchants also ask for others' ones."""
        transactions = list(self.watch.oracle.transactions.values())
        reviews = [each for each in transactions if each.is_in_review or each.resolved]
        found = reviews if reviews and choice else transactions
        one = found[-1 - choice % len(found)]
        verdict, reason, note = resolution
        if ":" in by:
            self.world.review(by, one.id, Resolution(verdict, reason, by, self.world.cloud.now, note))
        elif len(self.world.functions.running) < MOST_RUNNING:
            merchant = one.merchant if by == "the merchant" else by
            self._start(self.world.close_review(merchant, one.id, resolution), finish=finish)

    @second_day
    @precondition(lambda self: any(each.is_in_review for each in self.watch.oracle.transactions.values()))
    @rule(choice=CHOICE)
    def close_a_review_before_and_after_the_merchant_may(self, choice: int) -> None:
        """Leave reviews to the merchant and take them away, and have it ask for the end of one each time."""
        reviews = [each for each in self.watch.oracle.transactions.values() if each.is_in_review]
        one = reviews[-1 - choice % len(reviews)]
        for kind, resolution in (("left to", RESOLUTIONS[choice % 2]), ("taken from", RESOLUTIONS[2])):
            self.change(one.merchant, f"reviews {kind} the merchant", 1)
            self.world.finish(self.world.close_review(one.merchant, one.id, resolution))

    @precondition(lambda self: self.watch.bodies)
    @rule(merchant=MERCHANT, choice=CHOICE)
    def read(self, merchant: str, choice: int) -> None:
        (owner, _), body = list(self.watch.bodies.items())[-1 - choice % len(self.watch.bodies)]
        name = json.loads(body)["id"]
        answer = self.world.ask(merchant, name)
        right = wire.view(self.watch.oracle.transactions[name], decided=True)
        if (answer["statusCode"], json.loads(answer["body"])) != (200, right) and merchant == owner:
            raise InvariantError("a merchant reads its own transactions, as they are", f"{answer['body']} for {right}")
        if answer["statusCode"] != 404 and merchant != owner:
            raise InvariantError("another's transaction is not to be found", f"{answer['statusCode']} to {merchant}")

    # What AWS does

    @precondition(lambda self: self.world.functions.running)
    @rule(choice=CHOICE, count=st.integers(1, 3))
    def call(self, choice: int, count: int) -> None:
        """The next calls of one invocation."""
        invocation = self._running(choice)
        for _ in range(count):
            if not invocation.is_over:
                self.world.step(invocation)

    @precondition(lambda self: self.world.functions.running)
    @rule(choice=CHOICE, fault=st.sampled_from((*CALL_FAULTS, None)))
    def call_under_a_fault(self, choice: int, fault: Fault | None) -> None:
        """One call of one invocation, or, without a fault of the call's, the time-out of the function."""
        invocation = self._running(choice)
        if fault is None:
            self.world.cut(invocation)
        else:
            of_webhook = invocation.waits_at == ("webhook", "POST")
            self.world.step(invocation, None if of_webhook and fault not in WEBHOOK_FAULTS else fault)

    @precondition(lambda self: self.world.functions.running)
    @rule(choice=CHOICE)
    def finish(self, choice: int) -> None:
        self.world.finish(self._running(choice))

    @precondition(lambda self: any(poller.has_work() for poller in self.world.cloud.stream_pollers))
    @rule(
        lane=st.integers(0, LANES - 1),
        limit=st.sampled_from((1, LARGEST_BATCH, LARGEST_BATCH, 100)),
        finish=st.booleans(),
    )
    def poll_stream(self, lane: int, limit: int, *, finish: bool) -> None:
        pollers = self.world.cloud.stream_pollers
        ready = [each for each in range(LANES) if pollers[each].has_work()]
        self._start(self.world.poll_stream(ready[lane % len(ready)], limit), finish=finish)

    @precondition(lambda self: self.world.cloud.notifications_poller.has_work())
    @rule(limit=st.integers(1, 4), finish=st.booleans())
    def poll_queue(self, limit: int, *, finish: bool) -> None:
        self._start(self.world.poll_queue(limit), finish=finish)

    @precondition(lambda self: (self.world.next_sweep() or self.world.cloud.now + 1) <= self.world.cloud.now)
    @rule(finish=st.booleans())
    def sweep(self, *, finish: bool) -> None:
        self._start(self.world.sweep(), finish=finish)

    @rule(merchant=MERCHANT)
    def resume_the_endpoint(self, merchant: str) -> None:
        if self.world.endpoints().resume(merchant):
            self.world.counts["endpoint resumed"] += 1

    @rule(milliseconds=st.sampled_from((1, 50, 1_000, 10_000)))
    def pass_a_moment(self, milliseconds: int) -> None:
        self.world.pass_time(milliseconds)

    @precondition(lambda self: not self.world.functions.running)
    @precondition(lambda self: self.world.cloud.now - self.began < LONGEST_RUN_MS)
    @rule(seconds=st.sampled_from((31, 200, 700, 6 * 3_600)))
    def pass_time(self, seconds: int) -> None:
        self.world.pass_time(seconds * 1_000)

    @precondition(lambda self: not self.world.functions.running)
    @rule(merchant=MERCHANT, receiver=st.sampled_from(RECEIVERS), events=st.sampled_from((2, 10, 50)))
    def let_webhooks_take_their_course(self, merchant: str, receiver: str, events: int) -> None:
        """Go from each moment at which the notifier has something to do to the next, with a receiver that stays so."""
        self.world.merchants[merchant].receiver = receiver
        for _ in range(events):
            at = self._next_event()
            if at is None or at - self.began > LONGEST_RUN_MS:
                return
            self._handle_webhooks(at)

    @rule(kind=st.sampled_from(WEATHER), times=st.integers(1, 4))
    def weather(self, kind: str, times: int) -> None:
        """What AWS may do at any time and seldom does."""
        cloud = self.world.cloud
        spell = Spell(times)
        match kind:
            case "clock skew":
                self.world.skew_ms = LARGEST_SKEW_MS if times > 2 else -LARGEST_SKEW_MS
            case "half-written batch":
                cloud.notifications.refuse = lambda entries: entries[::2] if spell.lasts() else ()
            case "reordering":
                cloud.notifications.choose = lambda visible: len(visible) - 1 if times > 2 else 0
            case "message delivered twice":
                cloud.notifications.duplicate = lambda occasion, _: occasion == "receive" and spell.lasts()
            case "batch read in parts":
                cloud.dynamodb_model.unprocessed = lambda table, key: spell.lasts()
            case "reads of a batch in another order":
                cloud.dynamodb_model.reads_of_a_batch = lambda keys: keys[::-1] if spell.lasts() else keys
            case "stale reads":
                cloud.transactions.stale = as_of(lambda: cloud.now - (MOST_LAG_MS if spell.lasts() else 0))
            case "expired items deleted":
                # DynamoDB takes up to some days for it.
                cloud.velocity.expire(cloud.now // 1000 - (times - 1) * 24 * 60 * 60)
            case _:
                self.poisons += 1
                self.world.poison({"id": {"S": f"poison-{self.poisons}"}, **POISONS[self.poisons % len(POISONS)]})
        self.world.counts[kind] += 1

    @rule(lane=st.integers(0, LANES - 1))
    def hand_out_again_what_succeeded(self, lane: int) -> None:
        self.world.poll_stream(lane, again=True)

    # What operators and receivers do

    @rule(limit=st.integers(1, LARGEST_BATCH), choice=CHOICE, finish=st.booleans())
    def reconcile(self, limit: int, choice: int, *, finish: bool) -> None:
        self.world.tell_of_reviews()
        if len(self.world.functions.running) < MOST_RUNNING:
            self._start(self.world.reconcile(limit, choice=choice), finish=finish)

    @precondition(lambda self: self.world.cloud.dead_letters.messages)
    @rule()
    def redrive(self) -> None:
        self.world.redrive()

    @rule(merchant=MERCHANT, kind=st.sampled_from(CHANGES), count=st.integers(1, CARD_COUNT))
    def change(self, merchant: str, kind: str, count: int) -> None:
        """What people do to a merchant while everything runs."""
        self.world.counts[kind] += 1
        if kind == "API key changed":
            self.world.change_key(self.world.merchants[merchant], KEY_OVERLAPS_MS[count % 2])
        elif kind == "secret exchanged":
            self.world.exchange_secret(self.world.merchants[merchant])
        else:
            self.world.change_settings(merchant, **changed(kind, self.world.settings(merchant), count))

    @second_day
    @rule(
        merchant=MERCHANT,
        card=CARD,
        effect=st.sampled_from(("block", "allow", "mute", "mute")),
        muted=st.sampled_from((*rules.WEIGHTS, *rules.CARD_LIMITS, *rules.CARD_LIMITS)),
        seconds=st.sampled_from((1, 60, 900, 30 * 24 * 3_600)),
    )
    def set_an_entry(self, merchant: str, card: int, effect: str, muted: str, seconds: int) -> None:
        """Block or allow a card, or mute a rule for it, even one that cannot be muted; best one that is being used."""
        rule = muted if effect == "mute" else ""
        merchant, token = next(self._about_to_be_counted(), (merchant, f"tok_card_{card}"))
        self.world.set_entry(merchant, token, effect, rule, seconds * 1_000)

    @second_day
    @rule(merchant=MERCHANT, card=CARD, muted=st.sampled_from((None, "duplicate", "night_ceiling")))
    def clear_entries(self, merchant: str, card: int, muted: str | None) -> None:
        self.world.clear_entries(merchant, f"tok_card_{card}", muted)

    @second_day
    @precondition(lambda self: self.watch.oracle.transactions)
    @rule(
        merchant=MERCHANT,
        choice=CHOICE,
        value=st.sampled_from(("fraud", "genuine", "disputed")),
        late_ms=st.sampled_from((0, 0, 1, 5_000)),
        how=st.sampled_from(("import", "finish", "begin", "twice")),
    )
    def say_what_it_turned_out_to_be(self, merchant: str, choice: int, value: str, late_ms: int, how: str) -> None:
        """Labels come late, twice, contradict each other, and are said of others' transactions."""
        transactions = list(self.watch.oracle.transactions.values())
        one = transactions[-1 - choice % len(transactions)]
        said = Said(value, "chargeback", max(self.world.cloud.now - late_ms, self.began))
        said_by = merchant if choice == 0 else one.merchant
        if how == "import":
            self.world.import_label(said_by, one.id, said)
            return
        if len(self.world.functions.running) >= MOST_RUNNING:
            return
        for _ in range(2 if how == "twice" else 1):
            self._start(self.world.say_outcome(said_by, one.id, said), finish=how == "finish")

    @second_day
    @rule(merchant=MERCHANT, kind=st.sampled_from(TRIED), count=st.integers(1, CARD_COUNT))
    def make_a_draft(self, merchant: str, kind: str, count: int) -> None:
        self.world.counts["draft made"] += 1
        self.world.make_draft(merchant, **changed(kind, self.world.settings(merchant), count))

    @precondition(lambda self: self.world.drafts)
    @rule(choice=CHOICE, promoted=st.booleans())
    def end_a_draft(self, choice: int, *, promoted: bool) -> None:
        merchant = sorted(self.world.drafts)[choice % len(self.world.drafts)]
        self.world.counts["draft promoted" if promoted else "draft taken away"] += 1
        (self.world.promote if promoted else self.world.remove_draft)(merchant)

    @second_day
    @rule(merchant=MERCHANT, choice=CHOICE)
    def roll_back(self, merchant: str, choice: int) -> None:
        self.world.counts["settings rolled back"] += 1
        self.world.roll_back(merchant, choice)

    @rule(merchant=MERCHANT, receiver=st.sampled_from(RECEIVERS))
    def change_the_receiver(self, merchant: str, receiver: str) -> None:
        self.world.merchants[merchant].receiver = receiver

    @invariant()
    def everything_holds(self) -> None:
        Simulation.steps += 1
        self.watch.check()

    def teardown(self) -> None:
        """Let everything come to its end without faults, and look once more."""
        try:
            self._settle()
            self.watch.check()
            self.watch.check_privacy()
            self._check_the_end()
        finally:
            Simulation.totals.update(self.world.counts)
            Simulation.verdicts += self.watch.oracle.verdicts
            Simulation.answers += self.watch.oracle.answered
            self.world.close()

    def _settle(self) -> None:
        """Finish what runs, drain stream and queue, reconcile, repair the receivers: everything is delivered then."""
        world = self.world
        while world.functions.running:
            world.finish(world.functions.running[0])
        for lane in range(LANES):
            while invocation := world.poll_stream(lane):
                world.finish(invocation)
        # What expired in the stream an operator finds, and sees it through.
        while invocation := world.reconcile(LARGEST_BATCH):
            world.finish(invocation)
        world.tell_of_reviews()
        for merchant in world.merchants.values():
            merchant.receiver = "well"
            world.endpoints().resume(merchant.id)
        while (at := self._next_event()) is not None:
            self._handle_webhooks(at)

    def _handle_webhooks(self, at: int) -> None:
        """Have the notifier called for what queue or schedule have for it at a moment."""
        world = self.world
        # A function whose clock is slow finds nothing due before its own time has come.
        world.cloud.now = max(world.cloud.now, at + LARGEST_SKEW_MS)
        if invocation := world.poll_queue(10):
            world.finish(invocation)
        if (due := world.next_sweep()) is not None and due <= world.cloud.now:
            world.finish(world.sweep())

    def _next_event(self) -> int | None:
        """Tell when the queue or a sweep has something to do next."""
        moments = (self.world.cloud.notifications.next_visible(), self.world.next_sweep())
        return min((each for each in moments if each is not None), default=None)

    def _check_the_end(self) -> None:
        """Nothing is pending but what was given up, and nobody is left untold but of that and of dead letters."""
        world = self.world
        given_up = self.watch.given_up() | world.facts.foreign
        dead = {
            wire.occasion(event["data"]["id"], event["type"]): message.attributes
            for message in world.cloud.dead_letters.messages
            for event in [json.loads(message.body)["event"]]
        }
        told = {one for merchant in world.merchants.values() for one in merchant.told}
        for item in world.cloud.transactions.items():
            name = item["id"]["S"]
            if name in given_up:
                continue
            assert item["decision"] != {"NULL": True}, f"{name} was never decided"
            assert name in told or name in dead, f"nobody was told of {name}"
            reviewed = f"{name}{wire.CLOSED}"
            assert "resolution" not in item or reviewed in told | dead.keys(), f"nobody was told of {reviewed}"
        for name, attributes in dead.items():
            assert attributes.get("reason", {}).get("StringValue"), f"the dead letter of {name} has no reason"

        for (merchant, name), latest in self._latest_answered().items():
            turned_out = self.watch.oracle.turned_out[name]
            assert turned_out is not None, f"the outcome of {merchant}'s {name} is lost"
            assert turned_out.at >= latest, f"{name} turned out to be {turned_out}, and {latest} was answered"

    def _latest_answered(self) -> dict[tuple[str, str], int]:
        """Give the time of the latest outcome that was taken, by merchant and transaction."""
        found: dict[tuple[str, str], int] = {}
        for each in self.world.facts.reported:
            if each.status == 200:
                place = (each.merchant, each.transaction)
                found[place] = max(found.get(place, 0), each.said.at)
        return found

    def _start(self, invocation: Invocation | None, *, finish: bool) -> None:
        if invocation and finish:
            self.world.finish(invocation)

    def _about_to_be_counted(self) -> Iterator[tuple[str, str]]:
        """Give the merchant and the token of cards whose item an invocation is about to write."""
        writes = [
            each.waits_for for each in self.world.functions.running if each.waits_at == ("dynamodb", "UpdateItem")
        ]
        for each in self.watch.oracle.transactions.values():
            if any(each.card in about for about in writes):
                yield each.merchant, f"{each.submission['card']['token']}"

    def _running(self, choice: int) -> Invocation:
        return self.world.functions.running[choice % len(self.world.functions.running)]

    def _long_accepted(self, merchant: str) -> set[str]:
        """Give what even a late read has to see of a merchant."""
        cloud, oracle = self.world.cloud, self.watch.oracle
        return {each.id for each in oracle.of(merchant) if oracle.accepted_at[each.id] < cloud.now - MOST_LAG_MS}

    def _long_in_review(self, merchant: str) -> set[str]:
        """Give what even a late read has to see of what is in review of a merchant."""
        long_ago = self.world.cloud.now - MOST_LAG_MS - LARGEST_SKEW_MS
        of_merchant = self.watch.oracle.of(merchant)
        return {each.id for each in of_merchant if each.decided and each.is_in_review and each.decided.at < long_ago}

    def _request(self, merchant: str, key: str, amount: int, card: int, form: int) -> Request:
        flaw, wait = "a card number" if form == 4 else "", amount // 1_000 if card in {3, 6} else None
        return Request(merchant, key, self._body(amount, card, form), flaw, wait)

    def _body(self, amount: int, card: int, form: int) -> str:
        """Write a body in one of several forms: spellings, other currencies and cards, card numbers, test tokens."""
        body: dict[str, Any] = {
            "amount": amount,
            "currency": "USD" if form == 9 else "EUR",
            "card": {
                "token": list(rules.FORCED)[card % len(rules.FORCED)] if form == 10 else f"tok_card_{card}",
                "bin": "40001234" if form == 8 else "424242",
                "country": "FR" if form == 7 else "DE",
                "expires": ("2025-01", "2025-12")[amount // 1_000 % 2] if form == 6 else "2031-12",
            },
        }
        if form == 5:
            body |= MOST_TEXT
        if form == 4:
            body["metadata"] = {"note": CARD_NUMBERS[amount % len(CARD_NUMBERS)]}
            self.world.planted.update(CARD_NUMBERS)
            self.world.counts["card number sent"] += 1
        if form == 3:
            return json.dumps(dict(reversed(body.items())), indent=2)
        if form == 2:
            return json.dumps(body).replace(f'"amount": {amount}', f'"amount": {amount}.0')
        return json.dumps(body)
