"""Takes over the merchants of an earlier release."""

from collections.abc import Iterator
from typing import Any

from tapstack.cli import environments
from tapstack.cli.actions.accounts import account_of
from tapstack.cli.statuses import DONE
from tapstack.console.errors import UserError
from tapstack.console.hints import command
from tapstack.console.progress import say
from tapstack.console.words import counted
from tapstack.operate.account import Account
from tapstack.operate.merchants.adoption import Adoption, delete_secrets, found_in, let_go

_LAYERS = ("api-edge", "data")


def adopt(stack: str, *, delete_secrets: bool) -> int:
    """Take them over, or delete what they have left in Secrets Manager."""
    if delete_secrets:
        return _delete(stack)
    environment = environments.environment_named(stack)
    with account_of(stack) as account, environment.opened("merchant adopt", starts=False, layers=_LAYERS, changes=True):
        stacks = {layer: environment.stack(layer) for layer in _LAYERS}
        states = {layer: stacks[layer].made() for layer in _LAYERS}
        adoption = Adoption(account.enrolments, account.encryption, account.secrets_manager, account.clock)
        for found in found_in(states["api-edge"], states["data"]):
            taken = adoption.take_over(found)
            say(f"merchant {found.merchant_id} is taken over, in tier {found.tier}{'' if taken else ' already'}")
        # A resource goes after those that take a value from it.
        for layer in _LAYERS:
            say(f"the state of {layer} has let go of {counted(let_go(stacks[layer]), 'resource')}; AWS keeps them")
    say("take the settings merchants and secretRecoveryWindowDays out of Pulumi.*.yaml in projects/data and api-edge")
    up, rest = command("up", "compute", "api-edge", stack=stack), command("up", stack=stack)
    say(f"then deploy those that read the outputs that go, and then all: {up} && {rest}")
    return DONE


def _delete(stack: str) -> int:
    with account_of(stack) as account:
        if _reads_secrets_manager(account):
            raise UserError(
                "the notifier that is deployed reads its secrets in Secrets Manager; deploy this release first: "
                f"{command('up', 'compute', stack=stack)}"
            )
        count = delete_secrets(account.secrets_manager, lambda: _secrets(account))
    say(f"{counted(count, 'secret')} in Secrets Manager can be restored for 7 days, and go then")
    return DONE


def _reads_secrets_manager(account: Account) -> bool:
    function: Any = account.functions.get_function_configuration(
        FunctionName=account.compute.notifier_function_name, Qualifier=account.compute.alias_name
    )
    return "WEBHOOK_SECRET_PREFIX" in function["Environment"]["Variables"]


def _secrets(account: Account) -> Iterator[str]:
    prefix = f"{account.data.merchants_table_name.removesuffix('merchants')}webhooks/"
    pages = account.secrets_manager.get_paginator("list_secrets").paginate(
        Filters=[{"Key": "name", "Values": [prefix]}]
    )
    for page in pages:
        for secret in page["SecretList"]:
            merchant_id = secret["Name"].removeprefix(prefix)
            if secret["Name"].startswith(prefix) and account.enrolments.read(merchant_id) is not None:
                yield secret["ARN"]
