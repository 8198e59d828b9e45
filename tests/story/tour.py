"""The second day: a review is closed, a card blocked, other settings tried, judged beside and put in force."""

import json
import re
from typing import Any, Final

from story.telling import Story, UnexpectedEndError
from tapstack.lane.samples import MERCHANTS
from transactions.clock import iso, now
from transactions.memory import CACHE_MS

_MERCHANT: Final = "globex"
_TRIED: Final = "tried.json"
_BODIES: Final = "transactions.jsonl"
_LABELS: Final = "labels.csv"
_CARD: Final = {"token": "tok_tour_1", "bin": "424242", "country": "DE", "expires": "2099-12"}


def tell(story: Story, *, cores: int) -> None:
    """Tell it on the story's checkout.

    Raises:
        UnexpectedEndError: a step did not go as told.
    """
    story.begin("A tour of the second day", "tour", cores)
    story.tell(
        "The first day is a deployment and transactions through it. On the second one somebody has to close what the "
        "rules left to a person, to keep a card out, and to change settings without guessing.",
    )
    story.run("tapstack", "local", says="decided and notified", show=0)
    _review(story)
    _card(story)
    _settings(story)
    story.tell_times()


def _review(story: Story) -> None:
    story.tell("## A review is closed", "The lane's own transactions left some to a person, oldest first:")
    story.run("tapstack", "review", "list", says="foreign_card_high_amount")
    first = json.loads(story.checkout.python("-m", "tapstack", "review", "list", "--json").stdout)[0]["transaction"]
    story.tell("What speaks for and against the first one, and what was near it on the card and at the merchant:")
    story.run("tapstack", "review", "show", first, says="in review for", show=30)
    story.run(
        "tapstack", "review", "approve", first, "--reason", "verified_with_cardholder", says=f"{first} of merchant"
    )
    story.tell("The same again is a replay, and anything else a conflict: a review is closed once.")
    story.run(
        "tapstack", "review", "decline", first, "--reason", "confirmed_fraud", status=1, says="a review is closed once"
    )
    story.tell("The merchant is told by an event of its own, `transaction.reviewed`:")
    story.run("tapstack", "webhook", "deliveries", first, says="transaction.reviewed")


def _card(story: Story) -> None:
    token = f"{_CARD['token']}"
    story.tell("## A card is blocked")
    story.write(_BODIES, json.dumps({"amount": 1250, "currency": "EUR", "card": _CARD}) + "\n")
    approved = story.run("tapstack", "send", _BODIES, "--merchant", _MERCHANT, says="approved")
    story.run(
        "tapstack", "card", "block", token, "--merchant", _MERCHANT, "--for", "30d", "--reason", "reported stolen",
        says="blocked",
    )  # fmt: skip
    story.run("tapstack", "send", _BODIES, "--merchant", _MERCHANT, says="declined")
    story.run("tapstack", "card", "show", token, "--merchant", _MERCHANT, says="reported stolen")
    story.tell("What the first one turned out to be is kept with it, and settings are measured by it:")
    (name,) = set(re.findall(r"txn_[a-z2-7]{32}", approved))
    story.write(_LABELS, f"merchant,transaction,outcome,source,at\n{_MERCHANT},{name},fraud,chargeback,{iso(now())}\n")
    story.run("tapstack", "label", "import", _LABELS, says="1")


def _settings(story: Story) -> None:
    story.tell("## Settings are tried, compared and promoted", "What if the limit of an amount were lower?")
    document = _tried(story)
    (story.checkout.root / _TRIED).write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    before = '    "EUR": {\n      "amount_limit": 400000'
    story.edit(_TRIED, before, before.replace("400000", "10000"))
    story.tell("On the history that is stored, writing nothing:")
    story.run("tapstack", "backtest", "--merchant", _MERCHANT, "--settings", _TRIED, says="as decided", show=40)
    story.tell("Beside the settings in force, on what comes from now on, deciding nothing:")
    story.run("tapstack", "merchant", "draft", _MERCHANT, _TRIED, says="judges beside version")
    story.wait(CACHE_MS / 1000)
    story.run("tapstack", "send", "examples/transactions.jsonl", "--merchant", _MERCHANT, says="approved")
    story.run("tapstack", "merchant", "compare", _MERCHANT, says="judged", show=20)
    story.tell("Then it is put in force, and what was in force before can be again:")
    story.run("tapstack", "merchant", "promote", _MERCHANT, "--reason", "fewer losses above 100 euros", says="version")
    story.run("tapstack", "merchant", "history", _MERCHANT, says="fewer losses above 100 euros")
    story.run("tapstack", "merchant", "rollback", _MERCHANT, "1", "--reason", "too strict", says="version")


def _tried(story: Story) -> dict[str, Any]:
    """Give the settings in force, as their file has them."""
    shown = json.loads(story.checkout.python("-m", "tapstack", "merchant", "show", _MERCHANT).stdout)
    documents: list[dict[str, Any]] = json.loads(MERCHANTS.read_text(encoding="utf-8"))
    for document in documents:
        if document["id"] == _MERCHANT:
            return document | {"webhook_url": shown["settings"]["webhook_url"]}
    raise UnexpectedEndError(f"the lane has no merchant {_MERCHANT!r} any more; bring the tour up to date")
