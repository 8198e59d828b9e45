"""`tapstack merchant`."""

from collections.abc import Callable
from typing import Any

import click

from tapstack.cli.parameters import DURATION, Verbs, WholeNumber, may_take_stack, takes_json, takes_stack

may_give_reason: Callable[..., Any] = click.option(
    "--reason", default="", metavar="TEXT", help="Why; it is kept with the version."
)
_VERSION = WholeNumber("version", 1)
gives_reason: Callable[..., Any] = click.option(
    "--reason", required=True, metavar="TEXT", help="Why; it is kept with the version."
)


@click.group(cls=Verbs, no_args_is_help=False, subcommand_metavar="ACTION [ARGS]...")
@may_take_stack("The stack to work on; it may stand after the action too.  [default: local, the lane's]")
def command(*, stack: str | None) -> None:
    """Add merchants, change and suspend them, rotate their keys and secrets, remove them.

    A change holds everywhere within seconds, without a deployment. A command that was cut is given again: it goes on
    where it was.
    """


@command.command("list")
@click.option("--after", metavar="ID", help="Begin behind this merchant.")
@click.option("--limit", type=WholeNumber("number of merchants", 1), metavar="N", help="Print so many at the most.")
@takes_json
@takes_stack
def list_(*, stack: str, after: str | None, limit: int | None, as_json: bool) -> int:
    """List the merchants in the order of their ids."""
    from tapstack.cli.actions import merchant

    return merchant.list_merchants(stack, after=after, limit=limit, as_json=as_json)


@command.command
@click.argument("merchant_id", metavar="ID")
@takes_stack
def show(*, stack: str, merchant_id: str) -> int:
    """Print a merchant's settings as JSON, its tier, and what keys and secrets it has."""
    from tapstack.cli.actions import merchant

    return merchant.show(stack, merchant_id)


@command.command
@click.argument("file")
@click.option("--tier", default="standard", metavar="TIER", show_default=True, help="Whose usage plan its key is in.")
@takes_stack
def add(*, stack: str, file: str, tier: str) -> int:
    """Make a merchant, and print its API key and webhook secret: this once.

    FILE is JSON, the merchant's settings; - is stdin.
    """
    from tapstack.cli.actions import merchant

    return merchant.add(stack, file, tier)


@command.command("set")
@click.argument("file")
@may_give_reason
@takes_stack
def set_(*, stack: str, file: str, reason: str) -> int:
    """Change merchants' settings.

    FILE is JSON, one object or an array; - is stdin.
    """
    from tapstack.cli.actions import merchant

    return merchant.change(stack, file, reason)


@command.command("set-tier")
@click.argument("merchant_id", metavar="ID")
@click.argument("tier")
@takes_stack
def set_tier(*, stack: str, merchant_id: str, tier: str) -> int:
    """Move a merchant's keys into another tier's usage plan.

    In between API Gateway refuses them for a moment, with 403; rotate-key with --tier moves without.
    """
    from tapstack.cli.actions import merchant

    return merchant.set_tier(stack, merchant_id, tier)


@command.command
@click.argument("merchant_id", metavar="ID")
@may_give_reason
@takes_stack
def suspend(*, stack: str, merchant_id: str, reason: str) -> int:
    """Refuse new transactions of a merchant."""
    from tapstack.cli.actions import merchant

    return merchant.set_status(stack, merchant_id, "suspended", reason)


@command.command
@click.argument("merchant_id", metavar="ID")
@may_give_reason
@takes_stack
def resume(*, stack: str, merchant_id: str, reason: str) -> int:
    """Take new transactions of a merchant again."""
    from tapstack.cli.actions import merchant

    return merchant.set_status(stack, merchant_id, "active", reason)


@command.command("rotate-key")
@click.argument("merchant_id", metavar="ID")
@click.option("--label", metavar="LABEL", help="What to call the new key.  [default: numbered]")
@click.option(
    "--overlap",
    type=DURATION,
    default="7d",
    metavar="TIME",
    show_default=True,
    help="How long the earlier key is taken beside it.",
)
@click.option("--tier", metavar="TIER", help="Put the new key in this tier's usage plan.")
@takes_stack
def rotate_key(*, stack: str, merchant_id: str, label: str | None, overlap: int, tier: str | None) -> int:
    """Make a new API key, and print it: this once. The earlier one is taken beside it, up to its end."""
    from tapstack.cli.actions import merchant

    return merchant.rotate_key(stack, merchant_id, label=label, overlap_ms=overlap, tier=tier)


@command.command("end-key-rotation")
@click.argument("merchant_id", metavar="ID")
@takes_stack
def end_key_rotation(*, stack: str, merchant_id: str) -> int:
    """Delete the earlier API key."""
    from tapstack.cli.actions import merchant

    return merchant.end_key_rotation(stack, merchant_id)


