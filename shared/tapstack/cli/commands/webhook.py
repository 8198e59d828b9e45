"""`tapstack webhook`."""

import click

from tapstack.cli.parameters import Verbs, may_take_stack, takes_json, takes_stack


@click.group(cls=Verbs, no_args_is_help=False, subcommand_metavar="ACTION [ARGS]...")
@may_take_stack("The stack to work on; it may stand after the action too.  [default: local, the lane's]")
def command(*, stack: str | None) -> None:
    """See deliveries, deliver again, resume endpoints.

    An endpoint that is down is probed at growing intervals, and paused after three days; nothing is lost meanwhile.
    """


@command.command
@click.argument("name", metavar="ID")
@takes_json
@takes_stack
def deliveries(*, stack: str, name: str, as_json: bool) -> int:
    """Show the attempts to tell of a transaction, and what is to come.

    ID is a transaction's as the API gave it, txn_…, or a webhook's, msg_….
    """
    from tapstack.cli.actions import webhook

    return webhook.show_deliveries(stack, name, as_json=as_json)


@command.command
@click.argument("transaction_id")
@takes_stack
def redeliver(*, stack: str, transaction_id: str) -> int:
    """Tell of a transaction once more, under the same webhook id."""
    from tapstack.cli.actions import webhook

    return webhook.redeliver(stack, transaction_id)


@command.command
@click.argument("merchant_id", metavar="ID")
@takes_stack
def test(*, stack: str, merchant_id: str) -> int:
    """Send a merchant a signed test event, once."""
    from tapstack.cli.actions import webhook

    return webhook.send_test_event(stack, merchant_id)


@command.command
@click.argument("merchant_id", metavar="ID")
@takes_json
@takes_stack
def endpoint(*, stack: str, merchant_id: str, as_json: bool) -> int:
    """Show whether a merchant's endpoint takes webhooks.

    The status is 2 where it does not.
    """
    from tapstack.cli.actions import webhook

    return webhook.show_endpoint(stack, merchant_id, as_json=as_json)


@command.command
@click.argument("merchant_id", metavar="ID")
@takes_stack
def resume(*, stack: str, merchant_id: str) -> int:
    """Probe a paused or failing endpoint now, and drain what waits once it answers."""
    from tapstack.cli.actions import webhook

    return webhook.resume(stack, merchant_id)
