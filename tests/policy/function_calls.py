"""What the functions ask of IAM: the real handlers on the simulated AWS, each call noted with the function it is of.

Two runs are noted. In one everything happens by chance, under faults, as in `simulation`; in the other a merchant's
story goes to its ends, which chance seldom reaches: webhooks asked for again, dead letters, an endpoint that is paused.
"""

import functools
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from unittest import mock

from greenlet import getcurrent

from policy.authorizations import ACCOUNT, REGION, Authorization
from simulation.functions import Functions
from simulation.oracle.facts import Request
from simulation.run import simulate
from simulation.world import LANES, World
from transactions.agreed.api import COLLECTION_PATH, DELIVERIES_PATH, OUTCOME_PATH, REDELIVER_PATH, TEST_WEBHOOK_PATH
from transactions.agreed.webhooks import PAUSE_AFTER_SECONDS
from transactions.clock import iso

DATA_KEY: Final = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/data"
"""Stands for the data layer's key."""
PREFIX: Final = "tapstack-local-"
"""What the lane puts before the names that the simulation uses."""
STEPS: Final = 1_500
SEED: Final = 1
_CLOSING: Final = ("approved", "known_customer", None)
HOUR: Final = 3_600_000

Asked = dict[str, list[Authorization]]
"""Function, as operators know it, to what it asks IAM, once each."""


@functools.cache
def asked_by_functions() -> Asked:
    """Run the handlers and tell what they asked for."""
    notes = _Notes()
    with notes.taken():
        run = simulate(SEED, STEPS, shorten=False)
        assert run.violation is None, run.violation
        _story()
    return {name: list(found.values()) for name, found in notes.asked.items()}


def authorizations_of(service: str, operation: str, request: Mapping[str, Any]) -> Iterator[Authorization]:
    """List what IAM is asked at a call of a function.

    Raises:
        LookupError: nothing here says what calls of this service are on.
    """
    if service == "dynamodb":
        index = f"/index/{request['IndexName']}" if "IndexName" in request else ""
        for table in [request["TableName"]] if "TableName" in request else request["RequestItems"]:
            yield Authorization(f"dynamodb:{operation}", _arn("dynamodb", f"table/{PREFIX}{table}{index}"))
    elif service == "sqs":
        # SQS asks for the action of the single message:
        # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html
        queue = request["QueueUrl"].rpartition("/")[2]
        yield Authorization(f"sqs:{operation.removesuffix('Batch')}", _arn("sqs", f"{PREFIX}{queue}"))
    elif service == "sns":
        topic = request["TopicArn"].rpartition(":")[2]
        yield Authorization(f"sns:{operation}", _arn("sns", f"{PREFIX}{topic}"))
    elif service == "kms":
        # A ciphertext names its key itself, by an id that AWS makes; there is the data layer's alone.
        tags = {"aws:ResourceTag/Project": "tapstack-data", "aws:ResourceTag/Environment": "local"}
        context = {f"kms:EncryptionContext:{name}": text for name, text in request["EncryptionContext"].items()}
        yield Authorization(f"kms:{operation}", DATA_KEY, tags | context)
    else:
        raise LookupError(f"a function calls {service} {operation}, and nothing says what that is on")


def _arn(service: str, rest: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{rest}"


@dataclass
class _Notes:
    """What was asked for, and how a client is made that says so."""

    asked: dict[str, dict[str, Authorization]] = field(default_factory=lambda: defaultdict(dict))

    def taken(self) -> Any:
        """Note what functions call in worlds that are made within the block."""
        notes = self

        class Noted(Functions):
            def __init__(self, *arguments: Any, **named: Any) -> None:
                super().__init__(*arguments, **named)
                make = self.client
                self.client = lambda service, **options: _Client(make(service, **options), service, self, notes)

        return mock.patch("simulation.world.Functions", Noted)

    def add(self, function: str, service: str, operation: str, request: Mapping[str, Any]) -> None:
        for asked in authorizations_of(service, operation, request):
            self.asked[function.replace("_", "-")][f"{asked}"] = asked


@dataclass
class _Client:
    """A client of the model's; its operations are boto3's."""

    made: Any
    service: str
    functions: Functions
    notes: _Notes

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.made, name)
        if name in {"exceptions", "meta"}:
            return found
        operation = "".join(word.capitalize() for word in name.split("_"))

        def call(**request: Any) -> Any:
            # A handler's own greenlet makes its calls.
            (caller,) = [each for each in self.functions.running if each.run is getcurrent()]
            self.notes.add(caller.environment.function, self.service, operation, request)
            return found(**request)

        return call


