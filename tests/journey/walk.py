"""The journey itself, and its page: each command is run, and what it printed is what the page shows."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from textwrap import wrap

from journey.merchant import JourneyError, Merchant, python_tools, typescript_tools
from journey.operators import Operator
from support.polling import eventually
from tapstack.lane.environment import LaneEnvironment
from tapstack.lane.lane import Lane
from tapstack.operate.account import Account
from transactions.test_tokens import REASONS

SECONDS = 180
"""For what is still to come by itself, the waits between attempts included."""
BURST = 40


@dataclass
class Page:
    """The page under way."""

    lines: list[str] = field(default_factory=list)

    def tell(self, *paragraphs: str) -> None:
        """Add paragraphs."""
        for paragraph in paragraphs:
            self.lines += [*(paragraph.splitlines() if paragraph.startswith("```") else wrapped(paragraph)), ""]

    def show(self, merchant: Merchant, *arguments: str) -> str:
        """Run a command of a merchant's client, and show it with what it printed."""
        printed = merchant.call(*arguments)
        typed = "python client.py" if merchant.tools.client[0] != "node" else "node build/client.js"
        self.lines += ["```console", f"$ {typed} {' '.join(arguments)}", *printed.splitlines(), "```", ""]
        return printed

    def heard(self, merchant: Merchant, *webhooks: str) -> None:
        """Show what the merchant's receiver printed, once it has."""
        until(lambda: all(map(merchant.heard, webhooks)), f"{merchant.id} hears {webhooks}")
        self.lines += ["```", *webhooks, "```", ""]

    @property
    def text(self) -> str:
        """The page."""
        return "\n".join(self.lines).rstrip("\n") + "\n"


def wrapped(paragraph: str) -> list[str]:
    """Break a paragraph into the lines of a page."""
    return wrap(paragraph, 120, break_long_words=False, break_on_hyphens=False)


def until(look: Callable[[], object], what: str) -> None:
    """Wait for what has to come.

    Raises:
        JourneyError: it does not come.
    """
    try:
        eventually(look, SECONDS)
    except AssertionError as error:
        raise JourneyError(f"it did not come: {what}") from error


def walk(lane: Lane, folder: Path) -> str:
    """Walk the journey on a lane with all layers up and no traffic yet; return the page.

    Raises:
        JourneyError: something is not as the page says.
    """
    operator = Operator(Account(LaneEnvironment(lane)), lane.stack("api-edge").outputs()["api_url"])
    page = Page()
    for name in ("python", "typescript"):
        (folder / name).mkdir()
    acme = operator.add("acme", python_tools(folder / "python"))
    globex = operator.add("globex", typescript_tools(folder / "typescript"))
    try:
        acme.start_receiver()
        globex.start_receiver()
        operator.send_webhooks_to([acme, globex])
        _tell(page, acme, globex, operator)
    finally:
        acme.stop_receiver()
        globex.stop_receiver()
    return page.text