@command.command("rotate-secret")
@click.argument("merchant_id", metavar="ID")
@click.option("--force", is_flag=True, help="Drop the secret that is left from a rotation before.")
@takes_stack
def rotate_secret(*, stack: str, merchant_id: str, force: bool) -> int:
    """Make a new webhook secret, and print it: this once. The old one stays live beside it."""
    from tapstack.cli.actions import merchant

    return merchant.rotate_secret(stack, merchant_id, force=force)


@command.command("end-rotation")
@click.argument("merchant_id", metavar="ID")
@takes_stack
def end_rotation(*, stack: str, merchant_id: str) -> int:
    """Drop the old webhook secret."""
    from tapstack.cli.actions import merchant

    return merchant.end_rotation(stack, merchant_id)


@command.command
@click.argument("merchant_id", metavar="ID")
@takes_stack
def remove(*, stack: str, merchant_id: str) -> int:
    """Delete a merchant's keys and secrets for good, or take back one that is half added.

    Its transactions and settings are kept, and its id is not used again.
    """
    from tapstack.cli.actions import merchant

    return merchant.remove(stack, merchant_id)


@command.command
@click.option("--delete-secrets", is_flag=True, help="Delete the secrets in Secrets Manager, once nobody reads them.")
@takes_stack
def adopt(*, stack: str, delete_secrets: bool) -> int:
    """Take over the merchants of an earlier release, which were resources of data and api-edge.

    Their keys and secrets stay what they are, and nothing at AWS is deleted.
    """
    from tapstack.cli.actions import adopt as action

    return action.adopt(stack, delete_secrets=delete_secrets)


@command.command
@click.option("--fix", is_flag=True, help="Mend what can be mended.")
@takes_json
@takes_stack
def reconcile(*, stack: str, fix: bool, as_json: bool) -> int:
    """Find halves and orphans: keys without merchants, merchants without keys, keys in no usage plan or in two.

    The status is 2 when something remains to be done.
    """
    from tapstack.cli.actions import merchant

    return merchant.reconcile(stack, fix=fix, as_json=as_json)


@command.command
@click.argument("merchant_id", metavar="ID")
@takes_json
@takes_stack
def history(*, stack: str, merchant_id: str, as_json: bool) -> int:
    """List the versions of a merchant's settings: who put each in force, when, why, and what it changed."""
    from tapstack.cli.actions import merchant_versions

    return merchant_versions.history(stack, merchant_id, as_json=as_json)


@command.command
@click.argument("merchant_id", metavar="ID")
@click.argument("before", metavar="V1", type=_VERSION)
@click.argument("after", metavar="V2", type=_VERSION)
@takes_json
@takes_stack
def diff(*, stack: str, merchant_id: str, before: int, after: int, as_json: bool) -> int:
    """Tell what differs between two versions of a merchant's settings."""
    from tapstack.cli.actions import merchant_versions

    return merchant_versions.diff(stack, merchant_id, before, after, as_json=as_json)


@command.command
@click.argument("merchant_id", metavar="ID")
@click.argument("version", metavar="V", type=_VERSION)
@gives_reason
@takes_stack
def rollback(*, stack: str, merchant_id: str, version: int, reason: str) -> int:
    """Put what an earlier version says in force again, as the next version."""
    from tapstack.cli.actions import merchant_versions

    return merchant_versions.rollback(stack, merchant_id, version, reason)


@command.command
@click.argument("merchant_id", metavar="ID")
@click.argument("file", required=False)
@click.option("--remove", is_flag=True, help="Take the draft away.")
@may_give_reason
@takes_stack
def draft(*, stack: str, merchant_id: str, file: str | None, remove: bool, reason: str) -> int:
    """Have settings judge beside those in force, and decide nothing.

    FILE is JSON, the merchant's settings; - is stdin. A draft that is there already goes.
    """
    from tapstack.cli.actions import merchant_draft

    if remove == bool(file):
        raise click.UsageError("draft takes a FILE, or --remove", click.get_current_context())
    return merchant_draft.draft(stack, merchant_id, file, reason)


@command.command
@click.argument("merchant_id", metavar="ID")
@takes_json
@takes_stack
def compare(*, stack: str, merchant_id: str, as_json: bool) -> int:
    """Print what a merchant's draft would have decided beside what was decided: counts, and a sample."""
    from tapstack.cli.actions import merchant_draft

    return merchant_draft.compare(stack, merchant_id, as_json=as_json)


@command.command
@click.argument("merchant_id", metavar="ID")
@gives_reason
@takes_stack
def promote(*, stack: str, merchant_id: str, reason: str) -> int:
    """Put a merchant's draft in force."""
    from tapstack.cli.actions import merchant_draft

    return merchant_draft.promote(stack, merchant_id, reason)