def _story() -> None:
    """Have a merchant do all that it can, and everything become of its webhooks that can."""
    with World() as world:
        acme = world.merchants["acme"]
        told = _submitted(world, "acme", "first")
        world.ask("acme", told)
        world.list_page("acme", 10, None)
        _run(world, world.cloud.now + HOUR)
        for method, path in (("GET", DELIVERIES_PATH), ("POST", REDELIVER_PATH), ("POST", TEST_WEBHOOK_PATH)):
            answer = _called(world, acme.api_key, method, path, told)
            assert answer["statusCode"] in {200, 202}, answer
        world.list_reviews("acme", 10, None)
        world.finish(world.close_review("acme", _submitted(world, "acme", "test_review"), _CLOSING))
        assert world.facts.review_answers[-1].status == 200
        for lane in range(LANES):
            while invocation := world.poll_stream(lane):
                world.finish(invocation)
        outcome = {"outcome": "genuine", "source": "shop", "at": iso(world.cloud.now)}
        for _ in range(2):
            answer = _called(world, acme.api_key, "POST", OUTCOME_PATH, told, json.dumps(outcome))
            assert answer["statusCode"] == 200, answer
        world.cloud.notifications.send("no notification")
        acme.receiver = "closed"
        _submitted(world, "acme", "second")
        _run(world, world.cloud.now + 1000 * PAUSE_AFTER_SECONDS + 24 * HOUR)
        assert world.cloud.alerts.notices
        assert world.cloud.dead_letters.messages
        acme.receiver = "well"
        world.endpoints().resume("acme")
        _run(world, world.cloud.now + HOUR)
        assert not world.broken


def _submitted(world: World, merchant: str, key: str) -> str:
    card = {"token": f"tok_{key}", "bin": "424242", "country": "DE", "expires": "2031-12"}
    body = json.dumps({"amount": 1_000, "currency": "EUR", "card": card})
    world.finish(world.submit(Request(merchant, key, body)))
    for lane in range(LANES):
        while invocation := world.poll_stream(lane):
            world.finish(invocation)
    return str(json.loads(world.facts.answers[-1].body)["id"])


def _called(world: World, api_key: str, method: str, path: str, transaction: str, body: str | None = None) -> Any:
    assert path.startswith((COLLECTION_PATH, TEST_WEBHOOK_PATH))
    event = {
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": {"x-api-key": api_key},
        "multiValueHeaders": {"x-api-key": [api_key]},
        "pathParameters": {"id": transaction},
        "body": body,
        "requestContext": {"identity": {"apiKey": api_key}},
        "isBase64Encoded": False,
    }
    answers: list[Any] = []
    world.finish(world.functions.invoke("validator", event, lambda answer, error: answers.append(answer)))
    return answers[0]


def _run(world: World, until: int) -> None:
    """Let queue and schedule do their work."""
    cloud = world.cloud
    while (at := min(filter(None, (cloud.notifications.next_visible(), world.next_sweep())), default=until)) < until:
        cloud.now = max(cloud.now, at)
        while invocation := world.poll_queue(10):
            world.finish(invocation)
        if (due := world.next_sweep()) is not None and due <= cloud.now:
            world.finish(world.sweep())
    cloud.now = until