def _tell(page: Page, acme: Merchant, globex: Merchant, operator: Operator) -> None:
    page.tell(
        "# Integrating",
        "What a merchant's developer does, from the first request to a rolled secret. This page is made by doing it: "
        "two clients are generated from [openapi.json](openapi.json), one in Python and one in TypeScript, and each "
        "command was run against a [lane](../README.md) with nothing but such a client and an API key. After a change: "
        "`tapstack generate integrating`.",
        "The clients are [client.py](../examples/client/python/client.py) and "
        "[client.ts](../examples/client/typescript/client.ts), the receivers those in "
        "[examples/webhook-receiver](../examples/README.md). Their settings are `API_URL`, `API_KEY` and "
        "`WEBHOOK_SECRET`; whoever runs the system gives you all three.",
        "## Make a client",
        "```sh\nopenapi-python-client generate --meta none --path docs/openapi.json --output-path card_transactions\n"
        "npx openapi-typescript docs/openapi.json -o api.ts\n```",
        "## Submit, and see every outcome",
        "Every transaction has an `Idempotency-Key` of its own; send the same again whenever you have no answer. "
        "With `Prefer: wait=10` the answer has the decision, if it comes within ten seconds; else it is `202`, and you "
        "ask again or wait for the webhook. Outside production four cards force their outcomes.",
    )
    ids = {}
    for merchant in (acme, globex):
        for number, token in enumerate(REASONS, 1000):
            ids[merchant.id, token] = page.show(merchant, "submit", token, f"order-{number}").split()[0]
    _expect(len(set(ids.values())), 2 * len(REASONS))
    page.tell("The same key again is the same transaction, and is not decided again.")
    again = page.show(acme, "submit", "tok_test_approved", "order-1000").split()[0]
    _expect(again, ids["acme", "tok_test_approved"])
    page.tell(
        "## Receive webhooks",
        "A receiver verifies each with the public Standard Webhooks library of its language, acts once on each "
        "`webhook-id`, and answers 2xx within 20 seconds. Those of the transactions above, as the "
        "receivers printed them, first the one in Python:",
    )
    verdicts = {"tok_test_velocity": "declined"}
    for merchant in (acme, globex):
        lines = [
            f"transaction.{verdicts.get(token, token.removeprefix('tok_test_'))} {ids[merchant.id, token]} 1250 EUR"
            for token in REASONS
        ]
        page.heard(merchant, *lines)
    page.tell("To try a receiver without a transaction, have a webhook sent that means nothing:")
    for merchant in (acme, globex):
        _expect(page.show(merchant, "test"), "webhook.test")
        until(partial(merchant.heard, "webhook.test"), f"{merchant.id} hears the test event")
    page.tell(
        "## When your receiver is down",
        "Nothing is lost: what was not taken waits and comes again, for three days and more. Here the receiver is "
        "stopped, and a transaction submitted.",
    )
    acme.stop_receiver()
    missed = page.show(acme, "submit", "tok_test_review", "order-2000").split()[0]
    until(lambda: "waiting" in acme.call("deliveries", missed), "a failed attempt is in the log")
    page.show(acme, "deliveries", missed)
    page.tell("With the receiver up again there is no need to wait for the next attempt. A redelivery keeps its id:")
    acme.start_receiver()
    page.show(acme, "redeliver", missed)
    page.heard(acme, f"transaction.review {missed} 1250 EUR")
    until(lambda: "delivered" in acme.call("deliveries", missed), "the log says that it was delivered")
    page.show(acme, "deliveries", missed)
    page.tell(
        "## Roll the secret",
        "The operator makes a new secret (`tapstack merchant rotate-secret`). From then on each webhook is signed with "
        "the old one and the new one, so your receiver may change over whenever it likes. Start it with both, "
        "`WEBHOOK_SECRET='whsec_new whsec_old'`, and say when the old one can go (`tapstack merchant end-rotation`). "
        f"Here {BURST} transactions were submitted meanwhile: all were accepted, and each was told of.",
    )
    printed: list[str] = []
    burst = threading.Thread(target=lambda: printed.extend(acme.call("burst", f"{BURST}", "rolling").splitlines()))
    burst.start()
    acme.secrets = [operator.rotate_secret(acme.id), *acme.secrets]
    acme.stop_receiver()
    acme.start_receiver()
    operator.end_rotation(acme.id)
    burst.join()
    _expect(len(set(printed)), BURST)
    until(lambda: all(map(acme.heard_of, printed)), "each transaction of the burst is told of")
    if refused := [line for line in acme.told + globex.told if line.startswith("refused")]:
        raise JourneyError(f"a webhook could not be verified: {refused}")
    page.tell(
        "## What may come back",
        "Every refusal is a problem document whose `type` says what it is; one of the status 400 lists in "
        "`errors` which parts of the request are wrong. Answers with `Retry-After` may be asked for again, a POST "
        "under the same `Idempotency-Key`. [openapi.json](openapi.json) has an example of each.",
    )


def _expect(found: object, right: object) -> None:
    if found != right:
        raise JourneyError(f"it is {found!r}, right is {right!r}")
