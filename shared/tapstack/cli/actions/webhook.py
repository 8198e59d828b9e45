"""Shows deliveries and endpoints, delivers again, and resumes endpoints that were paused."""

import json
import uuid
from collections.abc import Sequence

import msgspec

from tapstack.cli.actions.accounts import account_of
from tapstack.cli.actions.merchants_named import settings_of
from tapstack.cli.actions.transactions import transaction_of
from tapstack.cli.statuses import DONE, FOUND
from tapstack.console.errors import UserError
from tapstack.console.hints import command
from tapstack.console.progress import say
from tapstack.console.table import print_table
from tapstack.console.words import counted
from tapstack.operate.account import Account
from transactions.agreed.webhooks import SWEEP_MINUTES
from transactions.clock import iso, now
from transactions.settings import MerchantSettings
from transactions.webhooks import notifications
from transactions.webhooks.deliveries import Delivery
from transactions.webhooks.notifications import WEBHOOK_ID_PREFIX, Notification, make_test_event, redeliveries_of


def show_deliveries(stack: str, name: str, *, as_json: bool) -> int:
    """Show the attempts to tell of a transaction, or those of one webhook."""
    with account_of(stack) as account:
        if name.startswith(WEBHOOK_ID_PREFIX):
            found = account.deliveries.read([name])
            none = f"webhook {name}: no attempt was made yet, or it was so long ago that it is forgotten"
        else:
            transaction = transaction_of(account, name)
            found = account.deliveries.of_transaction(transaction.id)
            merchant = transaction.merchant_id
            none = f"transaction {transaction.id}: no attempt was made yet to tell merchant {merchant} of it"
    if as_json:
        print(json.dumps([_document(each) for each in found], indent=2, ensure_ascii=False))
    elif not found:
        say(none)
    else:
        _print(found)
    return DONE


def redeliver(stack: str, transaction_id: str) -> int:
    """Put the notifications of a transaction into the queue once more."""
    with account_of(stack) as account:
        transaction = transaction_of(account, transaction_id)
        if transaction.decision is None:
            raise UserError(
                f"transaction {transaction.id} is pending: there is nothing to tell of yet; if that is long, run: "
                f"{command('reconcile', stack=account.stack)}"
            )
        _settings(account, transaction.merchant_id)
        again = redeliveries_of(transaction, transaction.decision)
        _send(account, again)
    say(f"{counted(len(again), 'webhook')} of transaction {transaction.id} sent to merchant {transaction.merchant_id}")
    say(f"see what becomes of it: {command('webhook', 'deliveries', transaction.id, stack=stack)}")
    return DONE


def send_test_event(stack: str, merchant_id: str) -> int:
    """Put a test event into the queue."""
    with account_of(stack) as account:
        settings = _settings(account, merchant_id)
        event = make_test_event(merchant_id, uuid.uuid4().hex, now())
        _send(account, [event])
    say(f"test event {event.webhook_id} sent to {settings.webhook_url}; it is tried once")
    say(f"see what became of it: {command('webhook', 'deliveries', event.webhook_id, stack=stack)}")
    return DONE


def show_endpoint(stack: str, merchant_id: str, *, as_json: bool) -> int:
    """Show whether an endpoint takes webhooks; the status is 2 where it does not."""
    with account_of(stack) as account:
        settings = _settings(account, merchant_id)
        known = account.endpoints.read(merchant_id)
        waiting_since = account.deliveries.first_due(merchant_id)
    held = bool(known.holds(f"{settings.webhook_url}"))
    document = {
        "merchant": merchant_id,
        "url": settings.webhook_url,
        "state": known.state if held else "healthy",
        "cause": known.cause if held else None,
        "failing_since": iso(known.failing_since) if held else None,
        "first_due": None if waiting_since is None else iso(waiting_since),
    }
    if as_json:
        print(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        print_table(("", ""), [(name.replace("_", " "), f"{value or '-'}") for name, value in document.items()])
    if held:
        say(f"once it is repaired: {command('webhook', 'resume', merchant_id, stack=stack)}")
    return FOUND if held else DONE


def resume(stack: str, merchant_id: str) -> int:
    """Have an endpoint probed at the next sweep."""
    with account_of(stack) as account:
        _settings(account, merchant_id)
        resumed = account.endpoints.resume(merchant_id)
    if resumed:
        say(f"the endpoint of merchant {merchant_id} is probed within {SWEEP_MINUTES} min; what waits follows")
    else:
        say(f"the endpoint of merchant {merchant_id} is healthy; nothing was changed")
    return DONE


def _settings(account: Account, merchant_id: str) -> MerchantSettings:
    """Read the settings of a merchant that can be told something.

    Raises:
        UserError: there is no such merchant, or it has no webhook URL.
    """
    settings = settings_of(account, merchant_id)
    if settings.webhook_url is None:
        raise UserError(
            f"merchant {merchant_id!r} has no webhook_url; give it one: "
            f"{command('merchant', 'set', 'FILE', stack=account.stack)}"
        )
    return settings


def _send(account: Account, wanted: Sequence[Notification]) -> None:
    refused = notifications.send(account.sqs, account.data.notifications_queue_url, wanted)
    if refused:
        raise UserError(f"the queue refused {counted(len(refused), 'webhook')}; run the same command again")


def _document(delivery: Delivery) -> dict[str, object]:
    return {
        "webhook": delivery.id,
        "event": delivery.event_type,
        "state": delivery.state,
        "held": delivery.held,
        "next_due": None if delivery.next_due is None else iso(delivery.next_due),
        "attempts": [
            {**msgspec.to_builtins(each), "at": iso(each.at), "status": each.status, "reason": each.reason}
            for each in delivery.attempts
        ],
    }


def _print(found: Sequence[Delivery]) -> None:
    for delivery in found:
        due = f", due at {iso(delivery.next_due)}" if delivery.next_due is not None else ""
        held = f": {delivery.held}" if delivery.held else ""
        say(f"{delivery.id} ({delivery.event_type}): {delivery.state}{held}{due}")
        rows = [
            (iso(each.at), f"{each.ms} ms", f"{each.status or '-'}", each.reason or "delivered")
            for each in delivery.attempts
        ]
        if rows:
            print_table(("attempt at", "took", "status", "result"), rows)
