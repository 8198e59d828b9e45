"""`tapstack merchant`."""

import click

from tapstack.cli.parameters import Verbs, may_take_stack, takes_json, takes_stack


@click.group(cls=Verbs, no_args_is_help=False, subcommand_metavar="ACTION [ARGS]...")
@may_take_stack("The stack to work on; it may stand after the action too.  [default: local, the lane's]")
def command(*, stack: str | None) -> None:
    """Set merchants up, suspend them, rotate their secrets.

    A change holds everywhere within seconds, without a deployment.
    """


@command.command("list")
@takes_json
@takes_stack
def list_(*, stack: str, as_json: bool) -> int:
    """List the merchants."""
    from tapstack.cli.actions import merchant

    return merchant.list_merchants(stack, as_json=as_json)


@command.command
@click.argument("merchant_id", metavar="ID")
@takes_stack
def show(*, stack: str, merchant_id: str) -> int:
    """Print a merchant's settings as JSON, and what keys and secrets it has."""
    from tapstack.cli.actions import merchant

    return merchant.show(stack, merchant_id)


@command.command
@click.argument("file")
@takes_stack
def add(*, stack: str, file: str) -> int:
    """Put new merchants' settings in force.

    FILE is JSON, one object or an array; - is stdin.
    """
    from tapstack.cli.actions import merchant

    return merchant.add(stack, file)


@command.command("set")
@click.argument("file")
@takes_stack
def set_(*, stack: str, file: str) -> int:
    """Change merchants' settings.

    FILE is JSON, one object or an array; - is stdin.
    """
    from tapstack.cli.actions import merchant

    return merchant.change(stack, file)


@command.command
@click.argument("merchant_id", metavar="ID")
@takes_stack
def suspend(*, stack: str, merchant_id: str) -> int:
    """Refuse new transactions of a merchant."""
    from tapstack.cli.actions import merchant

    return merchant.set_status(stack, merchant_id, "suspended")


@command.command
@click.argument("merchant_id", metavar="ID")
@takes_stack
def resume(*, stack: str, merchant_id: str) -> int:
    """Take new transactions of a merchant again."""
    from tapstack.cli.actions import merchant

    return merchant.set_status(stack, merchant_id, "active")


@command.command("rotate-secret")
@click.argument("merchant_id", metavar="ID")
@click.option("--force", is_flag=True, help="Drop the secret that is left from a rotation before.")
@takes_stack
def rotate_secret(*, stack: str, merchant_id: str, force: bool) -> int:
    """Make a new webhook secret; the old one stays live beside it."""
    from tapstack.cli.actions import merchant

    return merchant.rotate_secret(stack, merchant_id, force=force)


@command.command("end-rotation")
@click.argument("merchant_id", metavar="ID")
@takes_stack
def end_rotation(*, stack: str, merchant_id: str) -> int:
    """Drop the old webhook secret."""
    from tapstack.cli.actions import merchant

    return merchant.end_rotation(stack, merchant_id)
