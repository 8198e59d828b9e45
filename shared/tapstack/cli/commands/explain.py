"""`tapstack explain`."""

import click

from tapstack.cli.parameters import takes_json, takes_stack


@click.command
@click.argument("transaction_id")
@takes_json
@takes_stack
def command(*, stack: str, transaction_id: str, as_json: bool) -> int:
    """Explain a decision, and apply the rules again.

    Rule by rule with what was compared, and the velocities' histories. TRANSACTION_ID is as the API gave it, txn_….
    The status is 2 when the same would not come out again.
    """
    from tapstack.cli.actions.explain import explain_transaction

    return explain_transaction(stack, transaction_id, as_json=as_json)
